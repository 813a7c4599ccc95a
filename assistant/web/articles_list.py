"""The list of articles: filtered, counted, sorted, cut into pages, for one viewer only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from assistant.desk import curation
from assistant.desk.curation_lines import worth_of
from assistant.desk.curation_queries import is_idle
from assistant.desk.link import Link
from assistant.desk.people import Person
from assistant.desk.permissions import readable_articles
from assistant.identity import me, viewer
from assistant.web import incoming
from assistant.web.door import db, now
from assistant.web.subjects import services
from kb.article import CONFIDENCES, Article, Flag, article_service
from kb.votes import Vote

PAGE = 50  # articles on a page
UNUSED = timedelta(days=180)
MARKS: dict[
    str, tuple[str, Callable[[], ColumnElement[bool]]]
] = {  # filter -> label, what holds for an article
    "mine": ("Mine", lambda: Article.owner_id == me().id),
    "flagged": ("Flagged", lambda: exists().where(Flag.article_id == Article.id, Flag.settled_at.is_(None))),
    "missed": (
        "It did not help",
        lambda: exists().where(
            Vote.article_id == Article.id, Vote.helpful.is_(False), Vote.settled_at.is_(None)
        ),
    ),
    "idle": ("Idle drafts", lambda: is_idle(db(), now())),
    "unused": (
        "Not used for half a year",
        lambda: (
            (Article.created_at < now() - UNUSED)
            & ~exists().where(Link.article_id == Article.id, Link.at > now() - UNUSED)
        ),
    ),
}


@dataclass(frozen=True)
class Sort:
    """An order of the list. rank: what decides, for one article."""

    label: str
    rank: Callable[[], Any]
    newest: bool = True


def _uses(value: Any) -> Any:
    mine = (Link.article_id == Article.id, Link.kind == "resolved", Link.failed_at.is_(None))
    return select(value).where(*mine).scalar_subquery()


def _votes(*holds: Any) -> Any:
    return select(func.count()).where(Vote.article_id == Article.id, *holds).scalar_subquery()


SORTS = {
    "changed": Sort("Last change", lambda: Article.updated_at),
    "reuse": Sort("Most reused", lambda: _uses(func.count())),
    "stale": Sort(
        "Longest unused",
        lambda: func.coalesce(_uses(func.max(Link.at)), Article.created_at),
        newest=False,
    ),
    "missed": Sort("Helped least", lambda: _votes(Vote.helpful.is_(False))),
    "helped": Sort("Helped most", lambda: _votes(Vote.helpful.is_(True))),
}


def listed(asked: Mapping[str, str]) -> dict[str, Any]:
    """Return what the list shows for the asked filters. after: the mark that the page before gave."""
    filters = _filters(asked)
    sort = asked.get("sort", "") if asked.get("sort") in SORTS else "changed"
    query = select(Article.id.label("key"), SORTS[sort].rank().label("rank")).where(*_conditions(filters))
    after = asked.get("after", "")
    keys, more, _ = curation.cut(db(), query, after=after, most=PAGE, newest=SORTS[sort].newest)
    kept = {**filters, **({"sort": sort} if sort != "changed" else {})}
    return {
        "articles": _rows(keys),
        "worth": worth_of(db(), viewer(), keys),
        "filters": filters,
        "sort": sort,
        "sorts": [(name, one.label) for name, one in SORTS.items()],
        "chips": _chips(filters),
        "marks": _marks(filters),
        "owner": db().get(Person, filters["owner"]) if "owner" in filters else None,
        "services": [(service.id, service.name) for service in services()],
        "after": more,
        "begun": bool(after),
        "link": lambda **changes: url_for("articles.index", **{**kept, **changes}),
    }


def _filters(asked: Mapping[str, str]) -> dict[str, Any]:
    """Return the filters that mean something; ids are numbers."""
    filters: dict[str, Any] = {name: "yes" for name in MARKS if asked.get(name)}
    if asked.get("confidence") in CONFIDENCES:
        filters["confidence"] = asked["confidence"]
    for name in ("owner", "service"):
        if (value := incoming.whole(asked.get(name, ""))) is not None:
            filters[name] = value
    return filters


def _conditions(filters: Mapping[str, Any], *, without: str = "") -> list[Any]:
    """Return what holds for the articles in the list. without: a filter that is left out, to count its values."""
    conditions = [readable_articles(viewer())]
    if "confidence" in filters and without != "confidence":
        conditions.append(Article.confidence == filters["confidence"])
    elif without != "confidence":
        conditions.append(Article.confidence != "archived")
    conditions += [MARKS[name][1]() for name in MARKS if name in filters and name != without]
    if "owner" in filters:
        conditions.append(Article.owner_id == filters["owner"])
    if "service" in filters:
        of_it = article_service.c.service_id == filters["service"]
        conditions.append(exists().where(article_service.c.article_id == Article.id, of_it))
    return conditions


def _rows(keys: list[int]) -> list[Article]:
    shown = (selectinload(Article.current), selectinload(Article.services), joinedload(Article.owner))
    rows = {row.id: row for row in db().scalars(select(Article).where(Article.id.in_(keys)).options(*shown))}
    return [rows[key] for key in keys if key in rows]


def _chips(filters: Mapping[str, Any]) -> list[tuple[str, int]]:
    query = select(Article.confidence, func.count()).where(*_conditions(filters, without="confidence"))
    counts: dict[str, int] = dict(map(tuple, db().execute(query.group_by(Article.confidence))))
    return [(name, counts[name]) for name in CONFIDENCES if name in counts]


def _marks(filters: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    counted = [
        (
            name,
            label,
            curation.count(db(), select(Article.id).where(*_conditions(filters, without=name), holds())),
        )
        for name, (label, holds) in MARKS.items()
    ]
    return [one for one in counted if one[2] or one[0] in filters]
