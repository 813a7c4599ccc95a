"""The model that learns the desk's language: asked for, decided about, and taken back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from assistant.desk import jobs, site
from assistant.desk.jobs import Job
from assistant.desk.people import Person
from kb import beside

SUBJECT = "model"  # of the setting, and the kind of the job
BACK = "model.back"
KINDS = (SUBJECT, BACK)
DECIDED = {
    "laboratory": "the laboratory decided, by this desk's own incidents",
    "pairs": "the texts that were held back decided",
    "nothing": "nothing was taught",
}


def before(db: Session) -> Mapping[str, Any] | None:
    """Return the recipe of the model that was in use before this one; None where there was no other."""
    version = beside.current(db)
    return version.learned["before"] if version else None


def go_back(db: Session, *, actor: Person, now: datetime) -> Job | None:
    """Ask for the model before; nights teach none until somebody wants that again. None where there is none."""
    wanted = before(db)
    if wanted is None:
        return None
    decided = site.of(db, SUBJECT)
    if decided["nightly"]:
        seen = site.version(db, SUBJECT)
        site.put(db, SUBJECT, {**decided, "nightly": False}, seen=seen, actor=actor, now=now)
    payload = {"recipe": wanted["recipe"], "actor_id": actor.id}
    return jobs.add(db, BACK, payload, now=now, asked_by_id=actor.id)


def verdict(came: Mapping[str, Any]) -> str:
    """Return in a sentence or two what came of letting a copy of the model learn, and what decided."""
    kept = "It was put in use" if came["kept"] else "The model before stayed"
    return f"{came['said']} {kept}; {DECIDED[came['by']]}."
