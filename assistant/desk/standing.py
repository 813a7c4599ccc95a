"""What the desk knows of articles and incidents besides their text: what they share with what asks, and how they held.

Counted is only what the viewer may read: a use in an incident that is not theirs to read moves nothing for them.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from assistant.desk.incident import Incident, incident_item
from assistant.desk.link import Link
from assistant.desk.permissions import readable_incidents
from index.standing import FADES_DAYS, Standing
from kb.article import Article, article_service
from kb.corpus import Occasion
from kb.feedback import Search, Showing
from kb.viewer import Viewer
from kb.votes import Vote

LATELY_DAYS = int(FADES_DAYS * 7 / 3)  # three weeks: what is older is not named as a reason
SHARED = ("requesters", "public")
SAME = {
    "service": "same service",
    "item": "same configuration item",
    "category": "same category",
    "group": "same group",
}


def occasion_of(incident: Incident | None, now: datetime) -> Occasion:
    """Return when and by which incident something is asked."""
    if incident is None:
        return Occasion(now)
    return Occasion(
        now,
        incident.id,
        incident.service_id,
        incident.category_id,
        incident.group_id,
        frozenset(item.id for item in incident.items),
    )


def of_articles(
    db: Session, viewer: Viewer, ids: Collection[int], occasion: Occasion
) -> Mapping[int, Standing]:
    """Return what is known of articles: their uses in incidents that the viewer may read, and what readers said."""
    uses = _uses(viewer, ids, occasion).subquery()
    votes = _votes(ids, occasion).subquery()
    services = select(article_service.c.article_id).where(article_service.c.service_id == occasion.service_id)
    columns = (Article.id, Article.category_id, Article.team_id, Article.confidence, Article.audience)
    rows = db.execute(
        select(*columns, Article.id.in_(services).label("service"), uses, votes)
        .outerjoin(uses, uses.c.used_id == Article.id)
        .outerjoin(votes, votes.c.read_id == Article.id)
        .where(Article.id.in_(ids))
    )
    return {row.id: _article(row, occasion) for row in rows}


def of_incidents(
    db: Session, viewer: Viewer, ids: Collection[int], occasion: Occasion
) -> Mapping[int, Standing]:
    """Return what is known of incidents: how they ended, and their uses in others that the viewer may read."""
    uses = _used(viewer, ids, occasion).subquery()
    items = select(incident_item.c.incident_id).where(incident_item.c.item_id.in_(occasion.item_ids))
    columns = (Incident.id, Incident.service_id, Incident.category_id, Incident.group_id)
    dates = (Incident.recorded_at, Incident.resolved_at, Incident.reopen_count)
    rows = db.execute(
        select(*columns, *dates, Incident.id.in_(items).label("item"), uses)
        .outerjoin(uses, uses.c.used_id == Incident.id)
        .where(Incident.id.in_(ids))
    )
    return {row.id: _incident(row, occasion) for row in rows}


def words(standing: Standing, *, what: str) -> Iterator[str]:
    """Return, as pieces of a sentence, what speaks for an item besides its text. what: what happened lately."""
    yield from (said for name, said in SAME.items() if getattr(standing, name))
    if standing.age_days is not None and standing.age_days <= LATELY_DAYS:
        days = max(0, int(standing.age_days))
        yield f"{what} {'today' if not days else 'yesterday' if days == 1 else f'{days} days ago'}"
    if standing.asked:
        yield f"helped {standing.helped} of {standing.asked} reader{'' if standing.asked == 1 else 's'}"


def _uses(viewer: Viewer, ids: Collection[int], occasion: Occasion) -> Select[Any]:
    lasts = or_(Link.failed_at.is_(None), Link.failed_at > occasion.at)
    mine = (Link.article_id.in_(ids), Link.kind == "resolved", Link.at <= occasion.at)
    return (
        select(Link.article_id.label("used_id"), *_counted(lasts), func.max(Link.at).label("last"))
        .join(Incident)
        .where(*mine, *_by_others(viewer, occasion))
        .group_by(Link.article_id)
    )


def _used(viewer: Viewer, ids: Collection[int], occasion: Occasion) -> Select[Any]:
    lasts = or_(Showing.failed_at.is_(None), Showing.failed_at > occasion.at)
    mine = (Showing.corpus == "incident", Showing.item_id.in_(ids), Showing.choice == "used")
    return (
        select(Showing.item_id.label("used_id"), *_counted(lasts), func.max(Showing.chosen_at).label("last"))
        .join(Search, Search.id == Showing.search_id)
        .join(Incident, Incident.id == Search.incident_id)
        .where(*mine, Showing.chosen_at <= occasion.at, *_by_others(viewer, occasion))
        .group_by(Showing.item_id)
    )


def _votes(ids: Collection[int], occasion: Occasion) -> Any:
    helped = func.sum(case((Vote.helpful, 1), else_=0)).label("helped")
    mine = and_(Vote.article_id.in_(ids), Vote.at <= occasion.at)
    said = select(Vote.article_id.label("read_id"), helped, func.count().label("asked"))
    return said.where(mine).group_by(Vote.article_id)


def _counted(lasts: Any) -> tuple[Any, Any]:
    return func.sum(case((lasts, 1), else_=0)).label("held"), func.count().label("of")


def _by_others(viewer: Viewer, occasion: Occasion) -> tuple[Any, Any]:
    """Return the conditions on Incident: it is not the one that asks, and the viewer may read it."""
    return Incident.id != occasion.incident_id, readable_incidents(viewer)


def _article(row: Any, occasion: Occasion) -> Standing:
    return Standing(
        service=bool(row.service),
        category=_same(row.category_id, occasion.category_id),
        group=_same(row.team_id, occasion.group_id),
        age_days=_age(row.last, occasion),
        held=int(row.held or 0),
        of=int(row.of or 0),
        helped=int(row.helped or 0),
        asked=int(row.asked or 0),
        validated=row.confidence == "validated",
        shared=row.audience in SHARED,
    )


def _incident(row: Any, occasion: Occasion) -> Standing:
    last = max((at for at in (row.resolved_at or row.recorded_at, row.last) if at), default=None)
    ended = row.resolved_at is not None
    return Standing(
        service=_same(row.service_id, occasion.service_id),
        item=bool(row.item),
        category=_same(row.category_id, occasion.category_id),
        group=_same(row.group_id, occasion.group_id),
        age_days=_age(last, occasion),
        held=int(row.held or 0) + ended,
        of=int(row.of or 0) + ended + row.reopen_count,
    )


def _same(one: int | None, other: int | None) -> bool:
    return one is not None and one == other


def _age(last: datetime | None, occasion: Occasion) -> float | None:
    return None if last is None else (occasion.at - last).total_seconds() / 86_400
