"""Files that people upload to be imported: kept under their hash, looked into, rehearsed and brought in as jobs."""

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from assistant.desk.attachment import Store
from assistant.desk.errors import Finding, Refused
from assistant.importers import articles, incidents, people
from assistant.importers.decoding import Unreadable
from assistant.importers.folders import ENDINGS as MARKDOWN
from assistant.importers.plan import Plan, source_of
from assistant.importers.run import ImportFailed
from assistant.runtime import Runtime

JOB = "import"
KEPT = timedelta(days=14)
MOST_PAGES = 20_000
MOST_BYTES = 200 * 1024 * 1024  # of an archive when it is unpacked
DOORS: dict[str, Any] = {"articles": articles, "incidents": incidents, "people": people}
ENDINGS = (
    ".csv",
    ".tsv",
    ".xlsx",
    ".jsonl",
    ".ndjson",
    ".json",
)  # of a table; what its bytes are is read from it
PACKED = ".zip"
SETTLED = {  # what the form of an upload asks
    "articles": ("confidence", "audience", "timezone"),
    "incidents": ("state", "process", "timezone"),
    "people": ("timezone",),
}


@dataclass(frozen=True)
class Upload:
    """A file that was uploaded. id: the hash of its content and kind; lines and samples: how it will be read."""

    id: str
    kind: str
    name: str
    size_bytes: int
    ending: str
    lines: list[str] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)


def folder(runtime: Runtime) -> Path:
    """Return where uploads are."""
    return runtime.settings.data / "uploads"


def take(runtime: Runtime, kind: str, name: str, stream: IO[bytes]) -> Upload:
    """Keep a file and find out how it will be read. Raises Refused with what is wrong with it and the cure."""
    ending = Path(name.replace("\\", "/")).suffix.lower()
    taken = (*ENDINGS, *((*MARKDOWN, PACKED) if kind == "articles" else ()))
    if ending not in taken:
        raise _refused(f"A file that ends in “{ending or 'nothing'}” cannot be imported.", ", ".join(taken))
    sha256, size, _ = Store(folder(runtime) / "files").keep(stream)
    upload = Upload(f"{kind}-{sha256}", kind, Path(name).name[-200:], size, ending)
    place = folder(runtime) / upload.id
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    (folder(runtime) / "files" / sha256[:2] / sha256).replace(place / f"file{ending}")
    try:
        if ending == PACKED:
            _unpack(place / f"file{ending}", place / "pages")
        plan = planned(runtime, upload, {})
    except (Unreadable, ImportFailed) as error:
        shutil.rmtree(place, ignore_errors=True)
        raise _refused(_named(str(error), upload), "Correct the file and choose it again.") from error
    except Refused:
        shutil.rmtree(place, ignore_errors=True)
        raise
    told = {"lines": [_named(line, upload) for line in plan.lines()], "samples": plan.samples()}
    upload = Upload(**{**asdict(upload), **told})
    (place / "upload.json").write_text(json.dumps(asdict(upload), ensure_ascii=False), "utf-8")
    return upload


def find(runtime: Runtime, kind: str, upload_id: str) -> Upload | None:
    """Return an upload of this kind, None when it is not there any more."""
    if not upload_id.startswith(f"{kind}-") or not upload_id.removeprefix(f"{kind}-").isalnum():
        return None
    path = folder(runtime) / upload_id / "upload.json"
    return Upload(**json.loads(path.read_text("utf-8"))) if path.is_file() else None


def rejects(runtime: Runtime, upload: Upload) -> Path | None:
    """Return the newest file of rejected rows, None when every row was taken."""
    found = sorted((folder(runtime) / upload.id).glob("rejects*"), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else None


def planned(runtime: Runtime, upload: Upload, options: dict[str, Any]) -> Plan:
    """Find out how an upload is to be read. Raises Unreadable or ImportFailed."""
    door, place = DOORS[upload.kind], folder(runtime) / upload.id
    pages = place / "pages"
    path = pages if pages.is_dir() else place / f"file{upload.ending}"
    ending = "jsonl" if upload.ending in (".jsonl", ".ndjson", ".json", *MARKDOWN, PACKED) else "csv"
    source = source_of(Path(upload.name))
    taken = (*SETTLED[upload.kind], *(("by",) if upload.kind == "people" else ()))
    given = {name: options[name] for name in taken if options.get(name)}
    asked = door.Options(source=source, rejects=place / f"rejects.{ending}", **given)
    plan: Plan = door.plan(runtime, path, asked)
    return plan


def carry_out(runtime: Runtime, payload: dict[str, Any], tell: Callable[..., None]) -> dict[str, Any]:
    """Rehearse or bring in an upload: the work of a job. Goes on where an interrupted import of it stopped."""
    upload = find(runtime, payload["kind"], payload["upload"])
    if upload is None:
        return {"failed": "The file is not kept any more. Upload it again."}
    try:
        plan = planned(runtime, upload, {**payload["options"], "by": payload.get("by")})
        step = "Looking at rows" if payload["dry_run"] else "Bringing in rows"

        def progress(share: float, summary: Any) -> None:
            tell(step, round(min(share, 1.0) * 1000), 1000)

        summary = DOORS[upload.kind].run(runtime, plan, progress, dry_run=payload["dry_run"])
    except (Unreadable, ImportFailed) as error:
        return {"failed": _named(str(error), upload)}
    lines = [line for line in summary.lines() if not line.startswith("Rejected rows are in ")]
    return {"lines": lines, "rejected": summary.counts["rejected"], "rows": summary.counts["rows"]}


def tidy(runtime: Runtime, now: datetime) -> int:
    """Delete uploads that nobody has touched for KEPT; return how many."""
    oldest, gone = (now - KEPT).timestamp(), 0
    for path in folder(runtime).glob("*-*"):
        if max((one.stat().st_mtime for one in path.glob("*")), default=0.0) < oldest:
            shutil.rmtree(path, ignore_errors=True)
            gone += 1
    return gone


def _unpack(archive: Path, target: Path) -> None:
    """Unpack the Markdown of an archive; names with steps upward or an end too deep stay outside. Raises Refused."""
    try:
        with zipfile.ZipFile(archive) as packed:
            pages = [one for one in packed.infolist() if Path(one.filename).suffix.lower() in MARKDOWN]
            if len(pages) > MOST_PAGES or sum(one.file_size for one in pages) > MOST_BYTES:
                raise _refused("The archive is too large when it is unpacked.", "Send it in parts.")
            for one in pages:
                _write(packed, one, target)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise _refused(
            "The archive cannot be unpacked.", "Pack it again as ZIP, without a password."
        ) from error


def _write(packed: zipfile.ZipFile, page: zipfile.ZipInfo, target: Path) -> None:
    path = (target / page.filename.replace("\\", "/").lstrip("/")).resolve()
    if not path.is_relative_to(target.resolve()):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with packed.open(page) as source, path.open("wb") as file:
        left = page.file_size  # what the directory of the archive says is what was counted
        while left > 0 and (block := source.read(min(left, 65_536))):
            left -= len(block)
            file.write(block)


def _named(text: str, upload: Upload) -> str:
    """Say the name that a person knows instead of the one under which the file is kept."""
    return text.replace(f"file{upload.ending}", upload.name).replace("pages:", f"{upload.name}:")


def _refused(message: str, cure: str) -> Refused:
    return Refused([Finding("file", message, cure)])
