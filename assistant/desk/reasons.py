"""The reasons of the fourth door as a table of a process's text: read there, written back there, the rest untouched."""

import json
import re
import tomllib
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.desk import process, ways
from assistant.desk.errors import Finding, Refused
from assistant.desk.incident import NOTHING_LEARNED, Incident
from assistant.desk.people import Person
from assistant.desk.permissions import readable_incidents
from assistant.desk.process import Reason
from assistant.desk.ways import ProcessVersion
from kb.viewer import Viewer

PROOFS = {"none": "Nothing", "duplicate": "The other incident, which has its article"}
LONGEST_LABEL = 120
BARE = re.compile(r"[A-Za-z0-9_-]+")
HEADER = re.compile(r"^[ \t]*\[[ \t]*reasons[ \t]*\][^\n]*\n?", re.MULTILINE)
NEXT = re.compile(r"^[ \t]*\[", re.MULTILINE)


def uses(db: Session, viewer: Viewer, name: str) -> dict[str, int]:
    """Return how often each reason of a process was given, among the incidents that the viewer may read."""
    given = (NOTHING_LEARNED, Incident.process == name, readable_incidents(viewer))
    counts = select(Incident.nothing_reason, func.count()).where(*given).group_by(Incident.nothing_reason)
    return {str(reason): count for reason, count in db.execute(counts)}


def save(
    db: Session,
    name: str,
    reasons: Sequence[Reason],
    *,
    seen: int,
    actor: Person,
    now: datetime,
    note: str = "",
) -> ProcessVersion:
    """Give a process these reasons, in this order, as a new version.

    Raises Refused at what does not fit (label_0, label_1 … by place), EditConflict after a lost race.
    """
    findings = list(_findings(reasons))
    if findings:
        raise Refused(findings)
    text = put(ways.text_of(db, name, seen), reasons)
    return ways.save(db, text, seen=seen, actor=actor, now=now, note=note or "Reasons of the fourth door")


def put(text: str, reasons: Sequence[Reason]) -> str:
    """Return the text of a process with these reasons in place of its own; comments elsewhere stay.

    Raises Refused when its reasons are written in a form that cannot be replaced by a table.
    """
    header = HEADER.search(text)
    start = header.end() if header else len(text)
    following = NEXT.search(text, start)
    end = following.start() if following else len(text)
    before = text[:start] if header else text.rstrip("\n") + "\n\n[reasons]\n"
    before = before if before.endswith("\n") else before + "\n"
    made = before + "".join(map(_line, _aligned(reasons))) + ("\n" if following else "") + text[end:]
    if _fits(text, made, reasons):
        return made
    message = "The reasons of this process are not written as one table [reasons]."
    raise Refused([Finding("", message, "Change them in the text of the process.")])


def named(label: str, taken: Collection[str]) -> str:
    """Return a name for a new reason, made of its label; another one than those that are taken."""
    words = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:30].strip("_") or "reason"
    numbers = ("", *(f"_{number}" for number in range(2, len(taken) + 3)))
    return next(name for number in numbers if (name := words + number) not in taken)


def _findings(reasons: Sequence[Reason]) -> Iterator[Finding]:
    if not reasons:
        yield Finding(
            "", "No reason is left.", "Keep at least one, so that what taught nothing can be closed."
        )
    labels = [reason.label.casefold() for reason in reasons]
    for place, reason in enumerate(reasons):
        if not reason.label:
            yield Finding(f"label_{place}", "The words are missing.", "Write them, or retire the reason.")
        elif len(reason.label) > LONGEST_LABEL:
            yield Finding(f"label_{place}", f"This is longer than {LONGEST_LABEL} characters.", "Shorten it.")
        elif reason.label.casefold() in labels[:place]:
            yield Finding(f"label_{place}", "Another reason says the same.", "Say what is different.")
        if reason.proof not in process.PROOFS:
            yield Finding(f"proof_{place}", "Nothing is chosen here.", "Choose what has to be shown.")


def _aligned(reasons: Sequence[Reason]) -> list[tuple[str, Reason]]:
    names = [reason.name if BARE.fullmatch(reason.name) else _quoted(reason.name) for reason in reasons]
    width = max(map(len, names), default=0)
    return [(name.ljust(width), reason) for name, reason in zip(names, reasons, strict=True)]


def _line(entry: tuple[str, Reason]) -> str:
    name, reason = entry
    proof = "" if reason.proof == "none" else f", proof = {_quoted(reason.proof)}"
    return f"{name} = {{ label = {_quoted(reason.label)}{proof} }}\n"


def _quoted(text: str) -> str:
    """Return a text as a string of TOML, whose escapes are those of JSON; only DEL is not allowed bare."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _fits(text: str, made: str, reasons: Sequence[Reason]) -> bool:
    """Say whether a text has exactly these reasons now, and everything else as it was."""
    try:
        before, after = tomllib.loads(text), tomllib.loads(made)
    except tomllib.TOMLDecodeError:
        return False
    wanted = {
        reason.name: {"label": reason.label} | ({} if reason.proof == "none" else {"proof": reason.proof})
        for reason in reasons
    }
    found = after.pop("reasons", None)
    before.pop("reasons", None)
    return found == wanted and list(found) == list(wanted) and before == after
