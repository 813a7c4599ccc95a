"""The laboratory: how well the desk finds what solves its own incidents, the worst misses, and any day once more."""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from assistant.backtest import cases, figures, gate, honesty, inspection, report
from assistant.backtest.figures import ENOUGH, MEASURES
from assistant.backtest.reader import PAGE, SHOWS, Reader
from assistant.desk import jobs, laboratory, nightly, site
from assistant.desk.asset import Service
from assistant.desk.laboratory import SUBJECT, LaboratoryRun
from assistant.identity import me, viewer
from assistant.web import charts, forms
from assistant.web.door import db, now, runtime
from assistant.web.page import done, page
from assistant.web.policy import allows
from assistant.web.words import day, zone
from kb import tuning

blueprint = Blueprint("laboratory", __name__, url_prefix="/laboratory")

RUNS = 30  # of the trend
WORST = 8  # misses on the first page
YEARS = range(1970, 3000)  # of a day that can be replayed
SHOWN_IN_TREND = ("nDCG@10", "recall@1")


@blueprint.get("")
@allows("laboratory")
def index() -> ResponseReturnValue:
    """Show the figures of the newest run, or what is needed for one."""
    run = laboratory.last(db())
    return page(
        "laboratory/index.html",
        run=run,
        confirmed=cases.count(db()),
        enough=ENOUGH,
        fewest=honesty.FEWEST,
        measures=MEASURES,
        nightly=site.of(db(), SUBJECT),
        seen=site.version(db(), SUBJECT),
        promise=honesty.current(db()),
        learned={kind: tuning.newest(db(), kind) for kind in gate.NAMES},
        zone=runtime().zone(db()).key,
        hours=[(hour, f"{hour:02d}:00") for hour in nightly.HOURS],
        **_work(),
        **(_found(run) if run else {}),
    )


@blueprint.get("/work")
@allows("laboratory")
def work() -> ResponseReturnValue:
    """Show how far the run is that was asked for."""
    return page("laboratory/work.html", "laboratory/_work.html", **_work())


@blueprint.post("/run")
@allows("laboratory")
def run() -> ResponseReturnValue:
    """Ask the worker for a run; asked again while it runs, it is done once."""
    jobs.ask(db(), SUBJECT, now=now(), asked_by_id=me().id)
    return done(url_for("laboratory.index"), "The worker asks the incidents again.", leave=True)


@blueprint.post("/nightly")
@allows("administer", form="laboratory.index")
def plan() -> ResponseReturnValue:
    """Decide whether the laboratory runs every night, and at which hour."""
    values = {"nightly": bool(forms.text("nightly")), "hour": forms.number("hour")}
    seen = forms.number("seen") or 0
    nightly.plan(db(), values, seen=seen, actor=me(), now=now(), subject=SUBJECT)
    said = "It runs every night from now on." if values["nightly"] else "It runs only when somebody asks."
    return done(url_for("laboratory.index"), said, leave=True)


@blueprint.post("/promise")
@allows("administer", form="laboratory.index")
def promise() -> ResponseReturnValue:
    """Tell promises by the desk's own record, or as they were shipped."""
    run, own = laboratory.last(db()), forms.text("way") == "own"
    found = run.figures.get("promise") if run else None
    told = honesty.decide(db(), found if own else None, actor=me(), now=now())
    return done(url_for("laboratory.index"), told, leave=True)


@blueprint.post("/learned")
@allows("administer", form="laboratory.index")
def learned() -> ResponseReturnValue:
    """Ask in the way that the desk's choices taught it, or as shipped."""
    kind, own = forms.text("kind"), forms.text("way") == "own"
    if kind not in gate.NAMES:
        raise NotFound
    told = gate.decide(db(), kind, own=own, actor=me(), now=now())
    return done(url_for("laboratory.index"), told, leave=True)


