"""A desk that has solved the same thing more than once."""

from datetime import timedelta

import pytest

from assistant.desk import closure
from assistant.desk.closure import Outcome
from tests import make
from tests.make import NOON


def day(number, hours=0):
    return NOON + timedelta(days=number, hours=hours)


def solve(db, incident, article=None, *, at, **more):
    """Close an incident with an article, or with a new one that is written from it; return the article."""
    door = {"door": "link", "article_id": article.id} if article else {"door": "write", **more}
    outcome = Outcome(resolution="Done as written.", different=True, **door)
    closure.resolve(db, incident, outcome, close=True, actor=make.person(db), now=at)
    return incident.links[-1].article


@pytest.fixture
def history(runtime):
    """What happened, by name: an article with two incidents that it solved, and two that wrote and used another."""
    with runtime.writing() as db:
        tunnel = make.article(db)
        happened = {"tunnel": tunnel.id}
        for name, title, number in (
            ("first drop", "VPN drops every few minutes", 1),
            ("second drop", "VPN goes away in the train", 2),
        ):
            incident = make.incident(db, title, text="", symptoms="The VPN drops.", now=day(number))
            solve(db, incident, tunnel, at=day(number, 2))
            happened[name] = incident.id
        jam = make.incident(
            db, "Printer eats the paper", text="", symptoms="It jams at the rollers.", now=day(3)
        )
        content = make.content(title="Paper jams at worn rollers", issue="The printer eats paper.")
        rollers = solve(db, jam, at=day(3, 2), content=content)
        again = make.incident(db, "Paper jam on floor 3", text="", symptoms="Rollers eat paper.", now=day(4))
        solve(db, again, rollers, at=day(4, 2))
        open_one = make.incident(db, "Badge reader is dark", text="", now=day(5))
        happened |= {"jam": jam.id, "rollers": rollers.id, "jam again": again.id, "open": open_one.id}
        db.commit()
    runtime.now = lambda: day(6)
    return happened
