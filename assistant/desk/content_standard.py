"""The content standard as this desk has decided it: a document that people read, and what each check does."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.desk import site
from assistant.desk.audit import AuditEntry
from assistant.desk.errors import Finding, Refused
from assistant.desk.people import Person
from kb import standard
from kb.standard import CHECKS, LEVELS, Standard

SUBJECT = "standard"
LONGEST = 50_000  # characters of the document


class Past(NamedTuple):
    """The document and the checks as they were saved at one time. number: of the entry in the audit trail."""

    number: int
    at: datetime | None
    who: str
    value: Mapping[str, Any]


def of(db: Session) -> Standard:
    """Return what this desk decided about the checks."""
    checks = site.of(db, SUBJECT).get("checks", {})
    return Standard(
        {name: said["level"] for name, said in checks.items() if "level" in said},
        {name: said["number"] for name, said in checks.items() if "number" in said},
    )


def text(db: Session) -> str:
    """Return the document as Markdown."""
    return str(site.of(db, SUBJECT).get("text") or standard.TEXT)


def put(
    db: Session,
    text: str,
    levels: Mapping[str, str],
    numbers: Mapping[str, int | None],
    *,
    seen: int,
    actor: Person,
    now: datetime,
) -> None:
    """Save document and decisions. Raises Refused at what does not fit, EditConflict after a lost race."""
    findings = list(_findings(text, levels, numbers))
    if findings:
        raise Refused(findings)
    checks = {
        check.name: {"level": levels[check.name]} | ({"number": numbers[check.name]} if check.number else {})
        for check in CHECKS
    }
    site.put(db, SUBJECT, {"text": text, "checks": checks}, seen=seen, actor=actor, now=now)


def past(db: Session) -> list[Past]:
    """Return what was saved, newest first, at most the last fifty."""
    number = 1 + list(site.DEFAULTS).index(SUBJECT)
    mine = (AuditEntry.subject == "setting", AuditEntry.subject_id == number)
    entries = db.scalars(select(AuditEntry).where(*mine).order_by(AuditEntry.id.desc()).limit(50))
    return [
        Past(entry.id, entry.at, entry.person.name if entry.person else "", entry.changes["value"][1])
        for entry in entries
        if "value" in entry.changes
    ]


def at(db: Session, number: int) -> Past | None:
    """Return what was saved with this entry of the audit trail, None when it was something else."""
    return next((one for one in past(db) if one.number == number), None)


def _findings(text: str, levels: Mapping[str, str], numbers: Mapping[str, int | None]) -> Iterator[Finding]:
    if not text.strip():
        yield Finding("text", "The document is empty.", "Say what a good article has; the default helps.")
    if len(text) > LONGEST:
        yield Finding(
            "text", f"The document is {len(text):,} characters long; {LONGEST:,} fit.", "Shorten it."
        )
    for check in CHECKS:
        if levels.get(check.name) not in LEVELS:
            yield Finding(f"level_{check.name}", "Nothing is chosen here.", "Choose one of the three.")
        number = numbers.get(check.name)
        if check.number and not (number and 1 <= number <= check.largest):
            cure = f"Write a number from 1 to {check.largest:,}."
            yield Finding(f"number_{check.name}", "This is not a number of characters that fits.", cure)