@blueprint.get("/incidents")
@allows("laboratory")
def incidents() -> ResponseReturnValue:
    """List the incidents behind a figure, the worst first."""
    asked = {name: request.args[name] for name in ("show", "service", "language") if name in request.args}
    show = asked.get("show", "")
    show = show if show in SHOWS else "misses"
    reader, start = _reader(), forms.number("start") or 0
    part = reader.part(show, forms.number("service"), asked.get("language"))
    lines = reader.page(part, start, PAGE + 1)
    more = url_for("laboratory.incidents", **asked, start=start + PAGE)
    return page(
        "laboratory/incidents.html",
        lines=lines[:PAGE],
        of=len(part),
        hidden=reader.hidden(part),
        show=show,
        shows=SHOWS,
        asked=asked,
        services=_services(),
        older=more if len(lines) > PAGE else "",
        newer=url_for("laboratory.incidents", **asked) if start else "",
    )


@blueprint.get("/incidents/<int:incident_id>")
@allows("laboratory")
def incident(incident_id: int) -> ResponseReturnValue:
    """Show what was found for one incident and why, beside what solved it and why that stood elsewhere."""
    reader = _reader()
    outcome = reader.of(incident_id)
    if outcome is None:
        raise NotFound
    line = reader.lines([outcome])[0]
    return page(
        "laboratory/incident.html", line=line, found=inspection.inspect(reader, runtime().live, outcome)
    )


@blueprint.get("/days")
@allows("laboratory")
def days() -> ResponseReturnValue:
    """Replay a day: what would have been suggested for each of its incidents, and what solved them."""
    reader = _reader()
    chosen = _day(request.args.get("day", "")) or _local(reader.newest() or now())
    start, end = (datetime.combine(chosen + timedelta(days=more), time(), zone()) for more in (0, 1))
    asked, others = reader.between(start, end)
    at = forms.number("start") or 0
    here = {"day": chosen.isoformat()}
    return page(
        "laboratory/days.html",
        lines=reader.lines(asked[at : at + PAGE]),
        asked=len(asked),
        others=others,
        chosen=chosen,
        start=start,
        before=chosen - timedelta(days=1),
        after=chosen + timedelta(days=1),
        older=url_for("laboratory.days", **here, start=at + PAGE) if len(asked) > at + PAGE else "",
        newer=url_for("laboratory.days", **here) if at else "",
    )


def _reader() -> Reader:
    newest = laboratory.last(db())
    if newest is None:
        raise NotFound
    return Reader(db(), viewer(), newest)


def _found(run: LaboratoryRun) -> dict[str, Any]:
    reader, confidence = Reader(db(), viewer(), run), run.figures["confidence"]
    misses = reader.part("misses")
    return {
        "misses": reader.page(misses, most=WORST),
        "missed": len(misses),
        "hidden": reader.hidden(misses),
        "worse": report.worse(run.figures),
        "risk": charts.risk(confidence["risk"]),
        "reliability": charts.reliability(confidence["reliability"]),
        "services": _services(),
        **_trend(),
    }


def _trend() -> dict[str, Any]:
    """Return the runs that measured something, and their drawing where there are two."""
    runs = [one for one in laboratory.past(db(), RUNS) if one.figures["known"]]
    lines = {
        name: [one.figures["contenders"][figures.PRODUCT][name][0] for one in runs] for name in SHOWN_IN_TREND
    }
    ends = [day(one.finished_at) for one in runs if one.finished_at]
    return {"runs": runs, "trend": charts.trend(ends, lines) if len(runs) > 1 else None}


def _services() -> dict[int | None, str]:
    rows = db().execute(select(Service.id, Service.name))
    return {None: "No service", **{row.id: row.name for row in rows}}


def _work() -> dict[str, Any]:
    job = next(iter(jobs.newest(db(), [SUBJECT], 1)), None)
    return {"job": job, "active": job is not None and not job.done_at and not job.parked_at}


def _day(text: str) -> date | None:
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        return None
    return chosen if chosen.year in YEARS else None


def _local(moment: datetime) -> date:
    return moment.astimezone(zone()).date()
