"""What is done with an article beside writing it: its state, and the flags people raise."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from assistant.desk.permissions import require
from assistant.identity import me
from assistant.web import forms
from assistant.web.article_page import MAY, article_page
from assistant.web.door import db, now
from assistant.web.page import done
from assistant.web.policy import allows
from assistant.web.subjects import own_group, the_article
from kb import authoring
from kb.article import Article, Flag

blueprint = Blueprint("article_acts", __name__)


@blueprint.get("/articles/<number>/state")
@allows("article.write")
def stating(number: str) -> ResponseReturnValue:
    """Show what the article may become."""
    return article_page(the_article(number), panel="state", fragment="articles/_state.html")


@blueprint.post("/articles/<number>/state")
@allows("article.write", form="article_acts.stating")
def state(number: str) -> ResponseReturnValue:
    """Change confidence, audience or governance."""
    article = the_article(number)
    given = forms.texts("confidence", "audience", "governance")
    wanted = {name: value for name, value in given.items() if value and value != getattr(article, name)}
    for change in wanted.items():
        require(me(), MAY.get(change, "article.write"))
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


def _page(article: Article) -> str:
    return url_for("articles.detail", number=article.number)
