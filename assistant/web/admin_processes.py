"""The ways of working of this desk: drawn, edited as text beside what the checker says, compared, and taken back."""

import re
from difflib import ndiff
from typing import Any

from flask import Blueprint, Response, g, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from assistant.desk import process, ways
from assistant.desk.errors import Finding, Refused
from assistant.desk.process import ProcessDamaged
from assistant.identity import me, viewer
from assistant.web import forms
from assistant.web.diagram import draw
from assistant.web.door import db, now
from assistant.web.page import done, keep_typed, page, typed
from assistant.web.policy import allows

blueprint = Blueprint("admin_processes", __name__, url_prefix="/admin")

KINDS = {" ": "same", "+": "added", "-": "removed"}
AROUND = 2  # lines shown around one that is marked
LARGEST = 100_000  # bytes of a file


@blueprint.get("/processes")
@allows("administer")
def index() -> ResponseReturnValue:
    """List the processes, with the services that follow them and how many incidents run under each."""
    known = {name: ways.newest(db(), name) for name in ways.names(db())}
    running = ways.running(db(), viewer())
    counts = {name: sum(count for (one, _), count in running.items() if one == name) for name in known}
    return page("admin/processes.html", known=known, counts=counts, users=ways.users(db()))


@blueprint.get("/process/<name>")
@allows("administer")
def detail(name: str) -> ResponseReturnValue:
    """Draw a process in its newest version or in the one that is asked for, and list its versions."""
    newest = the_newest(name)
    asked = forms.number("version")
    number = newest if asked is None else asked
    return page(
        "admin/process.html",
        name=name,
        number=number,
        newest=newest,
        drawing=draw(_loaded(name, number)),
        text=ways.text_of(db(), name, number),
        versions=ways.history(db(), name),
        comes_with_the_desk=name in process.presets(),
        running=ways.running(db(), viewer()),
        services=ways.users(db()).get(name, []),
    )


@blueprint.get("/process/<name>/compare")
@allows("administer")
def compare(name: str) -> ResponseReturnValue:
    """Show what differs between two versions."""
    newest = the_newest(name)
    before, after = forms.number("before") or 0, forms.number("after")
    after = newest if after is None else after
    _loaded(name, before), _loaded(name, after)
    texts = ways.text_of(db(), name, before), ways.text_of(db(), name, after)
    return page(
        "admin/process_compare.html",
        name=name,
        before=before,
        after=after,
        newest=newest,
        title=_loaded(name, newest).title,
        choices=_choices(name),
        lines=differences(*texts),
    )


@blueprint.get("/process/<name>/edit")
@allows("administer")
def edit(name: str) -> ResponseReturnValue:
    """Show the text of a process; after a lost race, both texts."""
    newest = the_newest(name)
    return _editor(ways.text_of(db(), name, newest), name=name, newest=newest)


@blueprint.post("/process/<name>/edit")
@allows("administer", form="admin_processes.edit")
def save(name: str) -> ResponseReturnValue:
    """Save the text as a new version."""
    the_newest(name)
    text = _text()
    _is_about(text, name)
    made = ways.save(
        db(), text, seen=forms.number("version") or 0, actor=me(), now=now(), note=forms.text("note")[:300]
    )
    return done(
        url_for("admin_processes.detail", name=name),
        f"Version {made.number} is saved. New incidents begin under it.",
        leave=True,
    )


@blueprint.get("/processes/new")
@allows("administer")
def new() -> ResponseReturnValue:
    """Show the text that a new process starts from: that of another one, under a new name."""
    source = request.args.get("from", "itil")
    return _editor(_renamed(ways.text_of(db(), source, the_newest(source))), name="", newest=0)


@blueprint.post("/processes/new")
@allows("administer", form="admin_processes.new")
def begin() -> ResponseReturnValue:
    """Add a process that was not there before."""
    made = ways.begin(db(), _text(), actor=me(), now=now())
    target = url_for("admin_processes.detail", name=made.name)
    return done(target, "The process is saved. Choose it in a service to use it.", leave=True)


