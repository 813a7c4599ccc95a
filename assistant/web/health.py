"""Whether this process can serve: for load balancers and for start-up scripts."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from assistant.web.door import db, runtime
from assistant.web.policy import anybody

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@anybody()
def index() -> ResponseReturnValue:
    """Say “ok” when the database answers; “poorer” when finding does less than it could. Troubles stay inside."""
    db().execute(text("SELECT 1"))
    return jsonify({"status": "poorer" if runtime().live.troubles else "ok"})
