"""What somebody was told: their own list, and marking it as read."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import notifications
from assistant.identity import me
from assistant.web.door import db, now
from assistant.web.page import done, page
from assistant.web.policy import allows

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/notifications")
@allows("notifications")
def index() -> ResponseReturnValue:
    """List what this person was told, newest first."""
    return page("notifications.html", told=notifications.of(db(), me()))


@blueprint.post("/notifications/read")
@allows("notifications")
def read() -> ResponseReturnValue:
    """Mark everything as read."""
    notifications.read_all(db(), me(), now=now())
    return done(url_for("notifications.index"), "All of it is marked as read.", leave=True)


def unread() -> int:
    """Return how much the person who looks has not read yet."""
    return notifications.unread(db(), me())
