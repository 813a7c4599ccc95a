"""An article as it was: old versions, what differs between any two of them, and bringing one back."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from assistant.identity import me
from assistant.web import forms
from assistant.web.door import db, now
from assistant.web.page import done, page
from assistant.web.policy import allows
from assistant.web.subjects import the_article
from kb import authoring, comparing
from kb.article import Article, Version

blueprint = Blueprint("article_versions", __name__)


@blueprint.get("/articles/<number>/versions/<int:version>")
@allows("article.write")
def version(number: str, version: int) -> ResponseReturnValue:
    """Show an article as it was, and what differs from another version: the one before, unless one is named."""
    article = the_article(number)
    shown = _version(article, version)
    against = forms.number("against")
    other = _version(article, against) if against else _before(article, version)
    return page(
        "articles/version.html",
        article=article,
        shown=shown,
        other=other,
        changes=comparing.compare(other.content, shown.content) if other else [],
        beside=request.args.get("view") == "beside",
    )


@blueprint.post("/articles/<number>/versions/<int:version>/restore")
@allows("article.write", form="article_versions.version")
def restore(number: str, version: int) -> ResponseReturnValue:
    """Let the article say again what it said then, as a new version."""
    article = the_article(number)
    seen = forms.number("seen") or 0
    authoring.restore(db(), article, _version(article, version), seen=seen, actor=me(), now=now())
    said = f"It says again what version {version} said; this is version {article.latest}."
    return done(url_for("articles.detail", number=article.number), said, leave=True)


def _version(article: Article, number: int) -> Version:
    found = next((one for one in article.versions if one.number == number), None)
    if found is None:
        raise NotFound
    return found


def _before(article: Article, number: int) -> Version | None:
    return next((one for one in article.versions if one.number == number - 1), None)
