"""Merging two articles: the result field by field before it happens, then everything in one step."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from assistant.desk import article_merging as merging
from assistant.desk.curation_lines import worth_of
from assistant.desk.link import Link
from assistant.identity import me, viewer
from assistant.web import forms
from assistant.web.article_page import looked
from assistant.web.door import db, now
from assistant.web.page import done, page
from assistant.web.policy import allows
from assistant.web.subjects import article_by_number, named_article, the_article
from kb import authoring
from kb.article import AUDIENCES, Article
from kb.merging import check, proposal
from kb.states import REACH

blueprint = Blueprint("curation_merge", __name__)


@blueprint.get("/articles/<number>/merge")
@allows("article.merge")
def preview(number: str) -> ResponseReturnValue:
    """Ask which article goes, then show what the result would say and what moves along."""
    stays = the_article(number)
    named = forms.text("with")
    goes = article_by_number(named)
    if goes is None or stays.id == goes.id:
        return page("curation/merge_which.html", stays=stays, named=named)
    both = (stays, goes)
    content = proposal(stays, goes)
    return page(
        "curation/merge.html",
        stays=stays,
        goes=goes,
        both=both,
        content=content,
        worth=worth_of(db(), viewer(), [one.id for one in both]),
        links={one.id: _links(one) for one in both},
        moving=merging.moving(db(), goes),
        wider=REACH.index(stays.audience) > REACH.index(goes.audience) and AUDIENCES[stays.audience],
        **looked(content),
    )


@blueprint.post("/articles/<number>/merge")
@allows("article.merge", form="curation_merge.preview")
def merge(number: str) -> ResponseReturnValue:
    """Let one article take over another one."""
    stays, goes = the_article(number), named_article("with")
    check(stays, goes)
    merging.merge(
        db(),
        stays,
        goes,
        authoring.content_of(request.form),
        seen=(forms.number("version") or 0, forms.number("other_version") or 0),
        personal_data_checked=bool(forms.text("personal_data_checked")),
        actor=me(),
        now=now(),
    )
    said = f"{goes.number} is part of {stays.number} now; its number leads here."
    return done(url_for("articles.detail", number=stays.number), said, leave=True)


def _links(article: Article) -> int:
    return db().scalar(select(func.count()).where(Link.article_id == article.id)) or 0
