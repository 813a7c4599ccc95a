"""What the desk knew of its items besides their text at the moment an incident was recorded, and nothing of later."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.backtest.cases import Case, Item
from assistant.desk.audit import AuditEntry
from assistant.desk.corpora import CORPORA
from assistant.desk.standing import SHARED
from assistant.runtime import Runtime
from index.standing import Standing
from kb.viewer import Viewer

STATES = ("confidence", "audience")
Knows = Callable[[Case, Collection[Item]], Mapping[Item, Standing]]


def as_of(runtime: Runtime) -> Knows:
    """Return who tells what the desk knew of items at the moment of a case."""
    with runtime.reading() as db:
        trail = _states(db)

    def tell(case: Case, items: Collection[Item]) -> Mapping[Item, Standing]:
        viewer, at = Viewer(None, "agent", case.groups), case.occasion.at
        with runtime.reading() as db:
            known = {
                (corpus, item_id): standing
                for corpus in {corpus for corpus, _ in items}
                for item_id, standing in CORPORA[corpus]
                .standing(db, viewer, [number for name, number in items if name == corpus], case.occasion)
                .items()
            }
        return {
            item: _then(trail[item[1]], one, at) if item[0] == "article" else one
            for item, one in known.items()
        }

    return tell


def _states(db: Session) -> Mapping[int, Sequence[tuple[datetime, Mapping[str, Any]]]]:
    """Return what articles were before each change of their state, oldest first."""
    changed = (AuditEntry.subject == "article", AuditEntry.action == "article changed")
    entries = select(AuditEntry.subject_id, AuditEntry.at, AuditEntry.changes).where(*changed)
    trail: dict[int, list[tuple[datetime, Mapping[str, Any]]]] = defaultdict(list)
    for article_id, at, changes in db.execute(entries.order_by(AuditEntry.id)):
        before = {name: changes[name][0] for name in STATES if name in changes}
        if before and at is not None:
            trail[article_id].append((at, before))
    return trail


def _then(trail: Sequence[tuple[datetime, Mapping[str, Any]]], now: Standing, at: datetime) -> Standing:
    """Return a standing with the state that the article had at a moment."""
    was: dict[str, Any] = {}
    for _, before in reversed([one for one in trail if one[0] > at]):
        was |= before
    then: dict[str, bool] = {}
    if "confidence" in was:
        then["validated"] = was["confidence"] == "validated"
    if "audience" in was:
        then["shared"] = was["audience"] in SHARED
    return replace(now, **then)
