"""Categories, for administrators: one tree, with what hangs on each branch."""

from collections import Counter

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import catalogue, classification
from assistant.desk.classification import EDITABLE, Category
from assistant.identity import me, viewer
from assistant.web import forms
from assistant.web.admin_page import editing
from assistant.web.door import db, now
from assistant.web.page import done, page
from assistant.web.policy import allows
from assistant.web.subjects import chosen, the

blueprint = Blueprint("admin_categories", __name__)


@blueprint.get("/admin/categories")
@allows("administer")
def index() -> ResponseReturnValue:
    """Show the tree."""
    text, tree = forms.question(), classification.everything(db())
    shown = classification.found(db(), text) if text else tree
    return page("admin/categories.html", text=text, tree=tree, shown=shown, counts=_counts())


@blueprint.post("/admin/categories")
@allows("administer", form="admin_categories.index")
def add() -> ResponseReturnValue:
    """Add a branch."""
    parent = chosen(Category, "parent_id")
    category = classification.add(db(), forms.text("name"), parent, actor=me(), now=now())
    return done(url_for("admin_categories.index"), f"“{category.path}” is added.", leave=True)


@blueprint.get("/admin/categories/<int:category_id>")
@allows("administer")
def detail(category_id: int) -> ResponseReturnValue:
    """Show a branch: its name, its place, whether it is offered."""
    row, count = the(Category, category_id), _counts()[category_id]
    parents = [one.choice for one in classification.tree(db(), row.parent_id) if one is not row]
    return editing("admin/category.html", row, EDITABLE, "category", parents=parents, count=count)


@blueprint.post("/admin/categories/<int:category_id>")
@allows("administer", form="admin_categories.detail")
def save(category_id: int) -> ResponseReturnValue:
    """Rename or move a branch."""
    category, name, parent = the(Category, category_id), forms.text("name"), chosen(Category, "parent_id")
    seen = forms.text("seen")
    classification.change(db(), category, name, parent, seen=seen, actor=me(), now=now())
    return done(url_for("admin_categories.index"), f"It is “{category.path}” now.", leave=True)


@blueprint.post("/admin/categories/<int:category_id>/retire")
@allows("administer", form="admin_categories.detail")
def retire(category_id: int) -> ResponseReturnValue:
    """Offer a branch no longer."""
    category = the(Category, category_id)
    classification.retire(db(), category, actor=me(), now=now())
    return done(url_for("admin_categories.index"), f"“{category.path}” is not offered any more.", leave=True)


@blueprint.post("/admin/categories/<int:category_id>/revive")
@allows("administer", form="admin_categories.detail")
def revive(category_id: int) -> ResponseReturnValue:
    """Offer a branch again."""
    category = the(Category, category_id)
    classification.revive(db(), category, actor=me(), now=now())
    return done(url_for("admin_categories.index"), f"“{category.path}” is offered again.", leave=True)


def _counts() -> Counter[int]:
    """Return how many incidents hang on each branch, those of the branches under it included."""
    counts: Counter[int] = Counter()
    for category_id, count in catalogue.incidents_by_category(db(), viewer()).items():
        branch: Category | None = the(Category, category_id)
        while branch is not None:
            counts[branch.id] += count
            branch = branch.parent
    return counts
