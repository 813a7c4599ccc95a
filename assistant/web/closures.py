"""What was closed with nothing to learn, for those who look after the knowledge."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from assistant.desk import ways, worklist
from assistant.identity import viewer
from assistant.web import forms
from assistant.web.door import db
from assistant.web.page import page
from assistant.web.policy import allows

blueprint = Blueprint("closures", __name__)


@blueprint.get("/closures")
@allows("closures.review")
def index() -> ResponseReturnValue:
    """List the closures without an article, by reason."""
    reason = forms.text("reason")
    return page(
        "closures.html",
        reason=reason,
        labels=ways.labels(db()),
        counts=worklist.nothing_counts(db(), viewer()),
        incidents=worklist.nothing_learned(db(), viewer(), reason),
    )
