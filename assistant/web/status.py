"""How the desk itself is doing, in sentences."""

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from assistant.desk import heartbeat, jobs
from assistant.web.door import db, now, runtime
from assistant.web.page import page
from assistant.web.policy import allows
from kb.live import Status

blueprint = Blueprint("status", __name__)


@blueprint.get("/status")
@allows("status.read")
def index() -> ResponseReturnValue:
    """Show model, index, queue and drift, and say what is wrong."""
    live = runtime().live
    live.catch_up(db())
    status = live.status(db())
    waiting, parked = jobs.waiting(db()), len(jobs.parked(db()))
    return page(
        "status.html",
        troubles=[*status.troubles, *_late(parked)],
        sections=_sections(status, waiting, parked),
    )


def _late(parked: int) -> list[str]:
    """Return what is wrong around the index: who is silent, what rests, what waits."""
    troubles = []
    if not heartbeat.alive(db(), "worker", now=now()):
        troubles.append(
            "The worker is silent, so what changes is found late. Start it with “kintsugi worker”."
        )
    if parked:
        troubles.append(f"{_counted(parked, 'job')} failed too often and {_are(parked)} resting.")
    return troubles


def _sections(status: Status, waiting: int, parked: int) -> list[tuple[str, list[tuple[str, Any]]]]:
    last = heartbeat.last(db(), "worker")
    stale = "Everything is embedded" if not status.stale else f"{_counted(status.stale, 'passage')} waiting"
    behind = "Nothing" if not status.behind else _counted(status.behind, "change")
    return [
        ("Model", [("Reads texts with", status.model or "No model")]),
        (
            "Index",
            [
                ("Passages found by meaning", f"{status.vectors:,}"),
                ("Items found by words", f"{status.words:,}"),
                ("Waiting to be embedded", stale),
                ("Not yet in this copy", behind),
            ],
        ),
        (
            "Worker",
            [("Last sign of life", last or "Never"), ("Jobs waiting", waiting), ("Jobs that rest", parked)],
        ),
    ]


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
