"""Rows with sensible values, so that a test names only what it is about. The cast: Ada, Ben, Cleo, Dan, Eve."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from assistant.backtest import figures
from assistant.backtest.outcome import Outcome, Sight
from assistant.desk import laboratory as runs
from assistant.desk import lifecycle, link, people, ways
from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.assignment import Route
from assistant.desk.incident import Incident
from assistant.desk.laboratory import LaboratoryRun
from assistant.desk.lifecycle import Report
from assistant.desk.people import Group, Person
from kb import authoring
from kb.article import Article, Content

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PASSWORD = "seam of gold in clay"
CAST = {
    "ada": ("Ada Okafor", "requester"),
    "ben": ("Ben Sato", "agent"),
    "cleo": ("Cleo Marchetti", "coach"),
    "mia": ("Mia Lindqvist", "manager"),
    "dan": ("Dan Novak", "administrator"),
    "eve": ("Eve Marsh", "requester"),
}


def person(db: Session, who: str = "ben", **more: Any) -> Person:
    """Return somebody of the cast, the same row each time; anybody else is made as named."""
    name, role = CAST.get(who, (who.title(), "requester"))
    email = f"{who}@example.org"
    known = people.by_email(db, email)
    return known or people.add(db, name, email, **{"role": role, "now": NOON, **more})


def group(db: Session, name: str = "Network", *members: Person, restricted: bool = False) -> Group:
    """Return a new group with these members."""
    made = Group(name=name, restricted=restricted, people=list(members))
    db.add(made)
    db.flush()
    return made


def service(
    db: Session, name: str = "Remote access", *, process: str = "itil", group: Group | None = None
) -> Service:
    """Return a new service; its incidents are routed to the group."""
    made = Service(name=name, process=process)
    db.add(made)
    db.flush()
    if group is not None:
        db.add(Route(service_id=made.id, group_id=group.id))
        db.flush()
    return made


def item(db: Session, name: str = "LT-20981", **more: Any) -> ConfigurationItem:
    """Return a new configuration item."""
    made = ConfigurationItem(name=name, **more)
    db.add(made)
    db.flush()
    return made


def incident(db: Session, title: str = "VPN drops every few minutes", **more: Any) -> Incident:
    """Return a new incident of Ada's, recorded by Ben at noon. more: fields of Report, or state and phase."""
    now = more.pop("now", NOON)
    state = more.pop("state", None)
    values = {
        "requester": person(db, "ada"),
        "text": "Since the update the VPN goes away.",
        "source": "phone",
        **more,
    }
    made = lifecycle.open(db, Report(title=title, **values), actor=person(db), now=now)
    if state is not None:
        way = ways.of(db, made)
        made.state, made.phase = state, way.states[state].phase
        db.flush()
    return made


def content(**more: str) -> Content:
    """Return the content of a good article."""
    good = {
        "title": "VPN disconnects at intervals: network adapter power saving",
        "issue": "The VPN drops every few minutes after a Windows update.",
        "environment": "Product: GlobalConnect 6.2\nPlatform: Windows 11",
        "cause": "The update switches the power saving of the network adapter back on.",
        "resolution": "1. Open the device manager.\n2. Switch off power saving of the adapter.",
    }
    return Content(**{**good, **more})


def article(db: Session, confidence: str = "validated", audience: str = "requesters", **more: Any) -> Article:
    """Return a new article of Cleo's in this state. more: fields of Content, or columns of Article."""
    actor = more.pop("actor", None) or person(db, "cleo")
    identity = {
        name: more.pop(name) for name in ("team_id", "category_id", "governance", "services") if name in more
    }
    made = authoring.draft(db, content(**more), actor=actor, now=NOON, **identity)
    made.confidence, made.audience = confidence, audience
    db.flush()
    return made


def outcome(incident_id: int, places: Sequence[int], *shown: tuple[Any, ...], **more: Any) -> Outcome:
    """Return what came of asking an incident again: where its answers stood, and the first hits."""
    sights = [Sight(*one) for one in shown]
    right = 1 in places
    missed = {} if right or not sights else {"answer": sights[-1], "place": min(places, default=None)}
    values = {"answers": 1, "chance": 0.4, "language": "English", **missed, **more}
    named = dict.fromkeys(("product", "words", "meaning"), places)
    return Outcome(incident_id=incident_id, places=named, right=right, shown=sights, **values)


def laboratory(db: Session, *outcomes: Outcome, at: datetime = NOON, recipe: str = "one") -> LaboratoryRun:
    """Return a finished run of the laboratory with these outcomes."""
    run = runs.begin(db, recipe, now=at)
    runs.keep(db, run.id, [asdict(one) for one in outcomes])
    labels = {"product": "Kintsugi", "words": "Words alone (BM25)", "meaning": "Meaning alone"}
    return runs.finish(db, run.id, figures.of(outcomes, labels), now=at)


def resolved_by(db: Session, incident: Incident, article: Article) -> Incident:
    """Link an article to an incident as what resolved it."""
    link.add(db, incident, article, "resolved", actor=person(db), now=NOON)
    return incident
