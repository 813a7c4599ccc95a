"""What the worker does for each kind of job. A handler may be called again for the same job, so each bears that."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from assistant import backup
from assistant.desk import laboratory, lifecycle, nightly, suggestions, tongue
from assistant.desk.heartbeat import beat
from assistant.desk.incident import Incident
from assistant.importers import uploads
from assistant.runtime import Runtime
from assistant.telling import Tell
from kb import embeddings
from kb.passages import LARGEST_ID
from kb.viewer import ANY_AGENT

MOST_FINDINGS = 100  # kept of one check
Payload = dict[str, Any]


def rebuild_index(runtime: Runtime, payload: Payload, tell: Tell) -> Payload:
    """Derive every passage again from its item and embed what changed."""
    items = _items(runtime)
    changed = embeddings.rebuild(
        runtime.sessions, runtime.live.corpora, lambda done: tell("Reading items", done, items)
    )
    return {"items": items, "changed": changed}


def check_index(runtime: Runtime, payload: Payload, tell: Tell) -> Payload:
    """Compare the index with the database and keep where they disagree; nothing is repaired."""
    items = _items(runtime)
    found = embeddings.check(
        runtime.sessions, runtime.live, lambda done: tell("Comparing items", done, items)
    )
    return {"items": items, "findings": found[:MOST_FINDINGS], "count": len(found)}


def back_up(runtime: Runtime, payload: Payload, tell: Tell) -> Payload:
    """Write a backup where it belongs, and keep what it holds."""
    settings, now = runtime.settings, runtime.now()
    with runtime.reading() as db:
        folder, keep = nightly.place(db, settings.backups_folder, settings.backups_kept)
    made = backup.make(runtime, folder, now=now, keep=keep, tell=tell)
    with runtime.writing() as db:
        beat(db, backup.KIND, now=now)
        db.commit()
    return asdict(made)


def test_back(runtime: Runtime, payload: Payload, tell: Tell) -> Payload:
    """Ask the desk's own incidents again, and keep how well what solved them was found."""
    from assistant.backtest import run  # noqa: PLC0415 - its libraries may be missing

    return {"run": run.carry_out(runtime, tell).id}


def adapt_model(runtime: Runtime, payload: Payload, tell: Tell) -> Payload:
    """Let a copy of the model learn the desk's language, and put it in use when it finds better."""
    from assistant import learning  # noqa: PLC0415 - its libraries may be missing

    return learning.carry_out(runtime, tell)


def return_model(runtime: Runtime, payload: Payload, tell: Tell) -> None:
    """Go back to the model that was in use before."""
    from assistant import changeover  # noqa: PLC0415 - its libraries may be missing

    changeover.go_back(runtime, payload["recipe"], payload["actor_id"], tell)


def _items(runtime: Runtime) -> int:
    with runtime.reading() as db:
        return sum(len(corpus.all_ids(db, 0, LARGEST_ID)) for corpus in runtime.live.corpora.values())


def look(runtime: Runtime, payload: Payload, tell: Tell) -> None:
    """Look for what resolved a new incident before, so that lists show where a very likely answer waits."""
    with runtime.reading() as db:
        incident = db.get(Incident, payload["incident_id"])
        if incident is None or not incident.is_open:
            return
        panel = suggestions.suggest(db, runtime.live, incident, ANY_AGENT, now=runtime.now())
    with runtime.writing() as db:
        about = {"kind": "suggestion", "actor": None, "incident_id": payload["incident_id"]}
        suggestions.record(db, panel, now=runtime.now(), **about)
        db.commit()


HANDLERS: dict[str, Callable[[Runtime, Payload, Tell], Payload | None]] = {
    "index.rebuild": rebuild_index,
    "index.check": check_index,
    backup.KIND: back_up,
    lifecycle.LOOK: look,
    laboratory.SUBJECT: test_back,
    tongue.SUBJECT: adapt_model,
    tongue.BACK: return_model,
    uploads.JOB: uploads.carry_out,
}
LONG = frozenset(  # nothing quick waits for these
    {"index.rebuild", "index.check", backup.KIND, laboratory.SUBJECT, uploads.JOB, *tongue.KINDS}
)
