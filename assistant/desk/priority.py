"""Priority: the matrix's answer to impact and urgency, or another one with a recorded reason."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from assistant.desk import site

IMPACTS = {"organisation": "Whole organisation", "department": "Department", "person": "One person"}
URGENCIES = {"now": "Work stands still", "soon": "Work is hindered", "later": "Work goes on"}
PRIORITIES = {"P1": "Critical", "P2": "High", "P3": "Medium", "P4": "Low"}

MATRIX = {  # as the desk comes; an administrator may decide otherwise
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


def matrix(db: Session) -> Mapping[tuple[str, str], str]:
    """Return the priority for each pair of impact and urgency, as this desk has decided."""
    decided = site.of(db, "priority")
    return {pair: decided.get(" ".join(pair), usual) for pair, usual in MATRIX.items()}


def of(db: Session, impact: str, urgency: str) -> str:
    """Return the matrix's priority. Raises KeyError for values that are no impact or urgency."""
    return matrix(db)[impact, urgency]
