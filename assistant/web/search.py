"""One box for everything the viewer may read: identifiers first, then what means the same."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from assistant.desk import link
from assistant.desk.incident import Incident
from assistant.identity import me, viewer
from assistant.web import forms
from assistant.web.door import db, keep, now, runtime
from assistant.web.guard import limiter
from assistant.web.page import page
from assistant.web.policy import allows
from kb import feedback
from kb.article import Article
from kb.feedback import Showing
from kb.search import Answer, Found, find

blueprint = Blueprint("search", __name__)
SHOWN = 20  # hits on the page


@dataclass(frozen=True)
class Shown:
    """A hit with its row. exact: the question named it; showing_id: under which it was kept."""

    kind: str
    item: Article | Incident
    found: Found
    held: str
    exact: bool
    showing_id: int


@blueprint.get("/search")
@allows("search")
@limiter.limit("120/minute")
def index() -> ResponseReturnValue:
    """Show what the question finds; requesters are answered at the portal, without what only agents read."""
    question = forms.text("q")
    if not me().works:
        return redirect(url_for("portal.home", q=question), 303)
    if not question:
        return page("search/index.html", "search/_found.html", question="")
    answer = find(db(), runtime().live, question, viewer(), k=SHOWN)
    kept = _remember(question, answer)
    return page(
        "search/index.html",
        "search/_found.html",
        question=question,
        shown=_shown(question, answer, kept),
        nothing=answer.nothing,
        degraded=answer.degraded,
    )


def _shown(question: str, answer: Answer, kept: feedback.Search) -> list[Shown]:
    ids = {
        corpus: [hit.item_id for hit in answer.hits if hit.corpus == corpus]
        for corpus in ("article", "incident")
    }
    articles = select(Article).where(Article.id.in_(ids["article"])).options(selectinload(Article.current))
    rows: dict[tuple[str, int], Any] = {("article", row.id): row for row in db().scalars(articles)}
    incidents = select(Incident).where(Incident.id.in_(ids["incident"]))
    rows |= {("incident", row.id): row for row in db().scalars(incidents)}
    held = link.held(db(), ids["article"])
    asked = question.strip().upper()
    return [
        Shown(hit.corpus, row, hit, str(held.get(hit.item_id, link.NEVER)), row.number in asked, showing.id)
        for hit, showing in zip(answer.hits, kept.showings, strict=True)
        if (row := rows.get((hit.corpus, hit.item_id))) is not None
    ]


def _remember(question: str, answer: Answer) -> feedback.Search:
    showings = [
        Showing(rank=rank, corpus=hit.corpus, item_id=hit.item_id, score=hit.probability, band=hit.band)
        for rank, hit in enumerate(answer.hits, 1)
    ]
    about = {"recipe": answer.recipe, "took_ms": answer.took_ms, "degraded": "\n".join(answer.degraded)}
    about["unanswered"] = answer.nothing
    return keep(feedback.record, question, showings, kind="search", actor=me(), now=now(), **about)
