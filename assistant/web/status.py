"""How the desk itself is doing, in sentences."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from assistant import checks
from assistant.web.door import runtime
from assistant.web.page import page
from assistant.web.policy import allows

blueprint = Blueprint("status", __name__)


@blueprint.get("/status")
@allows("status.read")
def index() -> ResponseReturnValue:
    """Show model, index, queue and drift, and say what is wrong."""
    state = checks.state_of(runtime())
    return page("status.html", troubles=state.troubles, sections=state.sections().items())
