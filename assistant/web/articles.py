"""Articles: the list, reading, writing, their state, and the flags people raise."""

from collections.abc import Mapping
from difflib import ndiff
from typing import Any

from flask import Blueprint, g, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from assistant.desk import classification, link
from assistant.desk.asset import Service
from assistant.desk.classification import Category
from assistant.desk.errors import Finding, Refused
from assistant.desk.permissions import require
from assistant.identity import can, me, viewer
from assistant.web import forms
from assistant.web.articles_list import listed
from assistant.web.door import db, now, runtime
from assistant.web.page import done, page
from assistant.web.policy import allows
from assistant.web.subjects import chosen_id, own_group, services, the_article
from kb import authoring, standard, states
from kb.article import AUDIENCES, CONFIDENCES, CONTENT_FIELDS, GOVERNANCES, Article, Content, Flag, Version
from kb.redaction import marks_in

blueprint = Blueprint("articles", __name__)
KINDS = {" ": "same", "+": "added", "-": "removed"}
MAY = {  # (part of the article state, value) -> the action that gives it; the others are part of writing
    ("confidence", "validated"): "article.validate",
    ("confidence", "archived"): "article.archive",
    ("audience", "requesters"): "article.publish",
    ("audience", "public"): "article.publish",
    ("governance", "compliance"): "article.validate",
    ("governance", "experience"): "article.validate",
}
READERS = {  # permission class -> who that is
    "article:public": "Everybody, also without signing in.",
    "article:requesters": "Everybody who can sign in.",
    "article:internal": "Everybody who works on incidents.",
    "article:wip": "Everybody who works on incidents; requesters cannot until it leaves work in progress.",
    "article:archived": "Everybody who works on incidents; it is no longer suggested.",
}


@blueprint.get("/articles")
@allows("article.read")
def index() -> ResponseReturnValue:
    """List the articles that the viewer may read."""
    return page("articles/index.html", "articles/_list.html", **listed(request.args))


@blueprint.get("/articles/<number>")
@allows("article.read")
def detail(number: str) -> ResponseReturnValue:
    """Show an article."""
    article = the_article(number)
    return page("articles/detail.html" if me().works else "portal/article.html", **_about(article))


@blueprint.get("/articles/<number>/versions/<int:version>")
@allows("article.write")
def version(number: str, version: int) -> ResponseReturnValue:
    """Show an article as it was."""
    article = the_article(number)
    shown = next((one for one in article.versions if one.number == version), None)
    if shown is None:
        raise NotFound
    before = next((one for one in article.versions if one.number == version - 1), None)
    return page("articles/version.html", article=article, shown=shown, differs=differences(before, shown))


@blueprint.get("/articles/new")
@allows("article.write")
def new() -> ResponseReturnValue:
    """Show an empty editor."""
    return page("articles/edit.html", article=None, **_choices())


@blueprint.post("/articles/new")
@allows("article.write", form="articles.new")
def create() -> ResponseReturnValue:
    """Save a new article as work in progress, from fragments if that is all there is."""
    content = authoring.content_of(request.form)
    if not forms.text("different"):
        _hold_against_others(content)
    category = chosen_id(Category, "category_id")
    article = authoring.draft(
        db(), content, actor=me(), now=now(), services=_chosen_services(), category_id=category
    )
    return done(_page(article), f"{article.number} is saved as work in progress.", leave=True)


@blueprint.get("/articles/<number>/edit")
@allows("article.write")
def edit(number: str) -> ResponseReturnValue:
    """Show the editor; after a lost race, both versions."""
    article = the_article(number)
    return page("articles/edit.html", article=article, lost=g.get("lost_race", False), **_choices())


@blueprint.post("/articles/<number>/edit")
@allows("article.write", form="articles.edit")
def revise(number: str) -> ResponseReturnValue:
    """Save a new version."""
    article, content = the_article(number), authoring.content_of(request.form)
    seen = forms.number("version") or 0
    authoring.revise(db(), article, content, seen=seen, actor=me(), now=now(), note=forms.text("note"))
    return done(_page(article), f"Version {article.latest} is saved.", leave=True)


@blueprint.post("/articles/look")
@allows("article.write", looks=True)
def look() -> ResponseReturnValue:
    """Say what the content standard finds in a draft, and which articles say the same already."""
    content = authoring.content_of(request.form)
    own = forms.number("article")
    near = authoring.near_duplicates(db(), runtime().live, content, viewer(), except_id=own)
    return page("articles/look.html", "articles/_look.html", near=near, own=own, **looked(content))


