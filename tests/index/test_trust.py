"""How far a desk's promises are believed, learned from which of them held."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import evaluation
from index.trust import FEWEST, Trust, learned

chances = st.floats(0.02, 0.97)


def record(count, truth, seed=1):
    """Return promises, and whether each held, as a desk would see them whose promise means truth(promise)."""
    drawn = random.Random(seed)
    promised = [drawn.uniform(0.05, 0.9) for _ in range(count)]
    return promised, [drawn.random() < truth(one) for one in promised]


def test_a_desk_that_is_too_modest_learns_to_say_more():
    promised, right = record(400, lambda one: min(1.0, one + 0.3))
    believed = learned(promised, right)
    told = [believed.of(one) for one in promised]
    assert believed.labels == 400
    assert evaluation.calibration_error(told, right) < evaluation.calibration_error(promised, right) / 2


def test_promises_that_hold_stay_what_they_are():
    promised, right = record(600, lambda one: one)
    believed = learned(promised, right)
    assert all(abs(believed.of(one) - one) < 0.08 for one in (0.1, 0.3, 0.5, 0.7, 0.9))


@given(st.lists(st.tuples(chances, st.booleans()), min_size=FEWEST, max_size=120), chances, chances)
def test_what_is_more_likely_stays_more_likely(pairs, one, other):
    believed = learned([promised for promised, _ in pairs], [right for _, right in pairs])
    low, high = sorted((one, other))
    assert 0 < believed.of(low) <= believed.of(high) < 1


@pytest.mark.parametrize("count", [0, 1, FEWEST - 1])
def test_a_short_record_changes_nothing(count):
    promised, right = record(count, lambda one: 1.0)
    assert learned(promised, right) == Trust()
    assert Trust().of(0.37) == 0.37
