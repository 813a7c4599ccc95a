"""Which incidents are asked again, in the words they were recorded with, and what turned out to be right for each."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from assistant.backtest import language
from assistant.desk.audit import AuditEntry
from assistant.desk.incident import Incident
from assistant.desk.link import Link
from assistant.desk.suggestions import as_question
from kb.corpus import Occasion
from kb.feedback import Search, Showing

MOST = 2000  # incidents with a confirmed answer, the newest
LATELY = timedelta(days=30)  # for so long back all others are asked too, so that a day can be replayed
MOST_OTHERS = 1000
SAID = ("title", "symptoms", "environment")  # what is asked, where somebody wrote it
SORTED = ("service_id", "category_id", "group_id")  # where it was put when it was recorded
BATCH = 500
Item = tuple[str, int]  # kind and id, such as ("article", 7)


@dataclass(frozen=True)
class Case:
    """An incident at the moment it was recorded.

    answers: each item that solved it, or that its answer solved too, with the name of that answer: an article and
    the incidents that it solved are one answer. Empty where nobody has confirmed anything.
    groups: whose restricted items those who work on it may read. occasion: what else was known of it then.
    ended_at: when it was resolved, None while it is open.
    """

    incident_id: int
    at: datetime
    text: str
    groups: frozenset[int]
    service_id: int | None
    language: str
    answers: Mapping[Item, str]
    occasion: Occasion
    ended_at: datetime | None = None


def confirmed() -> ColumnElement[bool]:
    """Return the condition on Incident: it is solved, and somebody confirmed by what."""
    linked = exists().where(Link.incident_id == Incident.id, *_holds())
    used = exists().where(Search.incident_id == Incident.id, Showing.search_id == Search.id, *_used())
    ended = Incident.phase.in_(("resolved", "closed"))
    return and_(ended, Incident.merged_into_id.is_(None), or_(linked, used))


def load(db: Session, *, now: datetime, most: int = MOST) -> list[Case]:
    """Return the newest incidents with a confirmed answer and the others of the last days, oldest first."""
    newest = select(Incident.id).order_by(Incident.recorded_at.desc(), Incident.id.desc())
    known = db.scalars(newest.where(confirmed()).limit(most)).all()
    others = (Incident.recorded_at > now - LATELY, Incident.merged_into_id.is_(None), ~confirmed())
    ids = [*known, *db.scalars(newest.where(*others).limit(min(most, MOST_OTHERS)))]
    cases = [case for start in range(0, len(ids), BATCH) for case in _batch(db, ids[start : start + BATCH])]
    return sorted(cases, key=lambda case: (case.at, case.incident_id))


def one(db: Session, incident_id: int) -> Case:
    """Return one incident as it is asked again."""
    return _batch(db, [incident_id])[0]


def count(db: Session) -> int:
    """Return how many incidents have a confirmed answer."""
    return db.scalar(select(func.count()).select_from(Incident).where(confirmed())) or 0


def _batch(db: Session, ids: Sequence[int]) -> list[Case]:
    mine = select(Incident).where(Incident.id.in_(ids)).options(selectinload(Incident.items))
    rows = db.scalars(mine).all()
    first, answers = _first_said(db, ids), _answers(db, ids)
    return [_case(row, first[row.id], answers[row.id]) for row in rows]


def _case(row: Incident, first: Mapping[str, Any], answers: Mapping[Item, str]) -> Case:
    said = {name: first.get(name, getattr(row, name)) for name in SAID}
    text = as_question((said["title"], said["symptoms"].strip() or row.reported_text, said["environment"]))
    groups = frozenset(one for one in (row.group_id, row.restricted_to_id) if one)
    place = {name: first.get(name, getattr(row, name)) for name in SORTED}
    items = frozenset(item.id for item in row.items)  # nobody changes them later
    occasion = Occasion(row.recorded_at, row.id, item_ids=items, **place)
    about = {"occasion": occasion, "ended_at": row.resolved_at}
    return Case(row.id, row.recorded_at, text, groups, row.service_id, language.of(text), answers, **about)


def _first_said(db: Session, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return what fields said before they were changed for the first time, by incident."""
    changed = (AuditEntry.subject == "incident", AuditEntry.action == "incident changed")
    trail = select(AuditEntry.subject_id, AuditEntry.changes).where(*changed, AuditEntry.subject_id.in_(ids))
    first: dict[int, dict[str, Any]] = defaultdict(dict)
    for incident_id, changes in db.execute(trail.order_by(AuditEntry.id)):
        for name in changes.keys() & {*SAID, *SORTED}:
            first[incident_id].setdefault(name, changes[name][0] or (None if name in SORTED else ""))
    return first


def _answers(db: Session, ids: Collection[int]) -> dict[int, dict[Item, str]]:
    """Return what solved each incident: its articles, whatever else they solved, and the incidents that were used."""
    links = db.execute(
        select(Link.incident_id, Link.article_id).where(Link.incident_id.in_(ids), *_holds())
    ).all()
    solved = _solved(db, {link.article_id for link in links})
    answers: dict[int, dict[Item, str]] = defaultdict(dict)
    for incident_id, article_id in links:
        name = f"article {article_id}"
        items = [("article", article_id), *(("incident", other) for other in solved[article_id])]
        answers[incident_id] |= {item: name for item in items if item != ("incident", incident_id)}
    shown = (
        select(Search.incident_id, Showing.item_id).join(Showing).where(Search.incident_id.in_(ids), *_used())
    )
    for incident_id, other in db.execute(shown):
        answers[incident_id].setdefault(("incident", other), f"incident {other}")
    return answers


def _solved(db: Session, article_ids: Collection[int]) -> dict[int, list[int]]:
    solved: dict[int, list[int]] = defaultdict(list)
    links = select(Link.article_id, Link.incident_id).where(Link.article_id.in_(article_ids), *_holds())
    for article_id, incident_id in db.execute(links):
        solved[article_id].append(incident_id)
    return solved


def _holds() -> tuple[ColumnElement[bool], ...]:
    return Link.kind == "resolved", Link.failed_at.is_(None)


def _used() -> tuple[ColumnElement[bool], ...]:
    return Showing.choice == "used", Showing.corpus == "incident", Showing.failed_at.is_(None)
