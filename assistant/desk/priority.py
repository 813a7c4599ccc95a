"""Priority: the matrix's answer to impact and urgency, or another one with a recorded reason."""

IMPACTS = {"organisation": "Whole organisation", "department": "Department", "person": "One person"}
URGENCIES = {"now": "Work stands still", "soon": "Work is hindered", "later": "Work goes on"}
PRIORITIES = {"P1": "Critical", "P2": "High", "P3": "Medium", "P4": "Low"}

MATRIX = {
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


def of(impact: str, urgency: str) -> str:
    """Return the matrix's priority. Raises KeyError for values that are no impact or urgency."""
    return MATRIX[impact, urgency]
