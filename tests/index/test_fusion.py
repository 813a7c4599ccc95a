"""How two halves become one score, and a score a promise."""

import pytest

from index import calibration
from index.fusion import Ask, Candidate, score, shipped, terms
from index.lexical import Evidence

PROSE = Ask(known=1.0, strangeness=1.2)


def said(share, *identifiers):
    return Evidence("a", score=share, identifiers=frozenset(identifiers))


def test_more_meaning_and_more_words_never_count_less():
    plain = score(PROSE, Candidate("a", 0.4, 0.4, said(0.2)))
    assert score(PROSE, Candidate("a", 0.5, 0.4, said(0.2))) > plain
    assert score(PROSE, Candidate("a", 0.4, 0.5, said(0.2))) > plain
    assert score(PROSE, Candidate("a", 0.4, 0.4, said(0.3))) > plain
    assert score(PROSE, Candidate("a", 0.4, 0.4, said(0.2, "inc-7"))) > plain


def test_in_a_language_that_nothing_here_is_written_in_words_decide():
    foreign = Ask(known=0.2, strangeness=5.0)
    by_meaning, by_words = Candidate("a", 0.6, 0.6, said(0.01)), Candidate("b", 0.3, 0.3, said(0.1))
    assert score(foreign, by_words) > score(foreign, by_meaning)
    assert score(PROSE, by_meaning) > score(PROSE, by_words)


def test_words_count_more_in_a_log_than_in_prose():
    candidate = Candidate("a", 0.0, 0.0, said(0.3))
    assert score(Ask(strangeness=4.0), candidate) > score(PROSE, candidate)
    assert Ask(strangeness=1e9).strange == Ask(strangeness=1e6).strange


def test_an_item_that_only_one_half_knows_still_has_a_score():
    assert score(PROSE, Candidate("a", 0.5, 0.5)) > 0
    assert score(PROSE, Candidate("a", evidence=said(0.5))) > 0


def test_every_shipped_weight_belongs_to_a_term():
    assert set(shipped()["weights"]) == set(terms(PROSE, Candidate("a")))


def test_a_higher_score_and_a_larger_lead_are_never_less_likely():
    chances = [calibration.probability(value, [5.0, 4.0]) for value in (0, 2, 5, 9, 14, 30, 1e9)]
    assert chances == sorted(chances)
    assert all(0 <= chance <= 1 for chance in chances)
    assert calibration.probability(12, [2.0]) >= calibration.probability(12, [11.9])


@pytest.mark.parametrize(
    ("chance", "words"),
    [(1.0, "very likely"), (0.7, "very likely"), (0.5, "likely"), (0.2, "possible"), (0, "possible")],
)
def test_people_read_words_not_numbers(chance, words):
    assert calibration.band(chance) == words
