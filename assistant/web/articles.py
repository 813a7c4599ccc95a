"""Articles: the list, reading, and writing. Their state and the flags people raise are in `article_acts`."""

from typing import Any

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from assistant.desk import classification, gaps
from assistant.desk.asset import Service
from assistant.desk.classification import Category
from assistant.desk.errors import Finding, Refused
from assistant.identity import me, viewer
from assistant.web import forms
from assistant.web.article_page import article_page, looked
from assistant.web.articles_list import listed
from assistant.web.door import db, now, runtime
from assistant.web.page import done, keep_typed, page
from assistant.web.policy import allows
from assistant.web.portal_reader import carried
from assistant.web.shown import note_opened
from assistant.web.subjects import (
    article_by_number,
    article_id,
    chosen_id,
    services,
    the_article,
    the_article_now,
)
from kb import authoring, standard
from kb.article import Article, Content

blueprint = Blueprint("articles", __name__)


@blueprint.get("/articles")
@allows("article.read")
def index() -> ResponseReturnValue:
    """List the articles that the viewer may read, with who keeps them; readers find theirs at the portal."""
    if not me().works:
        return redirect(url_for("portal.home"), 303)
    return page("articles/index.html", "articles/_list.html", **listed(request.args))


@blueprint.get("/articles/<number>")
@allows("article.read")
def detail(number: str) -> ResponseReturnValue:
    """Show an article to those who write them; readers have an address of their own, and so has what was merged."""
    if not me().works:
        return redirect(url_for("portal_articles.detail", number=number, **carried()), 301)
    note_opened()
    article = the_article_now(number)
    if article.id != article_id(number):
        return redirect(url_for("articles.detail", number=article.number, **carried()), 303)
    return article_page(article)


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
    gaps.answered(db(), forms.number("gap"), actor=me(), now=now())
    return done(_page(article), f"{article.number} is saved as work in progress.", leave=True)


@blueprint.get("/articles/<number>/edit")
@allows("article.write")
def edit(number: str) -> ResponseReturnValue:
    """Show the editor; after a lost race, both versions."""
    article = the_article(number)
    return page(
        "articles/edit.html", article=article, lost=g.get("lost_race", False), **_choices(article.category_id)
    )


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
    """Say beside a draft what the content standard finds in it, and which articles say the same already."""
    content, article = authoring.content_of(request.form), article_by_number(forms.text("article"))
    own = article.id if article else None
    near = authoring.near_duplicates(db(), runtime().live, content, viewer(), except_id=own)
    about = {"article": article, "near": near, "own": own, **looked(content), **_choices()}
    keep_typed()
    return page("articles/edit.html", "articles/_look.html", looked=True, **about)


def _hold_against_others(content: Content) -> None:
    near = authoring.near_duplicates(db(), runtime().live, content, viewer())
    if near:
        listed = "; ".join(f"{article.number} “{article.title}”" for article in near)
        cure = "Improve that one, or confirm that yours says something else."
        raise Refused([Finding("different", f"This may be written already: {listed}.", cure)])


def _choices(*keep: int | None) -> dict[str, Any]:
    return {
        "checks": standard.CHECKS,
        "services": [(service.id, service.name) for service in services()],
        "categories": [(category.id, category.path) for category in classification.tree(db(), *keep)],
    }


def _chosen_services() -> list[Service]:
    return list(db().scalars(select(Service).where(Service.id.in_(forms.numbers("service_id")))))


def _page(article: Article) -> str:
    return url_for("articles.detail", number=article.number)
