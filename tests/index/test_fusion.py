"""How all that is known of an item becomes one score."""

import pytest

from index.fusion import Ask, Candidate, scoring, shipped, shipped_weights, terms
from index.lexical import Evidence
from index.standing import Standing

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
    assert scoring(LONG)(candidate(**(plain | known))) > scoring(LONG)(candidate(**plain))


def test_in_a_language_that_nothing_here_is_written_in_words_decide():
    foreign = Ask(known=0.2, strangeness=5.0)
    by_meaning = candidate(meaning=0.6, headline=0.6, agreement=0.6, evidence=said(0.01))
    by_words = candidate(meaning=0.3, headline=0.3, agreement=0.3, evidence=said(0.1))
    assert scoring(foreign)(by_words) > scoring(foreign)(by_meaning)
    assert scoring(PROSE)(by_meaning) > scoring(PROSE)(by_words)


def test_where_no_word_is_known_meaning_still_puts_items_in_an_order():
    unknown = Ask(known=0.0)
    assert scoring(unknown)(candidate(meaning=0.5)) > scoring(unknown)(candidate(meaning=0.4)) > 0


def test_words_count_more_in_a_log_than_in_prose():
    by_words = candidate(said(0.3))
    assert scoring(Ask(strangeness=4.0))(by_words) > scoring(PROSE)(by_words)
    assert Ask(strangeness=1e9).strange == Ask(strangeness=1e6).strange


def test_words_count_more_where_they_tell_one_item_from_another():
    assert scoring(Ask(sharpness=0.6))(candidate(said(0.3))) > scoring(Ask(sharpness=0.1))(
        candidate(said(0.3))
    )


def test_the_headline_counts_for_long_questions_only():
    assert scoring(LONG)(candidate(opening=0.5)) > scoring(LONG)(candidate(opening=0.1))
    assert scoring(PROSE)(candidate(opening=0.5)) == scoring(PROSE)(candidate(opening=0.1))
    assert Ask(words=200).length == Ask(words=10**6).length == 1


def test_an_item_that_only_one_half_knows_still_has_a_score():
    assert scoring(PROSE)(candidate(meaning=0.5, headline=0.5)) > 0
    assert scoring(PROSE)(candidate(said(0.5))) > 0


def test_a_score_is_the_sum_of_its_terms_each_with_its_weight():
    asked = Ask(known=0.7, strangeness=3.0, words=40, sharpness=0.4)
    known = {"meaning": 0.5, "headline": 0.6, "opening": 0.4, "agreement": 0.3, "spelling": 0.2}
    one = candidate(said(0.3, "inc-7"), standing=Standing(service=True, held=3, of=4), **known)
    weights = {name: 1.0 + place for place, name in enumerate(terms(asked, one))}
    weighed = sum(weights[name] * value for name, value in terms(asked, one).items())
    assert all(terms(asked, one)[name] for name in shipped()["weights"])
    assert scoring(asked, weights)(one) == pytest.approx(weighed)


def test_every_shipped_weight_belongs_to_a_term():
    assert set(shipped_weights()) == set(terms(PROSE, Candidate("a")))
