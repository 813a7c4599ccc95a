"""Importing in the browser: a file is uploaded, its plan is shown, it is rehearsed, then brought in by the worker."""

from collections.abc import Sequence

from flask import Blueprint, Response, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from assistant.desk import jobs, ways
from assistant.desk.attachment import LARGEST
from assistant.desk.errors import Finding, Refused
from assistant.desk.jobs import Job
from assistant.desk.process import PHASES
from assistant.identity import me
from assistant.importers import uploads
from assistant.importers.uploads import Upload
from assistant.web import forms
from assistant.web.door import db, now, runtime
from assistant.web.page import done, page
from assistant.web.policy import MEBIBYTE, allows
from kb.article import AUDIENCES, CONFIDENCES

blueprint = Blueprint("imports", __name__)
NO_FILE = Finding("file", "No file is chosen.", "Choose one from your device.")
ONE = {"articles": "article", "incidents": "incident", "people": "person"}
SHOWN = 5  # newest jobs of an upload
RUNNING_S = 2  # how often a page asks how far its job is


@blueprint.get("/articles/import")
@allows("article.import")
def articles() -> ResponseReturnValue:
    """Ask for a file of articles."""
    return _asking("articles")


@blueprint.post("/articles/import")
@allows("article.import", form="imports.articles", body_bytes=LARGEST + MEBIBYTE)
def take_articles() -> ResponseReturnValue:
    """Keep a file of articles and show how it will be read."""
    return _taken("articles")


@blueprint.get("/articles/import/<upload_id>")
@allows("article.import")
def article_file(upload_id: str) -> ResponseReturnValue:
    """Show how a file of articles will be read, and what its rehearsals and imports brought."""
    return _shown(_upload("articles", upload_id))


@blueprint.post("/articles/import/<upload_id>")
@allows("article.import", form="imports.article_file")
def run_articles(upload_id: str) -> ResponseReturnValue:
    """Let the worker rehearse a file of articles, or bring it in."""
    return _asked(_upload("articles", upload_id))


@blueprint.get("/articles/import/<upload_id>/rejects")
@allows("article.import")
def article_rejects(upload_id: str) -> ResponseReturnValue:
    """Give out the rows that were not taken, to be corrected."""
    return _rejects(_upload("articles", upload_id))


@blueprint.get("/incidents/import")
@allows("administer")
def incidents() -> ResponseReturnValue:
    """Ask for a file of incidents."""
    return _asking("incidents")


@blueprint.post("/incidents/import")
@allows("administer", form="imports.incidents", body_bytes=LARGEST + MEBIBYTE)
def take_incidents() -> ResponseReturnValue:
    """Keep a file of incidents and show how it will be read."""
    return _taken("incidents")


@blueprint.get("/incidents/import/<upload_id>")
@allows("administer")
def incident_file(upload_id: str) -> ResponseReturnValue:
    """Show how a file of incidents will be read, and what its rehearsals and imports brought."""
    return _shown(_upload("incidents", upload_id))


@blueprint.post("/incidents/import/<upload_id>")
@allows("administer", form="imports.incident_file")
def run_incidents(upload_id: str) -> ResponseReturnValue:
    """Let the worker rehearse a file of incidents, or bring it in."""
    return _asked(_upload("incidents", upload_id))


@blueprint.get("/incidents/import/<upload_id>/rejects")
@allows("administer")
def incident_rejects(upload_id: str) -> ResponseReturnValue:
    """Give out the rows that were not taken, to be corrected."""
    return _rejects(_upload("incidents", upload_id))


@blueprint.get("/admin/people/import")
@allows("administer")
def people() -> ResponseReturnValue:
    """Ask for a file of people."""
    return _asking("people")


@blueprint.post("/admin/people/import")
@allows("administer", form="imports.people", body_bytes=LARGEST + MEBIBYTE)
def take_people() -> ResponseReturnValue:
    """Keep a file of people and show how it will be read."""
    return _taken("people")


@blueprint.get("/admin/people/import/<upload_id>")
@allows("administer")
def person_file(upload_id: str) -> ResponseReturnValue:
    """Show how a file of people will be read, and what its rehearsals and imports brought."""
    return _shown(_upload("people", upload_id))


@blueprint.post("/admin/people/import/<upload_id>")
@allows("administer", form="imports.person_file")
def run_people(upload_id: str) -> ResponseReturnValue:
    """Let the worker rehearse a file of people, or bring it in."""
    return _asked(_upload("people", upload_id))


@blueprint.get("/admin/people/import/<upload_id>/rejects")
@allows("administer")
def person_rejects(upload_id: str) -> ResponseReturnValue:
    """Give out the rows that were not taken, to be corrected."""
    return _rejects(_upload("people", upload_id))


def _asking(kind: str) -> ResponseReturnValue:
    return page("imports/index.html", kind=kind)


def _upload(kind: str, upload_id: str) -> Upload:
    upload = uploads.find(runtime(), kind, upload_id)
    if upload is None:
        raise NotFound
    return upload


def _taken(kind: str) -> ResponseReturnValue:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused([NO_FILE])
    upload = uploads.take(runtime(), kind, file.filename, file.stream)
    return done(_page(upload), f"{upload.name} is here. Nothing is imported yet.", leave=True)


def _shown(upload: Upload) -> ResponseReturnValue:
    mine = _runs(upload)
    return page(
        "imports/file.html",
        "imports/_runs.html",
        upload=upload,
        one=ONE[upload.kind],
        runs=mine[:SHOWN],
        running=_running(mine),
        rehearsed=any(job.payload["dry_run"] and job.done_at for job in mine),
        rejects=uploads.rejects(runtime(), upload),
        confidences=[(name, label) for name, label in CONFIDENCES.items() if name != "archived"],
        audiences=[(name, label) for name, label in AUDIENCES.items() if name != "team"],
        phases=PHASES,
        processes=ways.names(db()),
        every=RUNNING_S,
    )


def _asked(upload: Upload) -> ResponseReturnValue:
    dry_run = forms.text("run") != "import"
    options = forms.texts(*uploads.SETTLED[upload.kind])
    payload = {"upload": upload.id, "kind": upload.kind, "options": options, "dry_run": dry_run}
    payload["by"] = me().id
    if _running(_runs(upload)) is None:
        jobs.add(db(), uploads.JOB, payload, now=now(), asked_by_id=me().id)
    return done(
        _page(upload), "The worker has begun." if not dry_run else "The worker rehearses it.", leave=True
    )


def _runs(upload: Upload) -> list[Job]:
    return [job for job in jobs.newest(db(), [uploads.JOB], 200) if job.payload["upload"] == upload.id]


def _running(runs: Sequence[Job]) -> Job | None:
    return next((job for job in runs if job.done_at is None and job.parked_at is None), None)


def _rejects(upload: Upload) -> Response:
    path = uploads.rejects(runtime(), upload)
    if path is None:
        raise NotFound
    name = f"{upload.name}.{path.name}"
    answer = send_file(path, mimetype="text/plain", as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(upload: Upload) -> str:
    return url_for(f"imports.{ONE[upload.kind]}_file", upload_id=upload.id)
