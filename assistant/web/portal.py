"""The portal's first page and its services: one question, answers as one types, and always the way to a person."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from assistant.desk import notice, offer, pace, shelf, site
from assistant.desk.asset import Service
from assistant.identity import me, viewer
from assistant.web import forms
from assistant.web.door import db, now
from assistant.web.guard import limiter
from assistant.web.page import page
from assistant.web.policy import allows
from assistant.web.portal_answers import answers_to
from assistant.web.portal_reader import address_of, for_everybody, slug
from assistant.web.subjects import article_by_number, number_of_mine

blueprint = Blueprint("portal", __name__)
PACE_KEPT = timedelta(minutes=10)


@blueprint.get("/help")
@allows("portal", open=True)
@limiter.limit("120/minute")
def home() -> ResponseReturnValue:
    """Ask what is not working, and answer as far as articles can."""
    question, typing = forms.question(), request.args.get("typing") == "yes"
    if not typing and (address := _numbered(question)):
        return redirect(address, 303)
    answers = answers_to(question, unfinished=typing)
    about: dict[str, Any] = {"question": question, "answers": answers, "longest": forms.LONGEST_QUESTION}
    response = page("portal/home.html", "portal/_answers.html", front=front, **about)
    if typing:  # who comes back from an answer finds what was asked
        response.headers["HX-Replace-Url"] = url_for("portal.home", q=question or None)
    return response if question else for_everybody(response)


@blueprint.get("/help/services")
@allows("portal", open=True)
def services() -> ResponseReturnValue:
    """Show the services to browse by."""
    return for_everybody(page("portal/services.html", offered=offer.services(db(), me()), front=contact))


@blueprint.get("/help/services/<int:service_id>")
@blueprint.get("/help/services/<int:service_id>-<path:name>")
@allows("portal", open=True)
def service(service_id: int, name: str = "") -> ResponseReturnValue:
    """Show what is known about a service: its articles, the most helpful first, and its notices."""
    row = the_service(service_id)
    if name != slug(row.name):
        return redirect(url_for("portal.service", service_id=row.id, name=slug(row.name)), 301)
    articles = shelf.of_service(db(), viewer(), row.id)
    told = notice.of_service(db(), row.id) if me() else []
    return for_everybody(
        page("portal/service.html", service=row, articles=articles, notices=told, front=contact)
    )


def _numbered(question: str) -> str:
    """Return where the incident or the article is whose number was asked for, and that the reader may read."""
    if number := number_of_mine(question):
        return url_for("incidents.detail", number=number)
    article = article_by_number(question) if question.lower().startswith("kb") else None
    return address_of(article) if article else ""


def the_service(service_id: int) -> Service:
    """Return a service that is offered to whoever asks. Raises NotFound for every other."""
    row = db().get(Service, service_id)
    if row is None or not offer.is_offered(row, me()):
        raise NotFound
    return row


def front() -> dict[str, Any]:
    """Return what the first page shows beside answers; fragments do not ask for it."""
    return {
        **contact(),
        "notices": notice.standing(db()) if me() else [],
        "offered": offer.services(db(), me()),
        "wait": usual_wait(),
    }


def contact() -> dict[str, Any]:
    """Return what the administrator says on the portal: the greeting and how to reach somebody."""
    return site.of(db(), "portal")


def usual_wait() -> str:
    """Return within what time people are usually answered at this hour, empty when the history says too little."""
    kept: dict[int, tuple[datetime, timedelta | None]] = current_app.extensions.setdefault("portal_pace", {})
    at, wait = kept.get(now().hour, (None, None))
    if at is None or now() - at > PACE_KEPT:
        wait = pace.usual(db(), now=now())
        kept[now().hour] = now(), wait
    return pace.worded(wait) if wait else ""
