"""Files on incidents: taken in, and given out only to those who may read the incident."""

from flask import Blueprint, Response, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound

from assistant.desk import attachment
from assistant.desk.attachment import LARGEST, Attachment
from assistant.desk.errors import Finding, Refused
from assistant.desk.incident import Incident
from assistant.desk.permissions import may_read_attachment
from assistant.identity import me, viewer
from assistant.web.acts import CHANGED
from assistant.web.door import db, now, runtime
from assistant.web.page import done
from assistant.web.policy import MEBIBYTE, allows
from assistant.web.subjects import the_incident

blueprint = Blueprint("attachments", __name__)
NO_FILE = Finding("file", "No file is chosen.", "Choose one from your device.")


@blueprint.post("/incidents/<number>/attachments")
@allows("incident.attach", form="acts.more", body_bytes=LARGEST + MEBIBYTE)
def add(number: str) -> ResponseReturnValue:
    """Keep a file with an incident."""
    incident, files = the_incident(number), sent_files()
    if not files:
        raise Refused([NO_FILE])
    keep_files(incident)
    names = ", ".join(str(file.filename) for file in files)
    said = f"{names} {'is' if len(files) == 1 else 'are'} attached."
    return done(url_for("incidents.detail", number=number), said, event=CHANGED)


@blueprint.get("/attachments/<attachment_id>")
@allows("incident.read")
def read(attachment_id: str) -> ResponseReturnValue:
    """Give a file out: pictures to look at, everything else to save, nothing that a browser would run."""
    row = db().get(Attachment, attachment_id)
    if row is None or not may_read_attachment(db(), viewer(), row):
        raise NotFound
    path = runtime().attachments.path(row.sha256)
    if not path.is_file():
        raise NotFound
    answer: Response = send_file(
        path, mimetype=row.media_type, as_attachment=not row.is_picture, download_name=row.name
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "no-store"  # a proxy must not keep for others what only some may read
    return answer


def sent_files() -> list[FileStorage]:
    """Return the files that came with the form."""
    return [file for file in request.files.getlist("file") if file.filename]


def keep_files(incident: Incident, entry_id: int | None = None) -> None:
    """Keep the files that came with the form. entry_id: of the comment that they belong to."""
    store = runtime().attachments
    about = {"actor": me(), "now": now(), "entry_id": entry_id}
    for file in sent_files():
        attachment.attach(db(), store, incident.id, str(file.filename), file.stream, **about)
