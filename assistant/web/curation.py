"""The knowledge manager's first page: one worklist, each line with its evidence, which opens in place."""

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.exceptions import NotFound

from assistant.desk import curation, gaps
from assistant.desk.curation import KINDS
from assistant.desk.curation_lines import Task
from assistant.desk.curation_queries import Asked
from assistant.desk.permissions import readable_articles
from assistant.identity import viewer
from assistant.web import forms
from assistant.web.article_page import keepers, looked
from assistant.web.door import db, now
from assistant.web.page import page
from assistant.web.policy import allows
from kb import comparing
from kb.article import Article
from kb.comparing import Change

blueprint = Blueprint("curation", __name__)


@blueprint.get("/curation")
@allows("curation")
def index() -> ResponseReturnValue:
    """Show what matters this week: everything, or one kind of it."""
    kind, asked = request.args.get("kind", ""), _asked()
    here = kind if kind in KINDS else ""
    after = request.args.get("after", "")
    part = curation.page(asked, here, after=after) if here else curation.worklist(asked)
    return page(
        "curation/index.html",
        "curation/_list.html",
        kinds=KINDS,
        here=here,
        counts=curation.counts(asked) if here else part.counts,
        tasks=part.tasks,
        older=url_for("curation.index", kind=here, after=part.after) if part.after else "",
        newer=url_for("curation.index", kind=here) if after else "",
    )


@blueprint.get("/curation/<kind>/<int:key>")
@allows("curation")
def evidence(kind: str, key: int) -> ResponseReturnValue:
    """Show what stands behind one line, and what settles it."""
    task = the_task(kind, key)
    more = MORE.get(kind, lambda _: {})(task)
    return page(
        "curation/evidence.html", "curation/_evidence.html", task=task, kinds=KINDS, keepers=keepers(), **more
    )


def the_task(kind: str, key: int) -> Task:
    """Return a line of the worklist. Raises NotFound when it is not there, or not for this viewer."""
    task = curation.one(_asked(), kind, key) if kind in KINDS else None
    if task is None:
        raise NotFound
    return task


def back(default: str) -> str:
    """Return where a form leads: to the worklist when it stood there, else to its own page."""
    kind = forms.text("from")
    return url_for("curation.index", kind=kind if kind in KINDS else None) if kind else default


def _asked() -> Asked:
    return Asked(db(), viewer(), now())


def _article(task: Task) -> dict[str, Any]:
    return looked(task.things["article"].current.content)


def _pair(task: Task) -> dict[str, Any]:
    pair = task.things["pair"]
    changes: list[Change] = comparing.compare(pair.article.current.content, pair.other.current.content)
    return {"changes": changes}


def _nothing(task: Task) -> dict[str, Any]:
    return {"wordings": gaps.wordings(db(), task.things["gap"], unanswered=True, now=now())}


def _ignored(task: Task) -> dict[str, Any]:
    gap = task.things["gap"]
    ids = [one.item_id for one in gaps.shown(db(), gap.search_id) if one.corpus == "article"]
    readable = select(Article).where(Article.id.in_(ids), readable_articles(viewer()))
    found = list(db().scalars(readable.options(selectinload(Article.current))))
    found.sort(key=lambda one: ids.index(one.id))
    return {"wordings": gaps.wordings(db(), gap, unanswered=False, now=now()), "found": found}


MORE = {  # kind -> what its evidence needs besides the line
    "unvalidated": _article,
    "drafts": _article,
    "pairs": _pair,
    "searches": _nothing,
    "ignored": _ignored,
}
