"""How the desk itself is: what works, what waits, what failed; and the work that an administrator starts for it."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from assistant import backup, checks
from assistant.desk import jobs, nightly, site
from assistant.desk.jobs import Job
from assistant.identity import can, me
from assistant.web import forms
from assistant.web.door import db, now, runtime
from assistant.web.page import done, page
from assistant.web.policy import allows

blueprint = Blueprint("admin_health", __name__, url_prefix="/admin/health")

WORK = {  # kind of job -> what it is called, and what is said when it is asked for
    "index.check": ("Comparing index and database", "The worker compares the index with the database."),
    "index.rebuild": ("Rebuilding the index", "The worker will derive the index anew."),
    backup.KIND: ("Backup", "The worker makes a backup."),
}
SHOWN = 8  # jobs


@blueprint.get("")
@allows("status.read")
def index() -> ResponseReturnValue:
    """Show model, index, worker, disk and backups, what is wrong, and the work that was done about it."""
    state, settings = checks.state_of(runtime()), runtime().settings
    late = checks.backup_trouble(state.backup_at, now=now()) if can("administer") else ""
    return page(
        "admin/health.html",
        troubles=[*state.troubles, *([late] if late else [])],
        sections=state.sections().items(),
        folder=nightly.place(db(), settings.backups_folder, settings.backups_kept)[0],
        usual={"folder": settings.backups_folder, "keep": settings.backups_kept},
        nightly=site.of(db(), nightly.SUBJECT),
        seen=site.version(db(), nightly.SUBJECT),
        zone=runtime().zone(db()).key,
        hours=[(hour, f"{hour:02d}:00") for hour in nightly.HOURS],
        checked=jobs.last_done(db(), "index.check"),
        backed_up=jobs.last_done(db(), backup.KIND),
        size=checks.size,
        **_work(),
    )


@blueprint.get("/jobs")
@allows("administer")
def queue() -> ResponseReturnValue:
    """Show the work that was asked for here, how far it is, and what failed for good."""
    return page("admin/health_jobs.html", "admin/_jobs.html", **_work())


@blueprint.post("/rebuild")
@allows("index.rebuild")
def rebuild() -> ResponseReturnValue:
    """Ask the worker to derive the index anew; asked again while it does, it is done once."""
    return _ask("index.rebuild")


@blueprint.post("/check")
@allows("administer")
def check() -> ResponseReturnValue:
    """Ask the worker whether index and database agree."""
    return _ask("index.check")


@blueprint.post("/backup")
@allows("administer")
def back_up() -> ResponseReturnValue:
    """Ask the worker for a backup."""
    return _ask(backup.KIND)


@blueprint.post("/nightly")
@allows("administer", form="admin_health.index")
def plan() -> ResponseReturnValue:
    """Decide whether a backup is made every night, at which hour, where, and how many are kept."""
    keep = forms.whole("keep") if forms.text("keep") else runtime().settings.backups_kept
    values = {"nightly": bool(forms.text("nightly")), "hour": forms.number("hour"), "keep": keep}
    values["folder"] = forms.text("folder")
    nightly.plan(db(), values, seen=forms.number("seen") or 0, actor=me(), now=now())
    said = (
        "A backup is made every night from now on." if values["nightly"] else "No backup is made by itself."
    )
    return done(url_for("admin_health.index"), said, leave=True)


@blueprint.post("/jobs/<int:job_id>/again")
@allows("administer")
def again(job_id: int) -> ResponseReturnValue:
    """Let a job that failed for good run once more."""
    jobs.again(db(), _parked(job_id), now=now())
    return done(url_for("admin_health.index"), "It will run again.", leave=True)


@blueprint.post("/jobs/<int:job_id>/give-up")
@allows("administer")
def give_up(job_id: int) -> ResponseReturnValue:
    """Let a job that failed for good be."""
    jobs.give_up(db(), _parked(job_id), now=now())
    return done(url_for("admin_health.index"), "It will not run again.", leave=True)


def _ask(kind: str) -> ResponseReturnValue:
    jobs.ask(db(), kind, now=now(), asked_by_id=me().id)
    return done(url_for("admin_health.index"), WORK[kind][1], leave=True)


def _parked(job_id: int) -> Job:
    job = db().get(Job, job_id) if job_id < 2**31 else None
    if job is None or job.parked_at is None:
        raise NotFound
    return job


def _work() -> dict[str, object]:
    """Return the jobs of this page; they are for administrators, because an error may quote what people wrote."""
    if not can("administer"):
        return {"work": WORK, "recent": [], "parked": [], "active": False}
    recent = jobs.newest(db(), WORK, SHOWN)
    return {
        "work": WORK,
        "recent": recent,
        "parked": jobs.parked(db()),
        "active": any(not job.done_at and not job.parked_at for job in recent),
    }
