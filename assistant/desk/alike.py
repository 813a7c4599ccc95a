"""More like this: what reads like an incident or an article, without itself and what stands beside it already."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.desk import card, suggestions
from assistant.desk.incident import Incident
from assistant.desk.link import Link
from assistant.desk.query import plainly
from assistant.desk.suggestions import LONGEST_QUERY
from index.calibration import FLOOR
from kb.article import Article
from kb.corpus import Occasion
from kb.live import Live
from kb.search import Found, Within, find
from kb.viewer import Viewer

SHOWN = 5
LOOKED_AT = 30
LINKED = 200  # incidents of an article, the newest, that are left out
ASKED = 600  # characters of a text to search with

Item = tuple[str, int]  # (corpus, id)


@dataclass(frozen=True)
class Alike:
    """What reads like something. item: an article or an incident; found: why."""

    item: Article | Incident
    found: Found

    @property
    def said(self) -> tuple[str, ...]:
        """The words both have, as they are written."""
        return card.in_full(self.found.terms, f"{card.about(self.item)}\n{self.found.passage}")


def like_incident(
    db: Session, live: Live, incident: Incident, viewer: Viewer, *, now: datetime
) -> list[Alike]:
    """Return what reads like an incident, beyond what is suggested for it and what hangs on it."""
    panel = suggestions.suggest(db, live, incident, viewer, now=now)
    beside = {(one.found.corpus, one.found.item_id) for one in panel.all}
    beside |= {("article", link.article_id) for link in incident.links}
    beside |= {("incident", one.incident_id) for one in incident.related}
    beside |= {("incident", one.id) for one in incident.merged_here}
    return _shown(db, panel.answer.hits if panel.answer else (), beside)


def like_article(db: Session, live: Live, article: Article, viewer: Viewer, *, now: datetime) -> list[Alike]:
    """Return what reads like an article, without the incidents that it resolved."""
    newest = select(Link.incident_id).where(Link.article_id == article.id).order_by(Link.id.desc())
    beside = {("incident", row_id) for row_id in db.scalars(newest.limit(LINKED))} | {("article", article.id)}
    about: dict[str, Any] = {"within": Within(without=frozenset(beside)), "occasion": Occasion(now)}
    answer = find(db, live, text_of(article), viewer, k=LOOKED_AT, **about)
    return _shown(db, answer.hits, beside)


def articles_like(
    db: Session, live: Live, article: Article, viewer: Viewer, besides: Iterable[Article] = ()
) -> list[Alike]:
    """Return the articles that read like one, for whoever reads articles only. besides: those shown already."""
    beside = {("article", article.id), *(("article", one.id) for one in besides)}
    about: dict[str, Any] = {
        "corpora": ("article",),
        "k": LOOKED_AT,
        "within": Within(without=frozenset(beside)),
    }
    return _shown(db, find(db, live, text_of(article), viewer, **about).hits, beside)


def text_of(item: Article | Incident) -> str:
    """Return what an article or an incident says about itself, as a question."""
    if isinstance(item, Incident):
        return suggestions.question_of(item)
    said = item.current
    return "\n".join(filter(None, (said.title, said.issue, said.environment, said.cause)))[:LONGEST_QUERY]


def question(item: Article | Incident) -> str:
    """Return the beginning of its text as words of a search, without operators."""
    return plainly(text_of(item), ASKED)


def _shown(db: Session, hits: Iterable[Found], beside: Collection[Item]) -> list[Alike]:
    near = [hit for hit in hits if hit.probability >= FLOOR and (hit.corpus, hit.item_id) not in beside]
    rows = suggestions.rows_of(db, near)
    pairs = [(rows.get((hit.corpus, hit.item_id)), hit) for hit in near]
    return [Alike(item, hit) for item, hit in pairs if item is not None and _stands(item)][:SHOWN]


def _stands(item: Article | Incident) -> bool:
    return isinstance(item, Incident) or item.confidence != "archived"
