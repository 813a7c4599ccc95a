"""How the desk itself is doing, in sentences."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from assistant import checks
from assistant.desk import jobs
from assistant.web.door import db, now, runtime
from assistant.web.page import done, page
from assistant.web.policy import allows

blueprint = Blueprint("status", __name__)


@blueprint.get("/status")
@allows("status.read")
def index() -> ResponseReturnValue:
    """Show model, index, queue and drift, and say what is wrong."""
    state = checks.state_of(runtime())
    return page("status.html", troubles=state.troubles, sections=state.sections().items())


@blueprint.post("/status/rebuild")
@allows("index.rebuild")
def rebuild() -> ResponseReturnValue:
    """Ask the worker to derive the index anew; asked twice within a minute, it is done once."""
    jobs.add(db(), "index.rebuild", {}, now=now(), key=f"index.rebuild {now():%Y-%m-%d %H:%M}")
    return done(url_for("status.index"), "The worker will derive the index anew.", leave=True)
