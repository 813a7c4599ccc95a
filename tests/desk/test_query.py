"""What somebody types into the search box, taken apart: nothing of it is lost, and written again it is the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.desk.query import OPERATORS, PHRASE, PROSE, WITHOUT, WORD, Term, begun, parse, plainly

PIECES = (
    "service:",
    "STATE:",
    "before:",
    "\u017fervice:",
    "x:y",
    '"',
    "-",
    ":",
    " ",
    "\n",
    "\x1c",
    "b c",
    "é",
)
TYPED = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=14).map("".join)
TERMS = {
    "VPN drops": [Term(WORD, "VPN"), Term(WORD, "drops")],
    '"every few  minutes"': [Term(PHRASE, "every few minutes")],
    '-printer -"blue screen"': [Term(WITHOUT, "printer"), Term(WITHOUT, "blue screen")],
    'Service:"Remote access" STATE:open': [Term("service", "Remote access"), Term("state", "open")],
    'service:"Remote acc': [Term("service", "Remote acc")],
    'service:""': [Term("service", "")],
    "service: down": [Term(WORD, "service:"), Term(WORD, "down")],
    "git push --force - x": [Term(WORD, word) for word in ("git", "push", "--force", "-", "x")],
    '15" screen': [Term(WORD, '15"'), Term(WORD, "screen")],
    '"never closed': [Term(WORD, "never"), Term(WORD, "closed")],
    "http://host:8080 C:\\temp": [Term(WORD, "http://host:8080"), Term(WORD, "C:\\temp")],
    "colour:red": [Term(WORD, "colour:red")],
    ' "" ': [],
}


@pytest.mark.parametrize("text", TERMS)
def test_a_text_is_taken_apart(text):
    assert list(parse(text).terms) == TERMS[text]


@given(TYPED)
def test_whatever_is_typed_is_a_query_and_written_again_it_is_the_same(text):
    query = parse(text)
    assert parse(str(query)) == query


@given(TYPED, TYPED)
def test_what_is_added_to_a_query_changes_nothing_of_it(text, more):
    before, added = parse(text), parse(more)
    assert parse(f"{before} {added}").terms == before.terms + added.terms


@given(TYPED)
def test_no_letter_is_lost(text):
    kept = "".join(str(term) for term in parse(text).terms)
    assert sorted(filter(str.isalnum, kept.casefold())) == sorted(filter(str.isalnum, text.casefold()))


@given(TYPED)
def test_a_text_to_search_with_has_words_only(text):
    assert {term.by for term in parse(plainly(text, 500)).terms} <= {WORD}


def test_a_long_text_is_cut_between_words():
    assert plainly('The "print spooler" service:x stops', 20) == "The print spooler"


@pytest.mark.parametrize("words", [PROSE - 5, PROSE])
def test_quotes_and_hyphens_of_a_long_text_are_its_own(words):
    query = parse("word " * words + 'it says "no printer" -x')  # five more
    assert bool(query.values(PHRASE, WITHOUT)) == (words < PROSE)
    assert query.text.endswith("it says no printer" if words < PROSE else "it says no printer x")


def test_operators_of_a_long_text_stand_before_it_or_after_it_and_others_are_its_own():
    log = "Event:Failed State:Stopped service:Spooler " + "word " * PROSE + "Priority:High Group:Admins"
    assert parse(log).clauses == {} and parse(log).unknown() == []
    assert parse(log).text == log
    narrowed = parse(f'state:closed {log} service:"Remote access" priority:P2')
    assert narrowed.text == log
    assert narrowed.clauses == {"state": ["closed"], "service": ["Remote access"], "priority": ["P2"]}


@pytest.mark.parametrize("text", ["“no printer” x", "„no printer“ x", "«no printer» x", "”no printer” x"])
def test_quotes_as_phones_and_word_processors_write_them_make_a_phrase(text):
    assert list(parse(text).terms) == [Term(PHRASE, "no printer"), Term(WORD, "x")]
    assert list(parse("service:" + text).terms) == [Term("service", "no printer"), Term(WORD, "x")]


def test_a_filter_is_added_and_taken_away_whatever_its_case():
    query = parse('vpn service:"remote access"')
    assert str(query.toggled(Term("service", "Remote access"))) == "vpn"
    assert (
        str(query.toggled(Term("state", "In progress"))) == 'vpn service:"remote access" state:"In progress"'
    )


def test_what_looks_like_an_operator_is_told_and_stays_a_word():
    query = parse("colour:red http://x error:0x80 vpn")
    assert query.unknown() == ["colour"]
    assert query.text == "colour:red http://x error:0x80 vpn"


@pytest.mark.parametrize(
    ("text", "before", "name", "typed"),
    [
        ("vpn ser", "vpn ", "", "ser"),
        ("vpn Service:", "vpn ", "service", ""),
        ('service:"Remote a', "", "service", "Remote a"),
        ("-x state:clo", "-x ", "state", "clo"),
    ],
)
def test_what_is_being_typed_is_known_by_its_end(text, before, name, typed):
    at = begun(text)
    assert (at.before, at.name, at.typed) == (before, name, typed)


@pytest.mark.parametrize("text", ["", "vpn ", 'service:"Remote access"', "state:open ", "42"])
def test_what_is_complete_is_not_being_typed(text):
    assert begun(text) is None


def test_every_operator_says_what_it_asks():
    assert all(OPERATORS.values())
