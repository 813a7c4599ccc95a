"""Saved views: keep a list or a search under a name, share it with a group, rename it, remove it."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from assistant.desk import saved_view
from assistant.desk.people import Group
from assistant.desk.saved_view import SavedView
from assistant.identity import me
from assistant.web import filters, forms, queue, search
from assistant.web.door import db, now
from assistant.web.page import done
from assistant.web.policy import allows
from assistant.web.subjects import chosen

blueprint = Blueprint("views", __name__)


@blueprint.get("/views")
@allows("view.save")
def form() -> ResponseReturnValue:
    """Show what a view is made of: the search, or the list."""
    return search.index() if forms.question() else queue.index()


@blueprint.post("/views")
@allows("view.save", form="views.form")
def save() -> ResponseReturnValue:
    """Keep the list as it is filtered and sorted now."""
    view = saved_view.save(db(), forms.text("name"), filters.asked_view(), actor=me(), now=now())
    return done(filters.address_of_view(view), f"“{view.name}” is saved.")


@blueprint.post("/views/<int:view_id>/rename")
@allows("view.save", form="views.form")
def rename(view_id: int) -> ResponseReturnValue:
    """Give a view another name."""
    view = saved_view.rename(db(), _own(view_id), forms.text("name"), actor=me())
    return done(filters.address_of_view(view), f"It is called “{view.name}” now.")


@blueprint.post("/views/<int:view_id>/share")
@allows("view.save", form="views.form")
def share(view_id: int) -> ResponseReturnValue:
    """Let a group see a view, or nobody but oneself."""
    view = saved_view.share(db(), _own(view_id), chosen(Group, "group_id"), actor=me())
    return done(
        filters.address_of_view(view),
        f"{view.group.name} sees it too." if view.group else "Only you see it now.",
    )


@blueprint.post("/views/<int:view_id>/remove")
@allows("view.save", form="views.form")
def remove(view_id: int) -> ResponseReturnValue:
    """Forget a view."""
    view = _own(view_id)
    saved_view.remove(db(), view)
    where = filters.address_of_view(view, opened=False)
    return done(where, f"“{view.name}” is removed. Save it again if you miss it.")


def _own(view_id: int) -> SavedView:
    """Return one of the viewer's own views. Raises NotFound for others, shared ones too."""
    view = db().get(SavedView, view_id)
    if view is None or view.person_id != me().id:
        raise NotFound
    return view
