"""Promises by the desk's own record: taken over where they come truer, left where somebody went back."""

import random
from dataclasses import replace

from assistant.backtest import honesty
from assistant.backtest.outcome import Outcome
from kb import tuning
from kb.tuning import PROMISE
from tests import make


def outcomes(count, truth, seed=3):
    drawn = random.Random(seed)
    for number in range(count):
        chance = drawn.uniform(0.05, 0.7)
        yield Outcome(number, 1, {}, chance, right=drawn.random() < truth(chance), shown=[])


def modest(chance):
    return min(1.0, chance + 0.3)


def test_a_modest_desk_learns_and_says_what_it_is_worth():
    found = honesty.learn(list(outcomes(300, modest)))
    assert found["labels"] == 300
    assert found["after"] < found["before"]


def test_earlier_is_what_was_resolved_earlier_whatever_its_number():
    """Incidents of another desk, brought in later, have higher numbers than what they came before."""
    early, late = list(outcomes(100, modest)), list(outcomes(100, lambda chance: chance, seed=4))
    early = [replace(one, incident_id=one.incident_id + 1000, ended_at="2025-01-01") for one in early]
    late = [replace(one, ended_at="2026-01-01") for one in late]
    in_time = honesty.learn([replace(one, incident_id=place) for place, one in enumerate([*early, *late])])
    assert honesty.learn([*late, *early]) == in_time
    assert in_time["after"] > in_time["before"], "what was learned from the earlier ones does not hold later"


def test_few_incidents_teach_nothing():
    found = honesty.learn(list(outcomes(40, modest)))
    assert (found["before"], found["after"]) == (None, None)


def test_what_is_learned_is_used_until_somebody_goes_back(db):
    found = honesty.learn(list(outcomes(300, modest)))
    assert tuning.manner(db, None, {}).trust.of(0.3) == 0.3
    honesty.take_over(db, found, now=make.NOON)
    assert tuning.manner(db, None, {}).trust.of(0.3) > 0.45
    tuning.withdraw(db, PROMISE, actor=make.person(db), now=make.NOON)
    assert tuning.manner(db, None, {}).trust.of(0.3) == 0.3
    honesty.take_over(db, found, now=make.NOON)
    assert tuning.manner(db, None, {}).trust.of(0.3) == 0.3


def test_what_makes_promises_no_truer_is_not_used_and_what_did_so_once_is_used_no_longer(db):
    found = honesty.learn(list(outcomes(300, modest)))
    equal, few = found | {"after": 0.2, "before": 0.2}, found | {"after": None, "before": None}
    for no_gain in (equal, few):
        honesty.take_over(db, no_gain, now=make.NOON)
        assert tuning.newest(db, PROMISE) is None
    for no_gain in (equal, few):
        honesty.take_over(db, found, now=make.NOON)
        assert tuning.manner(db, None, {}).trust.of(0.3) > 0.45
        honesty.take_over(db, no_gain, now=make.NOON)
        assert tuning.manner(db, None, {}).trust.of(0.3) == 0.3


def test_nobody_can_choose_what_is_no_gain(db):
    found = honesty.learn(list(outcomes(300, modest))) | {"after": 0.2, "before": 0.2}
    told = honesty.decide(db, found, actor=make.person(db), now=make.NOON)
    assert told == "Promises are told as they were shipped."
    assert tuning.manner(db, None, {}).trust.of(0.3) == 0.3
