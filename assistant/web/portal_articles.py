"""Articles as readers see them: one clean address each, how to say whether they helped, and what else there is."""

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import alike, shelf
from assistant.identity import viewer
from assistant.web import forms
from assistant.web.door import db, now, runtime
from assistant.web.guard import limiter
from assistant.web.page import done, page
from assistant.web.policy import allows
from assistant.web.portal import contact
from assistant.web.portal_reader import address_of, carried, for_everybody, reader
from assistant.web.shown import note_opened
from assistant.web.subjects import the_article, the_article_now
from kb import feedback, votes
from kb.article import Article

blueprint = Blueprint("portal_articles", __name__)
SAYS = {"yes": True, "no": False}
DESCRIPTION = 160  # characters that search engines show


@blueprint.get("/help/articles/<number>")
@blueprint.get("/help/articles/<number>/<slug>")
@allows("article.read", open=True)
def detail(number: str, slug: str = "") -> ResponseReturnValue:
    """Show an article at its one address; what was merged is found at the article it went into."""
    article = the_article_now(number)
    if request.path != address_of(article):
        return redirect(address_of(article, **carried()), 301)
    note_opened()
    shown = _shown(article)
    return for_everybody(shown) if article.scope == "article:public" else shown


@blueprint.get("/help/articles/<number>/related")
@allows("article.read", open=True)
@limiter.limit("120/minute")
def related(number: str) -> ResponseReturnValue:
    """Show which other articles read like this one, as far as this reader may read them."""
    article = the_article(number)
    besides = shelf.beside(db(), viewer(), article)
    found = alike.articles_like(db(), runtime().live, article, viewer(), besides)
    return _shown(article, fragment="portal/_related.html", alike=found)


@blueprint.get("/help/articles/<number>/vote")
@allows("article.vote", open=True)
def voting(number: str) -> ResponseReturnValue:
    """Ask whether an article helped."""
    return _shown(the_article(number))


@blueprint.post("/help/articles/<number>/vote")
@allows("article.vote", open=True, form="portal_articles.voting")
@limiter.limit("20/minute")
def vote(number: str) -> ResponseReturnValue:
    """Keep whether an article helped, and why not."""
    article, comment = the_article(number), forms.text("comment")
    helpful = SAYS[forms.chosen("helpful", SAYS)]
    votes.cast(db(), article, helpful=helpful, comment=comment, now=now(), **reader())
    choice, reason = ("used", "") if helpful else ("rejected", comment or "It did not help.")
    feedback.answer(db(), forms.number("shown"), choice, reason=reason, now=now(), **reader())
    asked = {"q": forms.question() or None, "shown": forms.text("shown") or None}
    said = "Thank you. It is kept." if comment or helpful else ""
    return done(url_for("portal_articles.voting", number=article.number, **asked), said, event="voted")


def _shown(article: Article, fragment: str = "portal/_vote.html", **more: Any) -> Response:
    said = article.current.issue or article.current.resolution
    return page(
        "portal/article.html",
        fragment,
        article=article,
        canonical=address_of(article),
        description=" ".join(said.split())[:DESCRIPTION],
        vote=votes.of(db(), article.id, **reader()),
        related=shelf.beside(db(), viewer(), article),
        question=forms.question(),
        shown=forms.number("shown") or "",
        front=contact,
        **more,
    )
