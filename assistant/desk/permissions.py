"""Who may do what: one table of roles and actions, and one predicate for reading incidents and articles."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from assistant.desk.attachment import Attachment
from assistant.desk.errors import NotAllowed
from assistant.desk.incident import Entry, Incident, Watcher
from assistant.desk.people import Group, Person, membership
from kb.article import Article
from kb.states import SHARED
from kb.viewer import ANONYMOUS, RANKS, Viewer

LEAST_ROLE = {  # action -> the least role that may do it; what is not here, nobody may
    "profile": "requester",
    "search": "requester",
    "notifications": "requester",
    "portal": "requester",  # where the administrator opens it, people who are not signed in too
    "article.read": "requester",
    "article.vote": "requester",
    "notice.join": "requester",
    "incident.open": "requester",
    "incident.read": "requester",
    "incident.comment": "requester",
    "incident.attach": "requester",
    "incident.reopen": "requester",
    "incident.confirm": "requester",
    "queue.read": "agent",
    "incident.work": "agent",
    "suggestion.choose": "agent",
    "notice.announce": "agent",
    "view.save": "agent",
    "palette": "agent",
    "article.write": "agent",
    "article.flag": "agent",
    "flag.settle": "agent",  # whoever may mend an article may say that it is mended
    "article.remark": "agent",
    "article.capture": "agent",
    "article.validate": "coach",
    "article.publish": "coach",
    "article.archive": "coach",
    "closures.review": "coach",
    "curation": "coach",
    "laboratory": "coach",
    "article.merge": "coach",
    "article.import": "coach",
    "status.read": "agent",
    "audit.read": "manager",
    "administer": "administrator",
    "index.rebuild": "administrator",
}


def allowed(person: Person | None, action: str) -> bool:
    """Say whether this person's role may do that at all; unknown actions are refused."""
    role = person.role if person is not None and person.active else "anonymous"
    return action in LEAST_ROLE and RANKS.index(role) >= RANKS.index(LEAST_ROLE[action])


def require(person: Person | None, action: str) -> None:
    """Raise NotAllowed when this person may not do that."""
    if not allowed(person, action):
        raise NotAllowed("Your role does not include this.")


def viewer_of(db: Session, person: Person | None) -> Viewer:
    """Return the person as finding sees them; a requester's own and watched incidents are looked up."""
    if person is None or not person.active:
        return ANONYMOUS
    if person.works:
        return Viewer(person.id, person.role, frozenset(group.id for group in person.groups))
    own = select(Incident.id).where(_own(person.id))
    return Viewer(person.id, person.role, own=frozenset(db.scalars(own)))


def readable_incidents(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition on Incident that holds for what this viewer may read."""
    if not viewer.ranks("agent"):
        return false() if viewer.person_id is None else _own(viewer.person_id)
    mine = select(membership.c.group_id).where(membership.c.person_id == viewer.person_id)
    group = func.coalesce(
        Incident.restricted_to_id, 0
    )  # hides the index, which would find nearly every incident
    return or_(group == 0, group.in_(mine))


def readable_articles(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition on Article that holds for what this viewer may read, as Viewer.reads says of its scope."""
    shared = and_(Article.audience != "team", Article.confidence.in_(("not_validated", "validated")))
    if not viewer.ranks("requester"):
        return and_(shared, Article.audience == "public")
    if not viewer.ranks("agent"):
        return and_(shared, Article.audience.in_(("requesters", "public")))
    return or_(Article.audience != "team", Article.team_id.in_(viewer.group_ids))


def readers(db: Session, article: Article, confidence: str, audience: str) -> dict[str, int]:
    """Return how many people of each role could read an article in that state; who is not signed in is not counted."""
    everybody = select(Person.role, func.count()).where(Person.active).group_by(Person.role)
    roles = {role: count for role, count in db.execute(everybody)}  # noqa: C416 - a row is no pair for dict()
    if audience == "team":
        members = select(Person.role, func.count()).join(membership).where(Person.active)
        mine = members.where(membership.c.group_id == article.team_id).group_by(Person.role)
        roles = {role: count for role, count in db.execute(mine) if role != "requester"}
    elif audience not in SHARED or confidence in ("wip", "archived"):
        roles.pop("requester", None)
    return {role: roles[role] for role in RANKS if roles.get(role)}


def may_read_incident(db: Session, viewer: Viewer, incident: Incident) -> bool:
    """Say whether this viewer may read this incident."""
    return db.scalar(select(true()).where(Incident.id == incident.id, readable_incidents(viewer))) is not None


def may_read_attachment(db: Session, viewer: Viewer, file: Attachment) -> bool:
    """Say whether this viewer may read this file: who reads the incident, but not what came with a work note."""
    incident = db.get(Incident, file.incident_id)
    if incident is None or not may_read_incident(db, viewer, incident):
        return False
    entry = db.get(Entry, file.entry_id) if file.entry_id else None
    return viewer.ranks("agent") or entry is None or entry.kind == "comment"


def may_read_article(db: Session, viewer: Viewer, article: Article) -> bool:
    """Say whether this viewer may read this article."""
    return db.scalar(select(true()).where(Article.id == article.id, readable_articles(viewer))) is not None


def readable_ids(
    db: Session, viewer: Viewer, kind: type[Incident] | type[Article], ids: Collection[int]
) -> set[int]:
    """Return those of the ids that the viewer may read now."""
    condition = readable_incidents(viewer) if kind is Incident else readable_articles(viewer)
    return set(db.scalars(select(kind.id).where(kind.id.in_(ids), condition)))


def may_restrict_to(person: Person, group: Group | None) -> bool:
    """Say whether a person may restrict an incident to this group: only to their own, so that they still read it."""
    return group is None or group in person.groups


def _own(person_id: int) -> ColumnElement[bool]:
    watched = select(Watcher.incident_id).where(Watcher.person_id == person_id)
    return or_(Incident.requester_id == person_id, Incident.id.in_(watched))