@blueprint.get("/articles/<number>/state")
@allows("article.write")
def stating(number: str) -> ResponseReturnValue:
    """Show what the article may become."""
    article = the_article(number)
    return page("articles/detail.html", "articles/_state.html", **{**_about(article), "panel": "state"})


@blueprint.post("/articles/<number>/state")
@allows("article.write", form="articles.stating")
def state(number: str) -> ResponseReturnValue:
    """Change confidence, audience or governance."""
    article = the_article(number)
    names = ("confidence", "audience", "governance")
    wanted = {
        name: value for name in names if (value := forms.text(name)) and value != getattr(article, name)
    }
    for given in wanted.items():
        require(me(), MAY.get(given, "article.write"))
    team = own_group("team_id")
    authoring.set_state(
        db(),
        article,
        actor=me(),
        now=now(),
        personal_data_checked=bool(forms.text("personal_data_checked")),
        team_id=team.id if team else None,
        **wanted,
    )
    return done(_page(article), "The state of the article is changed.", leave=True)


@blueprint.post("/articles/<number>/flag")
@allows("article.flag", form="articles.detail")
def flag(number: str) -> ResponseReturnValue:
    """Say what is wrong with an article."""
    article = the_article(number)
    authoring.flag(db(), article, forms.text("reason"), actor=me(), now=now())
    return done(_page(article), "Your flag is raised; its owner sees it.", leave=True)


@blueprint.post("/articles/<number>/flags/<int:flag_id>/settle")
@allows("flag.settle", form="articles.detail")
def settle(number: str, flag_id: int) -> ResponseReturnValue:
    """Close a flag with what was done about it."""
    article, raised = the_article(number), db().get(Flag, flag_id)
    if raised is None or raised.article_id != article.id:
        raise NotFound
    authoring.settle(db(), raised, forms.text("outcome"), actor=me(), now=now())
    return done(_page(article), "The flag is settled.", leave=True)


def looked(content: Content) -> dict[str, Any]:
    """Return what stands in a text that should not, by field: findings of the standard and marks of personal data."""
    marks = {name: marks_in(text) for name, text in content.values().items()}
    return {
        "standard": standard.findings(content),
        "marks": {name: found for name, found in marks.items() if found},
    }


def differences(before: Version | None, after: Version) -> dict[str, list[tuple[str, str]]]:
    """Return for each field that changed its lines as (same, added or removed, text); nothing for a first version."""
    changed = {}
    for name in CONTENT_FIELDS if before else ():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            lines = ndiff(old.splitlines(), new.splitlines())
            changed[name] = [(KINDS[line[0]], line[2:]) for line in lines if line[0] in KINDS]
    return changed


def _about(article: Article) -> dict[str, Any]:
    return {
        "article": article,
        "held": link.held(db(), [article.id]).get(article.id, link.NEVER),
        "moves": _offered(
            "confidence", {name: CONFIDENCES[name] for name in states.MOVES[article.confidence]}
        ),
        "audiences": _offered("audience", AUDIENCES, article.audience),
        "governances": _offered("governance", GOVERNANCES, article.governance),
        "own_teams": [(group.id, group.name) for group in me().groups],
        "readers": READERS.get(article.scope)
        or f"Only the team {article.team.name if article.team else ''}.",
        "flags": [raised for raised in article.flags if raised.settled_at is None],
        "panel": "",
        **looked(article.current.content),
    }


def _hold_against_others(content: Content) -> None:
    near = authoring.near_duplicates(db(), runtime().live, content, viewer())
    if near:
        listed = "; ".join(f"{article.number} “{article.title}”" for article in near)
        cure = "Improve that one, or confirm that yours says something else."
        raise Refused([Finding("different", f"This may be written already: {listed}.", cure)])


def _offered(part: str, values: Mapping[str, str], present: str = "") -> list[tuple[str, str]]:
    """Return the values of a part of the article state that this person may give, and the present one."""
    return [
        (value, label)
        for value, label in values.items()
        if value == present or can(MAY.get((part, value), "article.write"))
    ]


def _choices() -> dict[str, Any]:
    return {
        "services": [(service.id, service.name) for service in services()],
        "categories": [(category.id, category.path) for category in classification.tree(db())],
    }


def _chosen_services() -> list[Service]:
    return list(db().scalars(select(Service).where(Service.id.in_(forms.numbers("service_id")))))


def _page(article: Article) -> str:
    return url_for("articles.detail", number=article.number)
