"""Weights learned anew from choices: towards what people choose, never below nought, not far from few choices."""

import numpy as np
import pytest

from index.refit import Choice, looked_at, refitted

SHIPPED = {"text": 5.0, "service": 0.5}


def choices(count, *, seen=1.0, rejected=False):
    """What is right has the service that asks; the text says the same of all but for chance."""
    drawn = np.random.default_rng(4)
    for _ in range(count):
        terms = np.column_stack([drawn.normal(0.5, 0.1, 6), [1, 0, 0, 0, 0, 0]])
        first = np.arange(6) == 0
        yield Choice(terms, first, np.arange(6) == 1 if rejected else ~first & first, seen)


def test_what_people_choose_by_counts_more_afterwards():
    found = refitted(list(choices(200)), SHIPPED)
    assert found["service"] > 2 * SHIPPED["service"]


def test_few_choices_change_little():
    few, many = (refitted(list(choices(count)), SHIPPED)["service"] for count in (3, 300))
    assert SHIPPED["service"] < few < many


def test_nothing_that_speaks_for_an_item_ever_counts_against_it():
    against = [Choice(one.terms, ~one.right, one.rejected) for one in choices(300)]
    assert refitted(against, SHIPPED)["service"] == 0


def test_places_are_looked_at_less_the_further_down_and_by_the_record_once_there_is_one():
    assert looked_at([(0.0, 0.0)] * 3) == pytest.approx([1, 1 / 2, 1 / 3])
    diligent = looked_at([(500.0, 500.0)] * 3)
    assert diligent[2] > 0.9
    assert looked_at([(500.0, 500.0), (500.0, 0.0), (500.0, 500.0)])[2] == 0.2, (
        "never more than the place before"
    )
