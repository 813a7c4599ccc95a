"""The list of articles: filtered, counted, newest change first, for one viewer only."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from sqlalchemy import exists, func, select
from sqlalchemy.orm import selectinload

from assistant.desk import link
from assistant.desk.permissions import readable_articles
from assistant.identity import me, viewer
from assistant.web.door import db
from kb.article import CONFIDENCES, Article, Flag

PAGE = 50  # articles on a page


def listed(asked: Mapping[str, str]) -> dict[str, Any]:
    """Return what the list shows for the asked filters; before is the id of the last article of the page before."""
    filters = {name: asked[name] for name in ("confidence", "flagged", "mine") if asked.get(name)}
    conditions = [readable_articles(viewer()), *_conditions(filters)]
    query = (
        select(Article).where(*conditions).options(selectinload(Article.current)).order_by(Article.id.desc())
    )
    before = asked.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 13:
        query = query.where(Article.id < int(before))
    rows = list(db().scalars(query.limit(PAGE + 1)))
    return {
        "articles": rows[:PAGE],
        "held": link.held(db(), [row.id for row in rows]),
        "filters": filters,
        "chips": _chips(filters),
        "before": rows[PAGE - 1].id if len(rows) > PAGE else None,
        "link": lambda **changes: url_for("articles.index", **{**filters, **changes}),
    }


def _conditions(filters: Mapping[str, str]) -> list[Any]:
    conditions = []
    if filters.get("confidence") in CONFIDENCES:
        conditions.append(Article.confidence == filters["confidence"])
    else:
        conditions.append(Article.confidence != "archived")
    if "flagged" in filters:
        conditions.append(exists().where(Flag.article_id == Article.id, Flag.settled_at.is_(None)))
    if "mine" in filters:
        conditions.append(Article.owner_id == me().id)
    return conditions


def _chips(filters: Mapping[str, str]) -> list[tuple[str, int]]:
    others = _conditions({name: value for name, value in filters.items() if name != "confidence"})[1:]
    query = select(Article.confidence, func.count()).where(readable_articles(viewer()), *others)
    counts: dict[str, int] = dict(map(tuple, db().execute(query.group_by(Article.confidence))))
    return [(name, counts[name]) for name in CONFIDENCES if name in counts]
