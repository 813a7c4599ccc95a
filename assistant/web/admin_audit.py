"""The audit trail: who changed what and when, filtered, and as a file."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, g, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import audit, trail
from assistant.desk.errors import Finding, Refused
from assistant.desk.trail import ACTIONS, NUMBERED, SUBJECTS, Asked, Told
from assistant.identity import me, viewer
from assistant.runtime import Runtime
from assistant.web import forms
from assistant.web.door import db, now, runtime
from assistant.web.page import page
from assistant.web.policy import allows
from assistant.web.subjects import named_person
from assistant.web.words import zone
from kb.viewer import Viewer

blueprint = Blueprint("admin_audit", __name__, url_prefix="/admin/audit")

FILTERS = ("person", "subject", "number", "action", "since", "until")
BATCH = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # a spreadsheet would run what begins like this
CORPORA = {"INC": "incident", "KB": "article"}


@blueprint.get("")
@allows("audit.read")
def index() -> ResponseReturnValue:
    """List the entries that are asked for, page by page."""
    asked = _asked()
    shown, older = trail.page(db(), viewer(), asked, before=forms.number("before")) if asked else ([], None)
    given = {name: forms.text(name) for name in FILTERS if forms.text(name)}
    return page(
        "admin/audit.html",
        "admin/_trail.html",
        shown=shown,
        older=url_for("admin_audit.index", **given, before=older) if older else "",
        newer=url_for("admin_audit.index", **given) if forms.number("before") else "",
        given=given,
        path_to=path_to,
        subjects=list(SUBJECTS.items()),
        actions=[(action, action.replace("_", " ").capitalize()) for action in ACTIONS],
    )


@blueprint.post("/export")
@allows("audit.read", form="admin_audit.index")
def export() -> ResponseReturnValue:
    """Send the entries that are asked for as a file; that this was done stands in the trail itself."""
    kind = forms.chosen("kind", WRITERS)
    asked = _asked()
    if asked is None:
        raise Refused(list(g.findings))
    given = "; ".join(f"{name}: {forms.text(name)}" for name in FILTERS if forms.text(name))
    told = {"form": [None, kind], "asked": [None, given or "everything"]}
    audit.record(db(), "audit trail", 0, "audit trail exported", actor=me(), now=now(), **told)
    lines = WRITERS[kind](_everything(runtime(), viewer(), asked))
    name = f"audit-{now():%Y-%m-%d}.{kind}"
    answer = Response(lines, mimetype=TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _asked() -> Asked | None:
    """Return what the address or form asks for; None, with a finding for the page, when it cannot be understood."""
    try:
        person = named_person("person")
        subject, number = _numbered(forms.text("number"), forms.text("subject"))
        until = _day("until")
        return Asked(
            person.id if person else None,
            subject,
            number,
            forms.text("action"),
            _day("since"),
            until + timedelta(days=1) if until else None,
        )
    except Refused as refused:
        g.findings = refused.findings
        return None


def _numbered(number: str, subject: str) -> tuple[str, int | None]:
    """Return subject and id that a number such as INC-000042 means; a bare number belongs to the chosen subject."""
    quoted = NUMBERED.fullmatch(number.upper())
    if quoted and len(quoted[2]) < 10:
        return CORPORA[quoted[1]], int(quoted[2])
    if number and not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Refused([Finding("number", f"“{number}” is not a number.", "Write it like INC-000042.")])
    return subject, int(number) if number else None


def _day(name: str) -> datetime | None:
    given = forms.text(name)
    try:
        local = datetime.combine(date.fromisoformat(given), time(), zone()) if given else None
        return local.astimezone(UTC) if local else None
    except (ValueError, OverflowError):
        raise Refused([Finding(name, f"“{given}” is not a day.", "Write it like 2026-11-24.")]) from None


def _everything(runtime: Runtime, viewer: Viewer, asked: Asked) -> Iterator[Told]:
    """Yield all entries, a batch at a time, each read in a session of its own so that nothing is held meanwhile."""
    before: int | None = None
    while True:
        with runtime.reading() as db:
            shown, before = trail.page(db, viewer, asked, before=before, most=BATCH)
        yield from shown
        if before is None:
            return


def _csv(entries: Iterator[Told]) -> Iterator[str]:
    columns = ("entry", "at", "by", "about", "what", "changes")
    yield _row(columns)
    for one in entries:
        changes = "; ".join(f"{change.field}: {change.before} → {change.after}" for change in one.changes)
        at = one.at.isoformat() if one.at else ""
        yield _row((one.id, at, one.who, f"{one.subject} {one.about}", one.action, changes))


def _row(values: tuple[Any, ...]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_harmless(str(value)) for value in values])
    return line.getvalue()


def _harmless(value: str) -> str:
    return f"'{value}" if value.lstrip(" ").startswith(FORMULA) else value


def _json_lines(entries: Iterator[Told]) -> Iterator[str]:
    for one in entries:
        changes = {change.field: [change.before, change.after] for change in one.changes}
        told = {
            "entry": one.id,
            "at": one.at.isoformat() if one.at else None,
            "by": one.who or None,
            "subject": one.subject,
            "about": one.about,
            "what": one.action,
            "changes": changes,
        }
        yield json.dumps(told, ensure_ascii=False) + "\n"


WRITERS = {"csv": _csv, "jsonl": _json_lines}
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


def path_to(entry: Told) -> str:
    """Return the address of what an entry is about, empty when it has no page of its own here."""
    endpoints = {"incident": "incidents.detail", "article": "articles.detail"}
    return url_for(endpoints[entry.subject], number=entry.about) if entry.subject in endpoints else ""
