"""Merging two articles: the text of the result, then the links, then all that knowledge keeps, in one transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.desk import audit, notifications
from assistant.desk.link import Link
from assistant.desk.people import Person
from kb import authoring, merging
from kb.article import Article, Content, Flag
from kb.remarks import Remark
from kb.store import lock
from kb.votes import Vote


def merge(
    db: Session,
    stays: Article,
    goes: Article,
    content: Content,
    *,
    seen: tuple[int, int],
    personal_data_checked: bool,
    actor: Person,
    now: datetime,
) -> Article:
    """Let one article take over another one. content: what it says from now on.

    seen: the versions of both that the person looked at. Raises Refused, or EditConflict when one was revised.
    """
    for article in sorted((stays, goes), key=lambda one: one.id):
        lock(db, article)
    merging.check(stays, goes)
    authoring.revise(db, goes, goes.current.content, seen=seen[1], actor=actor, now=now)
    note = f"Merged with {goes.number}"
    authoring.revise(db, stays, content, seen=seen[0], actor=actor, now=now, note=note)
    authoring.set_state(db, stays, actor=actor, now=now, personal_data_checked=personal_data_checked)
    _move_links(db, stays, goes)
    merging.absorb(db, stays, goes, actor=actor, now=now)
    audit.record(db, "article", stays.id, "article merged", actor=actor, now=now, took=[None, goes.number])
    audit.record(db, "article", goes.id, "article merged", actor=actor, now=now, into=[None, stays.number])
    text = f"{goes.number} is part of {stays.number} “{stays.title}” now."
    path = f"/articles/{stays.number}"
    notifications.tell(db, [stays.owner, goes.owner], text, path, actor=actor, now=now)
    return stays


def moving(db: Session, goes: Article) -> dict[str, int]:
    """Return how much moves to the one that stays, in words for one of them; what there is none of is left out."""
    kinds: dict[str, Any] = {"link": Link, "vote": Vote, "flag": Flag, "remark": Remark}
    counts = {
        name: db.scalar(select(func.count()).select_from(kind).where(kind.article_id == goes.id)) or 0
        for name, kind in kinds.items()
    }
    counts |= {"service": len(goes.services), "article merged before": len(merging.merged_into(db, goes))}
    return {name: count for name, count in counts.items() if count}


def _move_links(db: Session, stays: Article, goes: Article) -> None:
    """Move the links; an incident that has one to both keeps the stronger there and the other as history."""
    mine = {link.incident_id: link for link in db.scalars(select(Link).where(Link.article_id == stays.id))}
    for link in db.scalars(select(Link).where(Link.article_id == goes.id)):
        known = mine.get(link.incident_id)
        if known is None:
            link.article = stays
        elif link.kind == "resolved" and link.failed_at is None:
            known.kind = "resolved"
    db.flush()
