"""One helper answers with a page or with a part of it, and one with the end of a form. No view reads an HX header."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, flash, g, make_response, redirect, render_template, request
from htmx_flask import Htmx
from htmx_flask.requests import HtmxAwareRequest

from assistant.web.incoming import Fields


class DeskRequest(HtmxAwareRequest):
    """A request that knows whether only a part of the page is wanted, and whose fields the database can keep."""

    parameter_storage_class = Fields

    @property
    def wants_part(self) -> bool:
        """Whether htmx asks for a fragment; boosted links and the back button want the whole page."""
        htmx = self.htmx
        return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def page(template: str, fragment: str | None = None, status: int = 200, **context: Any) -> Response:
    """Render the page, or only the fragment when htmx asks for a part of it."""
    chosen = fragment if fragment and wants_part() else template
    status = g.get("status", status)  # the page of a refused form says so
    response = make_response(render_template(chosen, status=status, **context), status)
    response.vary.add("HX-Request")
    return response


def done(target: str, said: str = "", *, event: str = "", leave: bool = False) -> Response:
    """End a form that went well: 303 to the target for a browser; for htmx an event the panels listen to.

    said: a sentence for the person. event: names of events, with spaces between them. leave: htmx goes to the
    target too, because the page is about something else.
    """
    if not wants_part() or leave:
        if said:
            flash(said)
        return _go(target)
    response = make_response("", 204)
    response.headers["HX-Trigger"] = json.dumps({**dict.fromkeys(event.split(), ""), "notice": said})
    return response


def wants_part() -> bool:
    """Whether this request came from htmx for a part of a page."""
    return isinstance(request, HtmxAwareRequest) and request.wants_part  # type: ignore[attr-defined]


def _go(target: str) -> Response:
    if not wants_part():
        return make_response(redirect(target, 303))
    response = make_response("", 200)
    response.headers["HX-Redirect"] = target
    return response


def keep_typed() -> None:
    """Show the form on this page with what was typed into it."""
    g.refused = True


def typed(name: str, default: Any = "") -> Any:
    """Return what the person typed into a field of a refused form, else the value it starts with."""
    return request.form.get(name, default) if g.get("refused") else default


def ticked(name: str, default: bool = False) -> bool:  # noqa: FBT002  a template says what the box starts with
    """Return whether a box was ticked in a refused form, else whether it starts so."""
    return name in request.form if g.get("refused") else default


def typed_all(name: str, defaults: Iterable[Any] = ()) -> list[str]:
    """Return every value of one name in a refused form, else those it starts with, as text."""
    return request.form.getlist(name) if g.get("refused") else [str(value) for value in defaults]


def lost_race() -> bool:
    """Return whether the form comes back because somebody else changed the same thing first."""
    return bool(g.get("lost_race"))


def findings(*names: str) -> list[Any]:
    """Return the findings of a refused form that belong to these fields; no name means those of the whole form."""
    return [finding for finding in g.get("findings", ()) if finding.field in (names or ("",))]


@cache
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def _with_fingerprint(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "v" not in values:
        path = Path(str(current_app.static_folder)) / values["filename"]
        values["v"] = _fingerprint(path) if path.is_file() else ""


def init_app(app: Flask) -> None:
    """Let requests know which part of a page is wanted, and give changed static files another address."""
    Htmx(app)
    app.request_class = DeskRequest
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 31_536_000  # a changed file has another address
    app.url_defaults(_with_fingerprint)
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