@blueprint.post("/processes/check")
@allows("administer", looks=True)
def check() -> ResponseReturnValue:
    """Say what the checker finds in a text, beside it, and draw it when it is sound."""
    keep_typed()
    return _editor(_text(), name=forms.text("of"), newest=forms.number("version") or 0)


@blueprint.post("/processes/load")
@allows("administer", form="admin_processes.new", looks=True)
def load() -> ResponseReturnValue:
    """Put the text of a file into the editor; nothing is saved yet."""
    name = forms.text("of")
    return _editor(_file(), name=name, newest=the_newest(name) if name else 0)


@blueprint.post("/process/<name>/versions/<int:number>/restore")
@allows("administer", form="admin_processes.detail")
def restore(name: str, number: int) -> ResponseReturnValue:
    """Go back to an old version: a new one with its text."""
    the_newest(name), _loaded(name, number)
    text, note = ways.text_of(db(), name, number), f"Back to version {number}"
    made = ways.save(db(), text, seen=forms.number("seen") or 0, actor=me(), now=now(), note=note)
    said = f"Version {made.number} says what version {number} said."
    return done(url_for("admin_processes.detail", name=name), said, leave=True)


def the_newest(name: str) -> int:
    """Return the number of the newest version of a process. Raises NotFound when there is no such process."""
    try:
        return ways.newest(db(), name)[1]
    except ProcessDamaged:
        raise NotFound from None


def differences(before: str, after: str) -> list[tuple[str, str]]:
    """Return the lines of two texts as (same, added or removed, line)."""
    lines = ndiff(before.splitlines(), after.splitlines())
    return [(KINDS[line[0]], line[2:]) for line in lines if line[0] in KINDS]


def _loaded(name: str, number: int) -> process.Process:
    try:
        return ways.load(db(), name, number)
    except ProcessDamaged:
        raise NotFound from None


def _choices(name: str) -> list[tuple[int, str]]:
    written = [(one.number, f"Version {one.number}") for one in ways.history(db(), name)]
    return [*written, (0, "As it came")] if name in process.presets() else written


def _editor(text: str, *, name: str, newest: int) -> Response:
    said = typed("text", text)
    return page(
        "admin/process_edit.html",
        "admin/_checked.html",
        name=name,
        newest=newest,
        title=ways.newest(db(), name)[0].title if name else "",
        text=text,
        lost=differences(text, _tidy(said)) if g.get("lost_race") else [],
        **_checked(said),
    )


def _checked(text: str) -> dict[str, Any]:
    """Return what the checker says of a text, the lines around each problem, and the drawing of a sound one."""
    problems = process.check(text)
    wrong = {problem.line for problem in problems}
    lines = [
        (number, line, number in wrong)
        for number, line in enumerate(text.splitlines(), 1)
        if any(abs(number - one) <= AROUND for one in wrong if one)
    ]
    drawing = None if problems else draw(process.read(text))
    return {"problems": problems, "lines": lines, "drawing": drawing}


def _text() -> str:
    return forms.text("text") + "\n"


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip() + "\n"


def _file() -> str:
    file = request.files.get("file")
    content = file.read(LARGEST + 1) if file else b""
    if not content or len(content) > LARGEST:
        message = "No file is chosen, or it is empty or larger than 100 KB."
        raise Refused([Finding("file", message, "Choose the TOML file of a process.")])
    try:
        return _tidy(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused([Finding("file", "This is not a text.", "Choose a TOML file in UTF-8.")]) from None


def _is_about(text: str, name: str) -> None:
    """Raise Refused when a text describes another process than the one on this page."""
    if not process.check(text) and (said := process.read(text).name) != name:
        message = f"This text describes the process “{said}”, and this page is about “{name}”."
        cure = "Put the name back, or start a new process from this one."
        raise Refused([Finding("text", message, cure)])


def _renamed(text: str) -> str:
    """Return the text of a process under a new name, to be changed by whoever writes it."""
    taken = ways.names(db())
    name = next(
        f"process_{number}" for number in range(1, len(taken) + 2) if f"process_{number}" not in taken
    )
    text = re.sub(r"^name\s*=.*$", f'name = "{name}"', text, count=1, flags=re.MULTILINE)
    return re.sub(r"^title\s*=.*$", 'title = "A new process"', text, count=1, flags=re.MULTILINE)
