"""Every incident that was closed with nothing to learn, by reason, for those who look after the knowledge."""

from flask import Blueprint, url_for
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
    reason, after = forms.text("reason"), forms.text("after")
    part = worklist.nothing_learned(db(), viewer(), reason, after=after)
    return page(
        "curation/closures.html",
        reason=reason,
        labels=ways.labels(db()),
        counts=worklist.nothing_counts(db(), viewer()),
        incidents=part.incidents,
        older=url_for("closures.index", reason=reason or None, after=part.after) if part.after else "",
        newer=url_for("closures.index", reason=reason or None) if after else "",
    )
