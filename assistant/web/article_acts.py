"""What is done with an article beside writing it: its state, flags as tasks, remarks, handing it over."""

from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from assistant.desk import upkeep
from assistant.desk.errors import Finding, Refused
from assistant.desk.people import Person
from assistant.desk.permissions import require
from assistant.identity import me
from assistant.web import forms
from assistant.web.article_page import MAY, article_page
from assistant.web.curation import back
from assistant.web.door import db, now
from assistant.web.page import done
from assistant.web.policy import allows
from assistant.web.subjects import chosen, own_group, the_article
from kb import authoring, remarks, states
from kb.article import Article, Flag
from kb.remarks import Remark

blueprint = Blueprint("article_acts", __name__)


@blueprint.get("/articles/<number>/state")
@allows("article.write")
def stating(number: str) -> ResponseReturnValue:
    """Show what the article may become."""
    return article_page(the_article(number), panel="state", fragment="articles/_state.html")


@blueprint.post("/articles/<number>/state")
@allows("article.write", form="article_acts.stating")
def state(number: str) -> ResponseReturnValue:
    """Change confidence, audience or governance; more readers than now go through the publish screen."""
    article = the_article(number)
    wanted = _wanted(article)
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
    return _done(article, "The state of the article is changed.")


@blueprint.post("/articles/<number>/flag")
@allows("article.flag", form="articles.detail")
def flag(number: str) -> ResponseReturnValue:
    """Say what is wrong with an article."""
    article = the_article(number)
    raised = upkeep.flag(db(), article, forms.text("reason"), actor=me(), now=now())
    who = raised.owner.name if raised.owner else "Whoever looks after articles"
    return _done(article, f"Your flag is raised. {who} sees to it, and you hear back.")


@blueprint.post("/articles/<number>/flags/<int:flag_id>/settle")
@allows("flag.settle", form="articles.detail")
def settle(number: str, flag_id: int) -> ResponseReturnValue:
    """Close a flag with what was done about it."""
    article = the_article(number)
    raised = _hanging(Flag, flag_id, article)
    upkeep.settle(db(), raised, forms.text("outcome"), actor=me(), now=now())
    return _done(
        article, f"The flag is settled; {raised.person.name if raised.person else 'nobody'} is told."
    )


@blueprint.post("/articles/<number>/flags/<int:flag_id>/hand")
@allows("flag.settle", form="articles.detail")
def hand_flag(number: str, flag_id: int) -> ResponseReturnValue:
    """Give a flag to somebody else."""
    article = the_article(number)
    raised, to = _hanging(Flag, flag_id, article), chosen(Person, "person_id")
    upkeep.hand_flag(db(), raised, to, actor=me(), now=now())
    return _done(article, f"The flag is a task of {raised.owner.name} now.")


@blueprint.post("/articles/<number>/remarks")
@allows("article.remark", form="articles.detail")
def remark(number: str) -> ResponseReturnValue:
    """Say something about an article, among those who write them."""
    article = the_article(number)
    upkeep.remark(db(), article, forms.text("text"), actor=me(), now=now())
    return _done(article, "Your remark stands beside the article.")


@blueprint.post("/articles/<number>/remarks/<int:remark_id>/settle")
@allows("article.remark", form="articles.detail")
def settle_remark(number: str, remark_id: int) -> ResponseReturnValue:
    """Say that a remark was taken up, or needs nothing."""
    article = the_article(number)
    remarks.settle(db(), _hanging(Remark, remark_id, article), actor=me(), now=now())
    return _done(article, "The remark is taken up.")


@blueprint.post("/articles/<number>/owner")
@allows("article.write", form="articles.detail")
def hand_over(number: str) -> ResponseReturnValue:
    """Give an article to somebody else to keep."""
    article = the_article(number)
    upkeep.hand_over(db(), article, chosen(Person, "person_id"), actor=me(), now=now())
    return _done(article, f"{article.number} is kept by {article.owner.name} now.")


def _wanted(article: Article) -> dict[str, str]:
    """Return the parts of the state that change. Raises NotAllowed, or Refused when more people could read it."""
    given = forms.texts("confidence", "audience", "governance")
    wanted = {name: value for name, value in given.items() if value and value != getattr(article, name)}
    for change in wanted.items():
        require(me(), MAY.get(change, "article.write"))
    if states.widens(article, wanted):
        cure = "Open “Publish”: it shows who could read it from now on."
        raise Refused([Finding("audience", "More people could read it than now.", cure)])
    return wanted


def _hanging(kind: type[Any], row_id: int, article: Article) -> Any:
    """Return a row that hangs on this article. Raises NotFound when it hangs on another one, or nowhere."""
    row = db().get(kind, row_id)
    if row is None or row.article_id != article.id:
        raise NotFound
    return row


def _done(article: Article, said: str) -> ResponseReturnValue:
    return done(back(url_for("articles.detail", number=article.number)), said, leave=True)
