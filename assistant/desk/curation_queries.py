"""Where the worklist comes from: for each kind of task the keys and their rank, as far as the viewer may read them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, select
from sqlalchemy.orm import Session

from assistant.desk import gaps, site
from assistant.desk.incident import NOTHING_LEARNED, Incident
from assistant.desk.link import Link
from assistant.desk.permissions import readable_articles, readable_incidents
from assistant.desk.seen import CLOSURE, Seen
from kb.article import Article, Flag
from kb.likeness import Likeness
from kb.remarks import Remark
from kb.viewer import Viewer
from kb.votes import Vote

CLOSED_WITHIN = timedelta(days=30)


@dataclass(frozen=True)
class Asked:
    """Who looks, at what time."""

    db: Session
    viewer: Viewer
    now: datetime


def flags(asked: Asked) -> Select[Any]:
    """Open flags, those that are due first come first; an old one without a date counts from when it was raised."""
    due = func.coalesce(Flag.due_at, Flag.at)
    query: Any = select(Flag.id.label("key"), due.label("rank"))
    return _about_articles(asked, query, Flag).where(Flag.settled_at.is_(None))


def remarks(asked: Asked) -> Select[Any]:
    """Remarks that nobody took up, oldest first."""
    query: Any = select(Remark.id.label("key"), Remark.at.label("rank"))
    return _about_articles(asked, query, Remark).where(Remark.settled_at.is_(None))


def votes(asked: Asked) -> Select[Any]:
    """Articles that did not help, those with most readers first."""
    open_votes = select(Vote.article_id, func.count().label("times")).where(
        Vote.helpful.is_(False), Vote.settled_at.is_(None)
    )
    missed = open_votes.group_by(Vote.article_id).subquery()
    query: Any = select(Article.id.label("key"), missed.c.times.label("rank"))
    query = query.join(missed, missed.c.article_id == Article.id)
    return query.where(readable_articles(asked.viewer), Article.confidence != "archived")


def unvalidated(asked: Asked) -> Select[Any]:
    """Articles that are not validated, the most reused first."""
    times = select(func.count()).where(
        Link.article_id == Article.id, Link.kind == "resolved", Link.failed_at.is_(None)
    )
    query: Any = select(Article.id.label("key"), times.scalar_subquery().label("rank"))
    return query.where(readable_articles(asked.viewer), Article.confidence == "not_validated")


def drafts(asked: Asked) -> Select[Any]:
    """Work in progress that nobody touched for as long as the desk allows, oldest first."""
    query: Any = select(Article.id.label("key"), Article.updated_at.label("rank"))
    return query.where(readable_articles(asked.viewer), is_idle(asked.db, asked.now))


def is_idle(db: Session, now: datetime) -> ColumnElement[bool]:
    """Return the condition on Article that holds for a draft which nobody has touched for long enough."""
    since = now - timedelta(days=site.of(db, "curation")["idle_days"])
    return and_(Article.confidence == "wip", Article.updated_at < since)


def pairs(asked: Asked) -> Select[Any]:
    """Near-duplicates that nobody judged, the nearest first; both have to be readable and in use."""
    readable = select(Article.id).where(readable_articles(asked.viewer), Article.confidence != "archived")
    query: Any = select(Likeness.id.label("key"), Likeness.nearness.label("rank"))
    both = (Likeness.article_id.in_(readable), Likeness.other_id.in_(readable))
    return query.where(Likeness.apart_at.is_(None), *both)


def searches(asked: Asked) -> Select[Any]:
    """Questions that found nothing, the most frequent first."""
    return gaps.grouped(unanswered=True, now=asked.now)


def ignored(asked: Asked) -> Select[Any]:
    """Questions that found something which nobody opened, the most frequent first."""
    return gaps.grouped(unanswered=False, now=asked.now)


def closures(asked: Asked) -> Select[Any]:
    """Incidents that were closed with nothing to learn and that nobody looked at since, newest first."""
    looked = exists().where(
        Seen.kind == CLOSURE,
        Seen.subject == cast(Incident.id, String(200)),
        Seen.at >= Incident.closed_at,
    )
    query: Any = select(Incident.id.label("key"), Incident.closed_at.label("rank"))
    recent = (Incident.closed_at > asked.now - CLOSED_WITHIN, NOTHING_LEARNED)
    return query.where(readable_incidents(asked.viewer), *recent, ~looked)


def _about_articles(asked: Asked, query: Select[Any], kind: Any) -> Select[Any]:
    return query.join(Article, Article.id == kind.article_id).where(readable_articles(asked.viewer))
