"""Looking after articles: flags as tasks, remarks, handing over; whoever it concerns is told."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from assistant.desk import notifications, site
from assistant.desk.curation_queries import is_idle
from assistant.desk.errors import Finding, Refused
from assistant.desk.people import Person
from assistant.desk.permissions import readable_ids, viewer_of
from kb import authoring, remarks
from kb.article import Article, Flag
from kb.remarks import Remark


def flag(db: Session, article: Article, reason: str, *, actor: Person, now: datetime) -> Flag:
    """Say what is wrong with an article; its owner, or else a coach, gets it as a task. Raises Refused."""
    owner = _keeper(db, article)
    due_at = now + timedelta(days=site.of(db, "curation")["flag_days"])
    raised = authoring.flag(db, article, reason, actor=actor, now=now, owner=owner, due_at=due_at)
    text = f"{actor.name} flagged {article.number} “{article.title}”: {raised.reason}"
    notifications.tell(db, [owner], text, _path(article), actor=actor, now=now)
    return raised


def settle(db: Session, raised: Flag, outcome: str, *, actor: Person, now: datetime) -> Flag:
    """Close a flag with what was done about it, and tell who raised it. Raises Refused or MoveNotAllowed."""
    authoring.settle(db, raised, outcome, actor=actor, now=now)
    text = f"Your flag on {raised.article.number} “{raised.article.title}” is settled: {raised.outcome}"
    notifications.tell(db, [raised.person], text, _path(raised.article), actor=actor, now=now)
    return raised


def hand_flag(db: Session, raised: Flag, to: Person | None, *, actor: Person, now: datetime) -> Flag:
    """Give a flag to somebody else, who is told. Raises Refused."""
    owner = _able(db, raised.article, to)
    raised.owner_id = owner.id
    db.flush()
    db.expire(raised, ["owner"])
    text = f"{actor.name} asks you to see to the flag on {raised.article.number}: {raised.reason}"
    notifications.tell(db, [owner], text, _path(raised.article), actor=actor, now=now)
    return raised


def remark(db: Session, article: Article, text: str, *, actor: Person, now: datetime) -> Remark:
    """Say something about an article; its owner is told. Raises Refused when nothing is said."""
    said = remarks.add(db, article, text, actor=actor, now=now)
    told = f"{actor.name} on {article.number} “{article.title}”: {said.text}"
    notifications.tell(db, [_keeper(db, article)], told, _path(article), actor=actor, now=now)
    return said


def hand_over(db: Session, article: Article, to: Person | None, *, actor: Person, now: datetime) -> Article:
    """Give an article to somebody else; both are told. Raises Refused."""
    before, owner = article.owner, _able(db, article, to)
    authoring.hand_over(db, article, owner, actor=actor, now=now)
    text = f"{article.number} “{article.title}” is kept by {owner.name} from now on."
    notifications.tell(db, [owner, before], text, _path(article), actor=actor, now=now)
    return article


def remind(db: Session, *, now: datetime) -> int:
    """Tell the owners of idle drafts, once each while they have not read it; return how many drafts there are."""
    idle = select(Article).where(is_idle(db, now), Article.owner_id.is_not(None))
    drafts = list(db.scalars(idle.options(selectinload(Article.current), joinedload(Article.owner))))
    for draft in drafts:
        text = f"Your draft {draft.number} “{draft.title}” lies idle: finish it, hand it over, or archive it."
        notifications.tell(db, [draft.owner], text, _path(draft), actor=None, now=now)
    return len(drafts)


def _keeper(db: Session, article: Article) -> Person | None:
    """Return who sees to an article: its owner while they work here and can read it, else the first coach who can."""
    owner = article.owner
    if owner is not None and owner.active and owner.works and _reads(db, owner, article):
        return owner
    coaches = select(Person).where(Person.role == "coach", Person.active).order_by(Person.id)
    return next((one for one in db.scalars(coaches) if _reads(db, one, article)), None)


def _able(db: Session, article: Article, person: Person | None) -> Person:
    """Return the person when they can see to this article. Raises Refused."""
    if person is None:
        raise Refused([Finding("person_id", "Nobody is chosen.", "Choose who sees to it from now on.")])
    if not (person.active and person.works and _reads(db, person, article)):
        message = f"{person.name} cannot see to this article."
        raise Refused([Finding("person_id", message, "Name somebody who works here and may read it.")])
    return person


def _reads(db: Session, person: Person, article: Article) -> bool:
    return bool(readable_ids(db, viewer_of(db, person), Article, [article.id]))


def _path(article: Article) -> str:
    return f"/articles/{article.number}"
