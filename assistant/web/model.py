"""The model that finds: which one answers, what came of letting a copy learn the desk's language, and the way back."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from assistant.backtest.figures import MEASURES
from assistant.desk import jobs, nightly, site, tongue
from assistant.desk.tongue import SUBJECT
from assistant.identity import me
from assistant.web import forms
from assistant.web.door import db, now, runtime
from assistant.web.page import done, page
from assistant.web.policy import allows
from kb import beside

blueprint = Blueprint("model", __name__, url_prefix="/laboratory/model")


@blueprint.get("")
@allows("laboratory")
def index() -> ResponseReturnValue:
    """Show the model in use, the verdict on the last one that learned, and what can be done."""
    encoder, version, last = runtime().encoder, beside.current(db()), jobs.last_done(db(), SUBJECT)
    answers = version.learned["model"] if version else encoder and encoder.recipe.model
    return page(
        "laboratory/model.html",
        name=answers if encoder else None,  # each process opens it when it is next asked something
        version=version,
        last=last,
        verdict=tongue.verdict(last.result) if last and last.result else "",
        measures=MEASURES,
        nightly=site.of(db(), SUBJECT),
        seen=site.version(db(), SUBJECT),
        zone=runtime().zone(db()).key,
        hours=[(hour, f"{hour:02d}:00") for hour in nightly.HOURS],
        **_work(),
    )


@blueprint.get("/work")
@allows("laboratory")
def work() -> ResponseReturnValue:
    """Show how far the change is that was asked for."""
    return page("laboratory/model_work.html", "laboratory/_model.html", **_work())


@blueprint.post("/adapt")
@allows("laboratory")
def adapt() -> ResponseReturnValue:
    """Ask the worker to let a copy of the model learn; asked again while it does, it is done once."""
    jobs.ask(db(), SUBJECT, now=now(), asked_by_id=me().id)
    return done(url_for("model.index"), "A copy of the model learns this desk's language.", leave=True)


@blueprint.post("/back")
@allows("administer", form="model.index")
def back() -> ResponseReturnValue:
    """Ask the worker for the model that was in use before."""
    job = tongue.go_back(db(), actor=me(), now=now())
    said = "The model before answers in a moment." if job else "There was no other model before this one."
    return done(url_for("model.index"), said, leave=True)


@blueprint.post("/nightly")
@allows("administer", form="model.index")
def plan() -> ResponseReturnValue:
    """Decide whether a copy of the model learns every night, and at which hour."""
    values = {"nightly": bool(forms.text("nightly")), "hour": forms.number("hour")}
    seen = forms.number("seen") or 0
    nightly.plan(db(), values, seen=seen, actor=me(), now=now(), subject=SUBJECT)
    said = "It learns every night from now on." if values["nightly"] else "It learns only when somebody asks."
    return done(url_for("model.index"), said, leave=True)


def _work() -> dict[str, object]:
    job = next(iter(jobs.newest(db(), tongue.KINDS, 1)), None)
    return {"job": job, "active": job is not None and not job.done_at and not job.parked_at}
