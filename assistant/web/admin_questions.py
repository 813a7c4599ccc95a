"""The questions of a service's form: put together row by row, shown as the requester will see them."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import catalogue, edition, question_rows, questions
from assistant.desk.asset import Service
from assistant.desk.question_rows import MOST, Question
from assistant.identity import me
from assistant.web import forms
from assistant.web.door import db, now
from assistant.web.page import done, page
from assistant.web.policy import allows
from assistant.web.subjects import the

blueprint = Blueprint("admin_questions", __name__)


@blueprint.get("/admin/services/<int:service_id>/questions")
@allows("administer")
def form(service_id: int) -> ResponseReturnValue:
    """Show the questions as they are kept, or as they came with a refused form."""
    service = the(Service, service_id)
    return _page(service, _sent() or question_rows.of(service), edition.of(service, catalogue.ASKED))


@blueprint.post("/admin/services/<int:service_id>/questions")
@allows("administer", form="admin_questions.form")
def save(service_id: int) -> ResponseReturnValue:
    """Keep the questions; with another button, add, remove or move a row and keep nothing yet."""
    service, do, seen = the(Service, service_id), forms.text("do"), forms.text("seen")
    if do != "save":
        return _page(service, question_rows.arranged(_sent(), do), seen, changed=True)
    catalogue.ask(db(), service, _sent(), seen=seen, actor=me(), now=now())
    target = url_for("admin_services.detail", service_id=service.id)
    return done(target, f"The form of {service.name} is saved.", leave=True)


def _page(
    service: Service, asked: list[Question], seen: str, *, changed: bool = False
) -> ResponseReturnValue:
    about = {"service": service, "asked": asked, "seen": seen, "changed": changed}
    about["preview"] = questions.of(service, asked)
    return page(
        "admin/questions.html", "admin/_questions.html", kinds=question_rows.KINDS, most=MOST, **about
    )


def _sent() -> list[Question]:
    """Return the rows of the form as they were sent."""
    rows = range(sum(name.startswith("label-") for name in request.form))
    return [
        {
            "label": forms.text(f"label-{at}"),
            "kind": forms.text(f"kind-{at}"),
            "choices": [line.strip() for line in forms.text(f"choices-{at}").splitlines() if line.strip()],
            "required": bool(forms.text(f"required-{at}")),
            "hint": forms.text(f"hint-{at}"),
        }
        for at in rows[: MOST + 1]
    ]
