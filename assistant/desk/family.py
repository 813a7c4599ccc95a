"""Parents and children: incidents of one cause, answered once and resolved the same way."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.desk import bulk, closure, conversation
from assistant.desk.incident import Entry, Incident, Relation
from assistant.desk.link import resolving
from assistant.desk.people import Person
from assistant.desk.permissions import readable_incidents, viewer_of
from kb.viewer import Viewer


def children(db: Session, incident: Incident, viewer: Viewer) -> list[Incident]:
    """Return the incidents below this one that the viewer may read, open ones first."""
    below = select(Relation.incident_id).where(Relation.other_id == incident.id, Relation.kind == "child_of")
    found = db.scalars(select(Incident).where(Incident.id.in_(below), readable_incidents(viewer)))
    return sorted(found, key=lambda child: (not child.is_open, child.id))


def parent(db: Session, incident: Incident, viewer: Viewer) -> Incident | None:
    """Return the incident above this one, None when there is none that the viewer may read."""
    above = select(Relation.other_id).where(Relation.incident_id == incident.id, Relation.kind == "child_of")
    found = select(Incident).where(Incident.id.in_(above), readable_incidents(viewer))
    return db.scalar(found.order_by(Incident.id).limit(1))


def comment(
    db: Session,
    incident: Incident,
    text: str,
    *,
    actor: Person,
    now: datetime,
    minutes: int | None = None,
) -> Entry:
    """Say something to everybody who is hurt by the same: the requesters of open children and of merged duplicates.

    It goes to incidents that the writer may read, and to nobody twice.
    """
    said = conversation.comment(db, incident, text, actor=actor, now=now, minutes=minutes, to_all=True)
    for other in reached(db, incident, viewer_of(db, actor)):
        conversation.comment(db, other, text, actor=actor, now=now)
    return said


def reached(db: Session, incident: Incident, viewer: Viewer) -> list[Incident]:
    """Return the other incidents that a comment to all goes to, among those the viewer may read."""
    open_children = [child for child in children(db, incident, viewer) if child.is_open]
    parts = [incident.id, *(child.id for child in open_children)]
    merged = select(Incident).where(Incident.merged_into_id.in_(parts), readable_incidents(viewer))
    return list(dict.fromkeys([*open_children, *db.scalars(merged.order_by(Incident.id))]))


def resolve_children(
    db: Session, incident: Incident, chosen: Iterable[Incident], *, actor: Person, now: datetime
) -> bulk.Outcome:
    """Resolve children as their parent was resolved: the same article, the same words, each through its own gate.

    What the parent's process asked for may not be what a child's asks for: those are refused and named.
    """
    links = resolving(incident)
    outcome = closure.Outcome(
        "link",
        resolution=incident.resolution,
        cause=incident.cause,
        workaround=incident.workaround,
        verification=incident.verification,
        closing_category_id=incident.closing_category_id,
        article_id=links[-1].article_id if links else None,
    )
    closes = incident.phase == "closed"
    below = [child for child in chosen if child.is_open]
    return bulk.each(
        db, below, lambda child: closure.resolve(db, child, outcome, close=closes, actor=actor, now=now)
    )
