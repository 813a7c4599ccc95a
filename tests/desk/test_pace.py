"""How soon people are usually answered: from what happened at such an hour, or nothing at all."""

from datetime import timedelta

import pytest

from assistant.desk import conversation, pace
from tests import make


@pytest.fixture
def history(db, now):
    def history(days, minutes, hour=0):
        for day in days:
            at = now - timedelta(days=day, hours=hour)
            incident = make.incident(db, f"Day {day}", now=at)
            conversation.comment(
                db, incident, "What?", actor=make.person(db, "ada"), now=at + timedelta(minutes=1)
            )
            reply = at + timedelta(minutes=minutes)
            conversation.comment(db, incident, "Try this.", actor=make.person(db), now=reply)

    return history


WEEKDAYS = [day for day in range(1, 40) if day % 7 not in (1, 2)]


def test_the_usual_answer_of_this_hour_is_told_rounded_up(db, history, now):
    history(WEEKDAYS[:12], 33)
    assert pace.usual(db, now=now) == timedelta(minutes=40)


def test_too_little_history_says_nothing(db, history, now):
    history(WEEKDAYS[:5], 33)
    assert pace.usual(db, now=now) is None


def test_other_hours_and_the_weekend_say_nothing_about_now(db, history, now):
    history(WEEKDAYS[:12], 33, hour=6)
    assert pace.usual(db, now=now) is None
    assert pace.usual(db, now=now - timedelta(days=1, hours=6)) is None


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (40, "40 minutes"),
        (60, "an hour"),
        (90, "90 minutes"),
        (180, "3 hours"),
        (1440, "a day"),
        (2880, "2 days"),
    ],
)
def test_times_are_worded_for_people(minutes, words):
    assert pace.worded(timedelta(minutes=minutes)) == words
