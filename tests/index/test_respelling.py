"""Words as people mistype them: the nearest word that somebody may read stands in, never one that is hidden."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.hits import Allowed
from index.questions import MOST_RESPELLED, OFTEN
from index.respelling import (
    ELSEWHERE,
    LONGEST,
    SHORTEST,
    can_be_respelled,
    hasty_slip,
    hasty_typing,
    one_slip,
    respelled,
    two_slips,
)
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


def strange_but(*known):
    """Return what a model says that knows these words and reads all others in pieces."""
    return lambda word: 3.0 if word in known else 4.0


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


@pytest.mark.parametrize("code", ["KB12", "0x8007", "INC-000042", "pc", "straße", "x" * 40])
def test_codes_and_very_short_words_mean_what_they_say(words, code):
    assert not can_be_respelled(code)
    words.ask(code, SEEN, unfinished=True)


@pytest.mark.parametrize(
    ("typed", "meant"), [("flo", {"floor": 0}), ("nwe", {"new": 1}), ("nex", {"new": 0})]
)
def test_in_a_short_word_only_a_letter_is_missing_or_two_are_swapped(words, typed, meant):
    counts = words.ask(typed, SEEN, strange=strange_but()).counts
    assert {word: counts.get(word, 0) for word in meant} == meant


def test_a_short_word_that_is_one_means_what_it_says(words):
    words.put([Entry("article:9", "article:requesters", "A page", "the page is white")])
    words.commit(2)
    assert set(words.ask("age", SEEN, strange=strange_but()).counts) == {"page"}
    assert set(words.ask("age", SEEN, strange=strange_but("age")).counts) == {"age"}


@pytest.mark.parametrize(
    ("typed", "meant"), [("wth", "with"), ("hwat", "what"), ("ghat", "that"), ("teh", "the")]
)
def test_a_mistyped_word_that_says_nothing_says_nothing(words, typed, meant):
    words.put([Entry("article:9", "article:requesters", "A hat on the web", "goat, tech, width")])
    words.commit(2)
    asked = words.ask(f"printer {typed} symbols", SEEN, strange=strange_but(meant))
    assert set(asked.counts) == {"printer", "symbol"} and asked.known == 1.0
    assert asked.spelled[typed] == meant


@pytest.mark.parametrize("said", ["wont", "doesnt", "cant"])
def test_not_without_its_apostrophe_is_no_mistyped_word(words, said):
    words.put([Entry("article:9", "article:requesters", "I want the card", "does, want, card, cart")])
    words.commit(2)
    asked = words.ask(f"the printer {said} print", SEEN, strange=strange_but("want", "does"))
    assert set(asked.counts) == {"printer", "print"} and asked.spelled == {}


def test_a_word_that_is_one_is_no_mistyped_one(words):
    assert "thin" in words.ask("thin client", SEEN, strange=strange_but("thin")).counts, "not: then"


@pytest.fixture
def neighbours(words):
    """Items that have what such words are near to."""
    words.put(
        Entry(f"article:{50 + at}", "article:requesters", "Night order", "such a word is best, send it")
        for at in range(OFTEN)
    )
    words.commit(2)
    return words


@pytest.mark.parametrize(
    "said",
    ["der Drucker druckt nicht", "auch ein oder zwei wird es sind", "Drucker druckt nicht", "pour est"],
)
def test_what_other_languages_say_all_the_time_is_no_mistyped_word(neighbours, said):
    known = strange_but("night", "order", "such", "word", "best", "send", "two")
    assert neighbours.ask(said, SEEN, strange=known).spelled.keys() & ELSEWHERE == set()


@pytest.mark.parametrize(("typed", "meant"), [("purchase oder form", "order"), ("sind an email", "send")])
def test_alone_such_a_word_is_what_a_hasty_hand_makes_of_another(neighbours, typed, meant):
    assert meant in neighbours.ask(typed, SEEN, strange=strange_but(meant)).spelled.values()


def test_such_words_leave_room_for_those_that_are_mistyped(words):
    said = "ich kann mich seit dem update nicht mehr anmelden, geht immer nur das pasword"
    assert words.ask(said, SEEN, strange=strange_but("password")).spelled["pasword"] == "password"


def test_a_few_slips_in_a_long_text_are_put_right(words):
    text = (
        "The Pritner on floor 3 prints strange symbols after the driver update, and the pasword expired again"
    )
    meant = {"pritner": "printer", "pasword": "password"}
    assert list(words.ask(text, SEEN, strange=strange_but(*meant.values())).spelled.items()) == [
        *meant.items()
    ]
    assert respelled("My Pritner, again: pasword_pritner", meant) == "My printer, again: password_printer"


def test_mistyped_words_are_told_in_their_order(words):
    asked = words.ask("pritner wth pasword", SEEN, strange=strange_but("printer", "with", "password"))
    assert list(asked.spelled.values()) == ["printer", "with", "password"]


def test_without_a_model_the_text_stays_as_it_is_typed(words):
    asked = words.ask("pritner", SEEN)
    assert set(asked.counts) == {"printer"} and asked.spelled == {}


@pytest.mark.parametrize(("others", "meant"), [(OFTEN - 2, {}), (OFTEN - 1, {"pritner": "printer"})])
def test_of_two_strange_words_the_one_that_is_spelled_so_often_is_meant(words, others, meant):
    words.put(
        Entry(f"article:{50 + at}", "article:requesters", "Printer", "out of ink") for at in range(others)
    )
    words.commit(2)
    assert words.ask("pritner", SEEN, strange=strange_but()).spelled == meant


def test_a_slip_of_the_hand_is_undone_before_a_word_that_only_more_items_have(words):
    words.put(Entry(f"article:{at}", "article:requesters", "Set", "set it up") for at in range(20, 40))
    words.put([Entry("article:40", "article:requesters", "Download with wget", "wget fetches a file")])
    words.commit(2)
    assert set(words.ask("sget", SEEN).counts) == {"wget"}, "s lies beside w; nobody types a g into set"


def test_a_name_amid_a_script_without_spaces_is_put_right(words):
    text = "请把outlok打开"
    assert words.ask(text, SEEN, strange=strange_but("outlook")).spelled == {"outlok": "outlook"}
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


@given(st.text(alphabet="abcdeioustr", min_size=SHORTEST, max_size=9))
@settings(max_examples=60, deadline=None)
def test_what_a_hasty_hand_makes_of_a_word_leads_back_to_it(word):
    typed = hasty_typing(word)
    assert typed and all(word in hasty_slip(one) for one in typed if can_be_respelled(one))
    assert all(word not in hasty_slip(one) for one in one_slip(word) - typed if can_be_respelled(one))


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
