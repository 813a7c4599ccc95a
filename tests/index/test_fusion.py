"""How all that is known of an item becomes one score."""

import pytest

from index.fusion import Ask, Candidate, score, shipped_weights, terms
from index.lexical import Evidence

PROSE = Ask(known=1.0, strangeness=1.2)
LONG = Ask(known=1.0, strangeness=1.2, words=200)


def said(share, *identifiers):
    return Evidence("a", score=share, identifiers=frozenset(identifiers))


def candidate(evidence=None, **known):
    return Candidate("a", evidence=evidence, **known)


@pytest.mark.parametrize(
    "known",
    [
        {"meaning": 0.5},
        {"headline": 0.5},
        {"opening": 0.5},
        {"agreement": 0.5},
        {"spelling": 0.5},
        {"evidence": said(0.3)},
        {"evidence": said(0.2, "inc-7")},
    ],
)
def test_whatever_speaks_for_an_item_never_counts_against_it(known):
    plain = {"meaning": 0.4, "headline": 0.4, "opening": 0.4, "agreement": 0.4, "evidence": said(0.2)}
    assert score(LONG, candidate(**(plain | known))) > score(LONG, candidate(**plain))


def test_in_a_language_that_nothing_here_is_written_in_words_decide():
    foreign = Ask(known=0.2, strangeness=5.0)
    by_meaning = candidate(meaning=0.6, headline=0.6, agreement=0.6, evidence=said(0.01))
    by_words = candidate(meaning=0.3, headline=0.3, agreement=0.3, evidence=said(0.1))
    assert score(foreign, by_words) > score(foreign, by_meaning)
    assert score(PROSE, by_meaning) > score(PROSE, by_words)


def test_where_no_word_is_known_meaning_still_puts_items_in_an_order():
    unknown = Ask(known=0.0)
    assert score(unknown, candidate(meaning=0.5)) > score(unknown, candidate(meaning=0.4)) > 0


def test_words_count_more_in_a_log_than_in_prose():
    by_words = candidate(said(0.3))
    assert score(Ask(strangeness=4.0), by_words) > score(PROSE, by_words)
    assert Ask(strangeness=1e9).strange == Ask(strangeness=1e6).strange


def test_words_count_more_where_they_tell_one_item_from_another():
    assert score(Ask(sharpness=0.6), candidate(said(0.3))) > score(Ask(sharpness=0.1), candidate(said(0.3)))


def test_the_headline_counts_for_long_questions_only():
    assert score(LONG, candidate(opening=0.5)) > score(LONG, candidate(opening=0.1))
    assert score(PROSE, candidate(opening=0.5)) == score(PROSE, candidate(opening=0.1))
    assert Ask(words=200).length == Ask(words=10**6).length == 1


def test_an_item_that_only_one_half_knows_still_has_a_score():
    assert score(PROSE, candidate(meaning=0.5, headline=0.5)) > 0
    assert score(PROSE, candidate(said(0.5))) > 0


def test_every_shipped_weight_belongs_to_a_term():
    assert set(shipped_weights()) == set(terms(PROSE, Candidate("a")))
