"""What of a run somebody may see: the incidents they may read, and of the hits what they may read now."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from assistant.backtest.outcome import Outcome, Sight
from assistant.desk import link
from assistant.desk.incident import Incident
from assistant.desk.laboratory import LaboratoryRun
from assistant.desk.link import Link
from assistant.desk.permissions import readable_ids, readable_incidents
from kb.article import Article
from kb.viewer import Viewer

PAGE = 50
SPEAKING = 3  # hits shown of an incident in a list
KINDS: dict[str, type[Article] | type[Incident]] = {"article": Article, "incident": Incident}


@dataclass(frozen=True)
class Show:
    """A part of what was asked: what it is called, and what belongs to it."""

    label: str
    holds: Callable[[Outcome], bool]


SHOWS = {
    "misses": Show(
        "An answer was there and did not come first", lambda one: bool(one.answers) and one.first != 1
    ),
    "lost": Show("No answer among the first ten", lambda one: bool(one.answers) and _worse_than(one, 10)),
    "first": Show("An answer came first", lambda one: bool(one.answers) and one.first == 1),
    "five": Show("An answer among the first five", lambda one: bool(one.answers) and not _worse_than(one, 5)),
    "ten": Show("An answer among the first ten", lambda one: bool(one.answers) and not _worse_than(one, 10)),
    "known": Show("Solved before", lambda one: bool(one.answers)),
    "new": Show("New: nobody had solved it before", lambda one: one.answers == 0),
    "judged": Show("All with a confirmed answer", lambda one: one.judged),
}


@dataclass(frozen=True)
class Line:
    """An incident with what came of asking it again. None stands for what the reader may not read."""

    outcome: Outcome
    incident: Incident
    shown: Sequence[Article | Incident | None]
    solved: Sequence[Article | None]
    answer: Article | Incident | None


class Reader:
    """One person looks at one run."""

    def __init__(self, db: Session, viewer: Viewer, run: LaboratoryRun) -> None:
        self.db, self.viewer = db, viewer
        self.outcomes = [Outcome.read(one) for one in run.outcomes]
        ids = [one.incident_id for one in self.outcomes]
        self.readable = readable_ids(db, viewer, Incident, ids)

    def part(self, show: str, service_id: int | None = None, language: str | None = None) -> list[Outcome]:
        """Return what belongs to a part, the worst first, hidden incidents included."""
        some = [
            one
            for one in self.outcomes
            if SHOWS[show].holds(one)
            and service_id in (None, one.service_id or 0)
            and language in (None, one.language)
        ]
        return sorted(some, key=_badness, reverse=True)

    def page(self, part: Sequence[Outcome], start: int = 0, most: int = PAGE) -> list[Line]:
        """Return a page of what the reader may read of a part."""
        return self.lines([one for one in part if one.incident_id in self.readable][start : start + most])

    def hidden(self, part: Collection[Outcome]) -> int:
        """Return how many of a part the reader may not read."""
        return sum(one.incident_id not in self.readable for one in part)

    def of(self, incident_id: int) -> Outcome | None:
        """Return what came of an incident, None when it was not asked or may not be read."""
        found = (one for one in self.outcomes if one.incident_id == incident_id)
        return next(found, None) if incident_id in self.readable else None

    def between(self, start: datetime, end: datetime) -> tuple[list[Outcome], int]:
        """Return what was asked of the incidents recorded in a time, oldest first, and how many were not asked.

        Of both only what the reader may read.
        """
        asked = {one.incident_id: one for one in self.outcomes}
        recorded = (Incident.recorded_at >= start, Incident.recorded_at < end)
        ids = select(Incident.id).where(*recorded, readable_incidents(self.viewer))
        found = self.db.scalars(ids.order_by(Incident.recorded_at, Incident.id)).all()
        outcomes = [asked[incident_id] for incident_id in found if incident_id in asked]
        return outcomes, len(found) - len(outcomes)

    def newest(self) -> datetime | None:
        """Return when the newest incident was recorded that was asked and may be read."""
        times = select(Incident.recorded_at).where(Incident.id.in_(self.readable))
        return self.db.scalar(times.order_by(Incident.recorded_at.desc()).limit(1))

    def lines(self, outcomes: Sequence[Outcome]) -> list[Line]:
        """Return these outcomes with their rows."""
        with_links = selectinload(Incident.links).joinedload(Link.article).selectinload(Article.current)
        mine = select(Incident).where(Incident.id.in_([one.incident_id for one in outcomes]))
        rows = {
            row.id: row for row in self.db.scalars(mine.options(joinedload(Incident.service), with_links))
        }
        solved = {row.id: [one.article for one in link.resolving(row)] for row in rows.values()}
        items = self.items([sight for one in outcomes for sight in (*one.shown, one.answer) if sight])
        articles = [article.id for some in solved.values() for article in some]
        readable = readable_ids(self.db, self.viewer, Article, articles)
        return [
            Line(
                outcome=one,
                incident=rows[one.incident_id],
                shown=[items.get(sight[:2]) for sight in one.shown[:SPEAKING]],
                solved=[a if a.id in readable else None for a in solved[one.incident_id]],
                answer=items.get(one.answer[:2]) if one.answer else None,
            )
            for one in outcomes
            if one.incident_id in rows
        ]

    def items(self, sights: Collection[Sight]) -> dict[tuple[str, int], Article | Incident]:
        """Return the rows behind hits, as far as the reader may read them now."""
        found: dict[tuple[str, int], Article | Incident] = {}
        for corpus, kind in KINDS.items():
            ids = {sight.item_id for sight in sights if sight.corpus == corpus}
            readable = readable_ids(self.db, self.viewer, kind, ids)
            rows = self.db.scalars(select(kind).where(kind.id.in_(readable)))
            found |= {(corpus, row.id): row for row in rows}
        return found


def _worse_than(outcome: Outcome, place: int) -> bool:
    return outcome.first is None or outcome.first > place


def _badness(outcome: Outcome) -> tuple[float, float]:
    """Order the worst last: an answer far down or not found, and of what was new the surest first hit."""
    place = (outcome.place or outcome.first or math.inf) if outcome.answers else 0
    return place, outcome.chance
