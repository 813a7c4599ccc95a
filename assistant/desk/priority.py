"""Priority: the matrix's answer to impact and urgency, or another one with a recorded reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.desk import site
from assistant.desk.errors import Finding, Refused
from assistant.desk.incident import Incident
from assistant.desk.people import Person
from assistant.desk.permissions import readable_incidents
from kb.viewer import Viewer

IMPACTS = {"organisation": "Whole organisation", "department": "Department", "person": "One person"}
URGENCIES = {"now": "Work stands still", "soon": "Work is hindered", "later": "Work goes on"}
PRIORITIES = {"P1": "Critical", "P2": "High", "P3": "Medium", "P4": "Low"}
LOOK_BACK = timedelta(days=90)
Pair = tuple[str, str]  # impact and urgency

MATRIX: dict[Pair, str] = {  # as the desk comes; an administrator may decide otherwise
    ("organisation", "now"): "P1",
    ("organisation", "soon"): "P2",
    ("organisation", "later"): "P3",
    ("department", "now"): "P2",
    ("department", "soon"): "P2",
    ("department", "later"): "P3",
    ("person", "now"): "P3",
    ("person", "soon"): "P3",
    ("person", "later"): "P4",
}


@dataclass(frozen=True)
class Shift:
    """How many incidents of one impact and urgency would have had another priority."""

    impact: str
    urgency: str
    before: str
    after: str
    count: int


@dataclass(frozen=True)
class DryRun:
    """What another matrix would have meant. looked: incidents that were looked at."""

    looked: int
    shifts: tuple[Shift, ...]

    @property
    def count(self) -> int:
        """How many incidents would have had another priority."""
        return sum(shift.count for shift in self.shifts)


def matrix(db: Session) -> Mapping[Pair, str]:
    """Return the priority for each pair of impact and urgency, as this desk has decided."""
    decided = site.of(db, "priority")
    return {pair: decided.get(" ".join(pair), usual) for pair, usual in MATRIX.items()}


def of(db: Session, impact: str, urgency: str) -> str:
    """Return the matrix's priority. Raises KeyError for values that are no impact or urgency."""
    return matrix(db)[impact, urgency]


def decide(
    db: Session, chosen: Mapping[Pair, str], *, seen: int, actor: Person | None, now: datetime
) -> None:
    """Give the desk another matrix; what is as the desk comes is not kept, so that an empty setting means just that.

    Raises Refused at the cells that do not fit, EditConflict when somebody else was faster.
    """
    findings = list(findings_in(chosen))
    if findings:
        raise Refused(findings)
    other = {" ".join(pair): chosen[pair] for pair, usual in MATRIX.items() if chosen[pair] != usual}
    site.put(db, "priority", other, seen=seen, actor=actor, now=now)


def findings_in(chosen: Mapping[Pair, str]) -> Iterator[Finding]:
    """Return what is wrong with a matrix, at its cells: more harm never gives a lower priority."""
    for impact, urgency in MATRIX:
        given = chosen.get((impact, urgency))
        if given not in PRIORITIES:
            yield Finding(cell(impact, urgency), "Nothing is chosen here.", "Choose a priority.")
            continue
        worse = [
            pair
            for pair in (_before(IMPACTS, impact, urgency), _before(URGENCIES, urgency, impact)[::-1])
            if len(pair) == 2 and chosen.get(pair, "") in PRIORITIES and chosen[pair] > given
        ]
        for harm, haste in worse:
            other = chosen[harm, haste]
            message = f"This is {given}, but “{IMPACTS[harm]}, {URGENCIES[haste].lower()}” is only {other}."
            cure = f"More harm never gives a lower priority: choose {other} or lower here, or raise that one."
            yield Finding(cell(impact, urgency), message, cure)


def cell(impact: str, urgency: str) -> str:
    """Return the name of the field that holds a cell of the matrix."""
    return f"{impact}_{urgency}"


def dry_run(db: Session, viewer: Viewer, chosen: Mapping[Pair, str], *, now: datetime) -> DryRun:
    """Return what a matrix would have meant for the incidents of the last 90 days that the viewer may read.

    Those whose priority was chosen for a reason of their own are not looked at: no matrix decided about them.
    """
    recent = (Incident.recorded_at >= now - LOOK_BACK, Incident.priority_reason == "")
    kinds = select(Incident.impact, Incident.urgency, Incident.priority, func.count())
    kinds = kinds.where(*recent, readable_incidents(viewer))
    found = db.execute(kinds.group_by(Incident.impact, Incident.urgency, Incident.priority)).all()
    shifts = [
        Shift(impact, urgency, before, chosen[impact, urgency], count)
        for impact, urgency, before, count in found
        if chosen.get((impact, urgency), before) != before
    ]
    ordered = sorted(shifts, key=lambda shift: (-shift.count, shift.impact, shift.urgency, shift.before))
    return DryRun(sum(row[-1] for row in found), tuple(ordered))


def _before(names: Mapping[str, str], name: str, other: str) -> tuple[str, ...]:
    """Return the pair of the next worse name with the other one; empty when there is none worse."""
    order = list(names)
    place = order.index(name)
    return (order[place - 1], other) if place else ()
