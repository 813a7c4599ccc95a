"""Who is told what about an incident: the requester what the desk says and does, its agent what the requester says."""

from datetime import datetime

from sqlalchemy.orm import Session

from assistant.desk import notice, notifications
from assistant.desk.incident import Entry, Incident
from assistant.desk.people import Person

MOVED = {  # (ended before, ended now, phase now) -> what the requester is told; what is not here is not news
    (False, True, "resolved"): "We think this is solved. Does it work again? {title}",
    (False, True, "closed"): "This is solved and closed: {title}",
    (True, True, "closed"): "This is closed: {title}",
    (True, False, "active"): "This is open again: {title}",
    (True, False, "new"): "This is open again: {title}",
}
ENDED = ("resolved", "closed")


def said(db: Session, incident: Incident, entry: Entry, *, actor: Person | None, now: datetime) -> None:
    """Tell the other side of a comment; what was said to all reaches everybody whom the incident hurts."""
    if entry.kind != "comment":
        return
    by_desk = actor is None or (actor.works and actor.id != incident.requester_id)
    who = incident.requester if by_desk else incident.assignee
    name = actor.name if actor else "The service desk"
    about = f"“{incident.title}”" if by_desk else f"{incident.number} “{incident.title}”"
    told = f"{name} wrote about {about}"
    _tell(db, incident, who, told, actor=actor, now=now)
    if entry.to_all:
        notice.say_to_all(db, incident, actor=actor, now=now)


def moved(db: Session, incident: Incident, before: str, *, actor: Person | None, now: datetime) -> None:
    """Tell what a change of the phase means to people. before: the phase that it had."""
    ended, ends = before in ENDED, incident.phase in ENDED
    sentence = MOVED.get((ended, ends, incident.phase)) if before != incident.phase else None
    in_one_motion = before == "resolved" and incident.resolved_at == now
    if sentence and not in_one_motion and incident.merged_into_id is None:
        _tell(db, incident, incident.requester, sentence.format(title=incident.title), actor=actor, now=now)
    if ended and not ends:
        told = f"{incident.number} is open again: {incident.title}"
        _tell(db, incident, incident.assignee, told, actor=actor, now=now)
    notice.follow(db, incident, actor=actor, now=now)


def _tell(
    db: Session, incident: Incident, person: Person | None, text: str, *, actor: Person | None, now: datetime
) -> None:
    notifications.tell(db, [person], text, f"/incidents/{incident.number}", actor=actor, now=now)
