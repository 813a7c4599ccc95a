"""What the desk's own records teach a model: each said twice, in two ways, and the links that people confirmed.

Only what every agent may read teaches, so that nothing restricted speaks through the model. Only what was there
before a moment teaches, so that what came after can judge.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.desk.corpora import CORPORA
from assistant.desk.incident import Incident
from assistant.desk.link import Link
from index.lesson import Pair
from kb.article import Article
from kb.corpus import Item
from kb.pairs import linked, pairs
from kb.store import Sessions
from kb.viewer import ANY_AGENT

MOST = 10_000  # of each kind, the newest ones
BATCH = 500
KINDS = {"article": (Article.id, Article.created_at), "incident": (Incident.id, Incident.recorded_at)}


def taught(sessions: Sessions, before: datetime) -> Iterator[Pair]:
    """Return the pairs of texts that belong together, a batch of items at a time."""
    for name, (identity, since) in KINDS.items():
        newest = select(identity).where(since < before).order_by(identity.desc()).limit(MOST)
        for ids in _batches(sessions, newest):
            with sessions.reading() as db:
                found = _open_items(db, name, [one for (one,) in ids])
            for item_id, item in found.items():
                yield from pairs(f"{name}:{item_id}", item.passages)
    yield from _confirmed(sessions, before)


def _confirmed(sessions: Sessions, before: datetime) -> Iterator[Pair]:
    """Return each incident with the article that resolved it."""
    holds = (Link.kind == "resolved", Link.failed_at.is_(None), Link.at < before)
    newest = select(Link.incident_id, Link.article_id).where(*holds).order_by(Link.id.desc()).limit(MOST)
    for links in _batches(sessions, newest):
        with sessions.reading() as db:
            incidents, articles = (
                _open_items(db, name, list(set(ids)))
                for name, ids in zip(("incident", "article"), zip(*links, strict=True), strict=True)
            )
        for incident_id, article_id in links:
            if incident_id in incidents and article_id in articles:
                asked, told = incidents[incident_id].passages, articles[article_id].passages
                yield from linked(f"article:{article_id}", asked, told)


def _batches(sessions: Sessions, wanted: Any) -> Iterator[Sequence[Any]]:
    with sessions.reading() as db:
        rows = db.execute(wanted).all()
    yield from (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def _open_items(db: Session, name: str, ids: Sequence[int]) -> Mapping[int, Item]:
    """Return those of the items that every agent may read."""
    found = CORPORA[name].items(db, ids)
    return {item_id: item for item_id, item in found.items() if ANY_AGENT.reads(item.scope)}
