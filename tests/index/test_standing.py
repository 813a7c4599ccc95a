"""What a desk knows of an item besides its text, as numbers."""

import pytest

from index.fusion import Ask, Candidate, scoring
from index.standing import UNKNOWN, Standing, at_least, recent, terms


def test_what_is_not_known_says_nothing():
    assert set(terms(UNKNOWN).values()) == {0.0}


@pytest.mark.parametrize(
    "known",
    [
        {"service": True},
        {"item": True},
        {"category": True},
        {"group": True},
        {"age_days": 2.0},
        {"held": 1, "of": 1},
        {"helped": 1, "asked": 1},
        {"validated": True},
    ],
)
def test_whatever_the_desk_knows_speaks_for_an_item(known):
    plain, known = Candidate("a", meaning=0.5), Candidate("a", meaning=0.5, standing=Standing(**known))
    assert scoring(Ask())(known) > scoring(Ask())(plain)


def test_all_of_it_together_does_not_outweigh_what_the_text_says_clearly():
    same = dict.fromkeys(("service", "item", "category", "group", "validated", "shared"), True)
    best = Standing(**same, age_days=0.0, held=50, of=50)
    near, far = (
        Candidate("a", meaning=0.7, headline=0.7),
        Candidate("b", meaning=0.3, headline=0.3, standing=best),
    )
    assert scoring(Ask())(near) > scoring(Ask())(far)


def test_after_three_weeks_a_tenth_of_freshness_is_left():
    assert recent(21) == pytest.approx(0.1, abs=0.005)
    assert recent(-3) == recent(0) == 1


def test_more_uses_make_the_same_share_surer():
    assert at_least(0, 0) == 0 == at_least(0, 4)
    assert at_least(1, 1) < at_least(3, 3) < at_least(30, 30) < 1
    assert at_least(12, 13) == pytest.approx(0.667, abs=0.001)  # computed by hand from the formula
