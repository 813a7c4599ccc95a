"""Who may read an article: the publish screen, archiving and reviving, and the page as a role would see it."""

from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from assistant.desk import permissions
from assistant.desk.people import ROLES
from assistant.desk.permissions import require
from assistant.identity import can, me, portal_is_open
from assistant.web import forms
from assistant.web.article_page import MAY, looked, readers
from assistant.web.curation import back
from assistant.web.door import db, now
from assistant.web.page import done, page, typed
from assistant.web.policy import allows
from assistant.web.subjects import the_article
from kb import authoring
from kb.article import AUDIENCES, Article
from kb.states import REACH, SHARED
from kb.viewer import Viewer

blueprint = Blueprint("article_publish", __name__)
AS = {"anonymous": "somebody who is not signed in", "requester": "a requester", "agent": "an agent"}
WHY_NOT = (  # (whether it holds for article and role, why the role cannot read it)
    (lambda article, role: article.confidence == "wip", "it is work in progress"),
    (lambda article, role: article.confidence == "archived", "it is archived"),
    (lambda article, role: article.audience == "team", "only the team that keeps it reads it"),
    (
        lambda article, role: article.audience == "internal",
        "it is internal: only people who work here read it",
    ),
    (lambda article, role: role == "anonymous", "it is not public, or this desk is not open without sign-in"),
)


@blueprint.get("/articles/<number>/publish")
@allows("article.write")
def screen(number: str) -> ResponseReturnValue:
    """Show who can read the article now and who could from now on, and what stands in the way."""
    article = the_article(number)
    wanted = typed("audience") or forms.text("audience") or _next(article)
    after = _confidence(article)
    return page(
        "articles/publish.html",
        article=article,
        wanted=wanted,
        now_words=readers(article),
        now_count=permissions.readers(db(), article, article.confidence, article.audience),
        then_count=permissions.readers(db(), article, after, wanted),
        audiences=[(name, label) for name, label in AUDIENCES.items() if name != "team" and _may(name)],
        roles=ROLES,
        open_portal=portal_is_open(),
        **looked(article.current.content),
    )


@blueprint.post("/articles/<number>/publish")
@allows("article.write", form="article_publish.screen")
def publish(number: str) -> ResponseReturnValue:
    """Let the chosen audience read the article from now on."""
    article, audience = the_article(number), forms.chosen("audience", AUDIENCES)
    require(me(), MAY.get(("audience", audience), "article.write"))
    wanted = {"audience": audience, "confidence": _confidence(article)}
    checked = bool(forms.text("personal_data_checked"))
    authoring.set_state(db(), article, actor=me(), now=now(), personal_data_checked=checked, **wanted)
    return _done(article, f"It is published. {readers(article)}")


@blueprint.get("/articles/<number>/archive")
@allows("article.archive")
def archiving(number: str) -> ResponseReturnValue:
    """Ask once before an article is archived."""
    article = the_article(number)
    count = permissions.readers(db(), article, article.confidence, article.audience)
    return page("articles/archive.html", article=article, count=sum(count.values()), readers=readers(article))


@blueprint.post("/articles/<number>/archive")
@allows("article.archive", form="article_publish.archiving")
def archive(number: str) -> ResponseReturnValue:
    """Take an article out of what is suggested; it keeps its links and can be revived."""
    article = the_article(number)
    authoring.set_state(db(), article, actor=me(), now=now(), confidence="archived")
    return _done(article, "It is archived. Its links stay, and it can be revived.")


@blueprint.post("/articles/<number>/revive")
@allows("article.archive", form="articles.detail")
def revive(number: str) -> ResponseReturnValue:
    """Bring an archived article back for those who work here; publishing it is another step."""
    article = the_article(number)
    authoring.revive(db(), article, actor=me(), now=now())
    return _done(article, "It is back, not validated. Publish it when it is right again.")


@blueprint.get("/articles/<number>/as/<role>")
@allows("article.write")
def view_as(number: str, role: str) -> ResponseReturnValue:
    """Show exactly what somebody of a role gets at this address, or why they get nothing."""
    article = the_article(number)
    if role not in AS:
        raise NotFound
    reads = Viewer(0, role).reads(article.scope) and (role != "anonymous" or portal_is_open())
    why = next((why for holds, why in WHY_NOT if holds(article, role)), "") if not reads else ""
    return page("articles/as.html", article=article, role=role, roles=AS, reads=reads, why=why)


def _next(article: Article) -> str:
    """Return the audience that is offered first: the next wider one that this person may give."""
    wider = [name for name in REACH[REACH.index(article.audience) + 1 :] if _may(name)]
    return wider[0] if wider else article.audience


def _confidence(article: Article) -> str:
    """Return the confidence after publishing: what is in progress is at least finished by then."""
    return "not_validated" if article.confidence == "wip" else article.confidence


def _may(audience: str) -> bool:
    return can(MAY["audience", audience]) if audience in SHARED else can("article.write")


def _done(article: Article, said: str) -> Any:
    return done(back(url_for("articles.detail", number=article.number)), said, leave=True)
