"""What the portal answers: the articles and notices that may help with somebody's words, kept as one question."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from assistant.desk import notice
from assistant.desk.notice import Notice
from assistant.identity import viewer
from assistant.web.door import db, keep, now, runtime
from assistant.web.portal_reader import reader
from kb import feedback
from kb.article import Article
from kb.corpus import Occasion
from kb.search import Found, find

FIRST, MOST = 3, 8  # answers at first, and behind “More answers”
SHORTEST = 2  # characters of a question
POOL = 12  # hits that are looked at
NEAR = ("very likely", "likely")


@dataclass(frozen=True)
class Answer:
    """An article that may help. found: why; showing: under which it was kept."""

    article: Article
    found: Found
    showing: int


@dataclass(frozen=True)
class Answers:
    """What is shown for one question. nothing: none of the articles can be trusted. spelled: how words were read."""

    asked: str = ""
    articles: list[Answer] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    nothing: bool = False
    degraded: tuple[str, ...] = ()
    spelled: Mapping[str, str] = field(default_factory=dict)


def answers_to(question: str, *, unfinished: bool = False) -> Answers:
    """Return what may help, and keep the question. unfinished: somebody still types."""
    if len(question) < SHORTEST:
        return Answers()
    viewing = viewer()
    how: dict[str, Any] = {"corpora": ("article", "notice"), "k": POOL, "unfinished": unfinished}
    answer = find(db(), runtime().live, question, viewing, occasion=Occasion(now()), **how)
    rows = _articles([hit.item_id for hit in answer.hits if hit.corpus == "article"])
    hits = [hit for hit in answer.hits if hit.corpus == "article" and hit.item_id in rows][:MOST]
    told = notice.some(
        db(), [hit.item_id for hit in answer.hits if hit.corpus == "notice" and hit.band in NEAR]
    )
    nothing = answer.nothing or not hits
    about = {"recipe": answer.recipe, "took_ms": answer.took_ms, "degraded": "\n".join(answer.degraded)}
    about |= {"unanswered": nothing and not told, **reader()}
    kept = keep(feedback.record_typed, question, feedback.showings(hits), kind="portal", now=now(), **about)
    shown = [
        Answer(rows[hit.item_id], hit, showing.id) for hit, showing in zip(hits, kept.showings, strict=True)
    ]
    return Answers(question, shown, list(told.values()), nothing, answer.degraded, answer.spelled)


def _articles(ids: list[int]) -> dict[int, Article]:
    there = select(Article).where(Article.id.in_(ids), Article.confidence != "archived")
    return {row.id: row for row in db().scalars(there.options(selectinload(Article.current)))}
