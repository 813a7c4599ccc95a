"""Words as people mistype them: the nearest word that somebody may read stands in, never one that is hidden."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.hits import Allowed
from index.questions import MOST_RESPELLED
from index.respelling import LONGEST, can_be_respelled, one_slip, respelled, two_slips
from index.words import Entry, Words

SEEN, HIDDEN = Allowed(frozenset({"article:requesters"})), "article:internal"
TEXTS = {
    "article:1": ("Printer on floor 3", "The printer prints strange symbols after the driver update"),
    "article:2": ("Calendar of a shared mailbox", "The calendar is missing in Outlook"),
    "article:3": ("Authenticator on a new phone", "Register the authenticator again"),
    "article:4": ("Password expired", "Change the password while connected"),
}


@pytest.fixture
def words(tmp_path):
    words = Words.create(tmp_path / "words")
    words.put(Entry(item, "article:requesters", *texts) for item, texts in TEXTS.items())
    words.commit(1)
    return words


def first(words, text, **more):
    question = words.ask(text, SEEN, **more)
    return next((hit.item for hit in words.search(question, 1, SEEN)), None)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("pritner", "article:1"),
        ("printr", "article:1"),
        ("calender", "article:2"),
        ("my calandar is gone", "article:2"),
        ("ouutlok", "article:2"),
        ("passwrod expird", "article:4"),
        ("pasword", "article:4"),
    ],
)
def test_ada_finds_what_she_mistyped(words, typed, found):
    assert first(words, typed) == found


@pytest.mark.parametrize(
    ("typed", "found"), [("authen", "article:3"), ("my calen", "article:2"), ("Passwo", "article:4")]
)
def test_while_she_types_the_last_word_may_be_the_beginning_of_one(words, typed, found):
    assert first(words, typed, unfinished=True) == found


def test_a_word_that_she_has_finished_is_no_beginning(words):
    assert words.ask("authen ", SEEN, unfinished=True).beginning == ""
    assert words.ask("authen", SEEN).beginning == ""


def test_a_word_that_is_there_stays_as_it_is(words):
    words.put([Entry("article:9", "article:requesters", "The painter left", "a painter")])
    words.commit(2)
    assert set(words.ask("painter", SEEN).counts) == {"painter"}


@pytest.mark.parametrize("code", ["KB12", "0x8007", "INC-000042", "usb", "straße", "x" * 40])
def test_codes_and_very_short_words_mean_what_they_say(words, code):
    assert not can_be_respelled(code)
    words.ask(code, SEEN, unfinished=True)


def test_a_few_slips_in_a_long_text_are_put_right(words):
    text = (
        "The Pritner on floor 3 prints strange symbols after the driver update, and the pasword expired again"
    )
    spelled = words.ask(text, SEEN).spelled
    assert "printer" in spelled["pritner"] and "password" in spelled["pasword"]
    meant = {"pritner": "printer", "pasword": "password"}
    assert respelled("My Pritner, again: pasword_pritner", meant) == "My printer, again: password_printer"


def test_a_slip_of_the_hand_is_undone_before_a_word_that_only_more_items_have(words):
    words.put(Entry(f"article:{at}", "article:requesters", "Set", "set it up") for at in range(20, 40))
    words.put([Entry("article:40", "article:requesters", "Download with wget", "wget fetches a file")])
    words.commit(2)
    assert set(words.ask("sget", SEEN).counts) == {"wget"}, "s lies beside w; nobody types a g into set"


def test_a_name_amid_a_script_without_spaces_is_put_right(words):
    text = "请把outlok打开"
    assert words.ask(text, SEEN).spelled == {"outlok": ("outlook",)}
    assert respelled(text, {"outlok": "outlook"}) == "请把outlook打开"


def test_in_a_text_of_another_language_only_the_first_words_are_looked_at(words):
    text = " ".join(f"{chr(97 + n)}wordling" for n in range(MOST_RESPELLED)) + " pritner"
    assert "pritner" in words.ask(text, SEEN).counts


@given(st.text(alphabet="abcdeioustr", min_size=4, max_size=LONGEST), st.randoms())
@settings(max_examples=60, deadline=None)
def test_every_single_slip_is_undone(word, chance):
    slips = one_slip(word)
    slip = chance.choice(sorted(slips))
    assert word in one_slip(slip)
    assert word not in slips | two_slips(word)


@pytest.mark.parametrize("seed", range(6))
def test_a_word_that_only_hidden_items_have_never_comes_back_and_changes_nothing(tmp_path, seed):
    chance = random.Random(seed)
    roots = ["printer", "password", "calendar", "authenticator", "network", "certificate", "keyboard"]
    near = lambda word: chance.choice(sorted(one_slip(word)))  # noqa: E731
    questions = (
        [near(word) for word in roots] + [near(near(word)) for word in roots] + [word[:4] for word in roots]
    )
    words = Words.create(tmp_path / "words")
    words.put(
        Entry(f"article:{at}", "article:requesters", word, f"{word} {near(word)}")
        for at, word in enumerate(roots)
    )
    words.commit(1)
    before = [words.ask(question, SEEN, unfinished=True) for question in questions]
    secrets = [near(word) for word in roots for _ in range(20)]
    words.put(Entry(f"article:{100 + at}", HIDDEN, word, word) for at, word in enumerate(secrets))
    words.commit(2)
    assert [words.ask(question, SEEN, unfinished=True) for question in questions] == before
