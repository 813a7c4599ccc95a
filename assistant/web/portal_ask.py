"""Asking the service desk: choose what it is about, answer what its form needs, see what may help before sending."""

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import lifecycle, offer, questions
from assistant.desk.asset import Service
from assistant.desk.attachment import LARGEST
from assistant.identity import me
from assistant.web import forms
from assistant.web.attachments import keep_files
from assistant.web.door import db, now
from assistant.web.guard import limiter
from assistant.web.page import done, keep_typed, page
from assistant.web.policy import MEBIBYTE, allows
from assistant.web.portal import the_service
from assistant.web.portal_answers import Answers, answers_to
from kb import feedback
from kb.passages import headline

blueprint = Blueprint("portal_ask", __name__)
ONE_SENTENCE = 120  # characters; a longer question is told below, and its first words are what does not work


@blueprint.get("/help/ask")
@allows("incident.open")
def choose() -> ResponseReturnValue:
    """Ask what it is about."""
    return page("portal/choose.html", offered=offer.services(db(), me()), question=forms.question())


@blueprint.get("/help/ask/<int:service_id>")
@allows("incident.open")
def form(service_id: int) -> ResponseReturnValue:
    """Show the form of a service: what does not work, and only what is needed to help."""
    return page("portal/ask.html", "portal/_likely.html", answers=Answers(), **_asked(service_id))


@blueprint.post("/help/ask/<int:service_id>")
@allows("incident.open", form="portal_ask.form", body_bytes=LARGEST + MEBIBYTE)
def send(service_id: int) -> ResponseReturnValue:
    """Record an incident, with its files and with what was searched before."""
    service = the_service(service_id) if service_id else None
    incident = lifecycle.open(db(), _report(service), actor=me(), now=now())
    keep_files(incident)
    feedback.led_to(db(), incident.id, actor=me(), now=now())
    said = f"We have it. Its number is {incident.number}."
    return done(url_for("incidents.detail", number=incident.number), said, leave=True)


@blueprint.post("/help/ask/<int:service_id>/likely")
@allows("incident.open", looks=True, form="portal_ask.form", body_bytes=LARGEST + MEBIBYTE)
@limiter.limit("120/minute")
def likely(service_id: int) -> ResponseReturnValue:
    """Show what may help, and what is known already, while somebody still writes."""
    about = _asked(service_id)
    words = forms.texts("title", "reported_text")
    answers = answers_to("\n".join(filter(None, words.values())), unfinished=True)
    keep_typed()
    return page("portal/ask.html", "portal/_likely.html", answers=answers, **about)


def _asked(service_id: int) -> dict[str, Any]:
    service = the_service(service_id) if service_id else None
    question = forms.question()
    short = len(question) <= ONE_SENTENCE and "\n" not in question
    return {
        "service": service,
        "service_id": service_id,
        "asked": questions.of(service),
        "items": [item.name for item in service.items if item.active] if service else [],
        "question": question,
        "title": question if short else f"{headline(question)} …",
        "told_more": "" if short else question,
    }


def _report(service: Service | None) -> lifecycle.Report:
    words = forms.text("reported_text")
    answers = questions.answered(db(), service, request.form)
    return lifecycle.Report(
        forms.text("title") or words.partition("\n")[0][:120],
        words,
        environment="\n".join(answers.statements),
        items=list(answers.items),
        source="portal",
        requester=me(),
        service=service,
        contact=me().phone or me().email,
    )
