"""The old address of the page that says how the desk is."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from assistant.web.policy import allows

blueprint = Blueprint("status", __name__)


@blueprint.get("/status")
@allows("status.read")
def index() -> ResponseReturnValue:
    """Go to where the page is now."""
    return redirect(url_for("admin_health.index"), 303)
