"""More like this, beside an incident and beside an article, for people who work on incidents."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from assistant.desk import alike
from assistant.identity import viewer
from assistant.web.article_page import article_page
from assistant.web.door import db, now, runtime
from assistant.web.guard import limiter
from assistant.web.incident_page import incident_page
from assistant.web.policy import allows
from assistant.web.subjects import the_article, the_incident

blueprint = Blueprint("alike", __name__)


@blueprint.get("/incidents/<number>/alike")
@allows("incident.work")
@limiter.limit("120/minute")
def incident(number: str) -> ResponseReturnValue:
    """Show what reads like an incident, beyond what is suggested for it."""
    row = the_incident(number)
    found = alike.like_incident(db(), runtime().live, row, viewer(), now=now())
    return incident_page(row, fragment="_alike.html", alike=found, question=alike.question(row))


@blueprint.get("/articles/<number>/alike")
@allows("article.write")
@limiter.limit("120/minute")
def article(number: str) -> ResponseReturnValue:
    """Show what reads like an article."""
    row = the_article(number)
    found = alike.like_article(db(), runtime().live, row, viewer(), now=now())
    return article_page(row, fragment="_alike.html", alike=found, question=alike.question(row))
