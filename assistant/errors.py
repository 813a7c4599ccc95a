"""What a person is told when something goes wrong: one table from error to status, one place that picks the page."""

from dataclasses import dataclass
from inspect import signature
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from assistant.desk import errors as desk
from assistant.web import log
from assistant.web.door import SAFE, abandon
from assistant.web.page import wants_part
from assistant.web.policy import policy_of
from kb import errors as kb

logger = structlog.get_logger("kintsugi.error")


@dataclass(frozen=True)
class Words:
    """How an error is said: what is wrong, and how to go on."""

    title: str
    message: str
    cure: str


STATUS = {  # error -> status; the first class that fits counts
    kb.EditConflict: 409,
    StaleDataError: 409,
    kb.Refused: 422,
    kb.MoveNotAllowed: 422,
    desk.MoveNotAllowed: 422,
    desk.NotAllowed: 403,
    CSRFError: 419,
    OperationalError: 503,
}
UNTYPED = {  # what forms carry along, and secrets: an error page does not give them back
    *("csrf_token", "password", "new", "seen", "version", "other_version", "from", "of", "next", "shown"),
}
WORDS = {
    400: Words(
        "This request cannot be read",
        "Something in it is not in the form that this page expects.",
        "Go back, load the page again, and try once more.",
    ),
    401: Words(
        "You are signed out",
        "Your sign-in has ended. Nothing that you typed was sent.",
        "Sign in, then send it again.",
    ),
    403: Words(
        "This is not open to you",
        "Your role does not include this page or action.",
        "If you need it for your work, ask an administrator of this desk.",
    ),
    404: Words(
        "There is nothing here",
        "Either it does not exist, or you may not read it.",
        "Check the number, or search for a few words that describe it.",
    ),
    405: Words(
        "This page cannot be used like that",
        "The address exists, but not for this kind of request.",
        "Go back and use the buttons of the page.",
    ),
    409: Words(
        "Somebody else changed this in the meantime",
        "Your change was not saved, so that neither version is lost.",
        "Load the page again, compare, and save once more.",
    ),
    413: Words(
        "This is too large",
        "A form may hold 1 MB and a file 25 MB.",
        "Shorten the text, or attach a smaller file.",
    ),
    419: Words(
        "This page was open for too long",
        "Its proof that the form came from you is no longer valid. Nothing was saved.",
        "Copy what you typed, load the page again, and send it once more.",
    ),
    422: Words(
        "This was not accepted", "Something is missing or does not fit.", "Correct it and send it again."
    ),
    429: Words(
        "That was too fast",
        "There were too many attempts in a short time.",
        "Wait a minute, then try again.",
    ),
    500: Words(
        "Something broke on our side",
        "The error was written down with the number below. Nothing was half saved.",
        "Try again. If it stays broken, give the number to an administrator.",
    ),
    503: Words(
        "The desk is very busy",
        "Your change could not be saved right now. Nothing was half saved.",
        "Wait a moment and send it again.",
    ),
}


def init_app(app: Flask) -> None:
    """Send every error to the one place that tells it."""
    app.register_error_handler(Exception, tell)


def tell(error: Exception) -> Any:
    """Answer an error: the refused form with its findings, a notice for htmx, or a page."""
    abandon()
    status = status_of(error)
    if status < 400:
        return error
    if status >= 500:
        logger.error("failed", path=log.path(), exc_info=error)
    if status == 401 and request.method in SAFE and not wants_part():
        return redirect(url_for("sign_in.form", next=request.full_path.rstrip("?")), 303)
    form = _form() if status in (409, 422) else ""
    return _again(form, error, status) if form else _plain(error, status)


def status_of(error: Exception) -> int:
    """Return the status for an error: the table first, then what HTTP errors say of themselves, else 500."""
    for kind, status in STATUS.items():
        if isinstance(error, kind):
            return status
    return (error.code or 500) if isinstance(error, HTTPException) else 500


def findings_of(error: Exception) -> list[Any]:
    """Return the findings of an error; one that has none is itself the finding."""
    found = getattr(error, "findings", None)
    return list(found) if found else [desk.Finding("", str(error) or str(type(error).__doc__), "")]


def _form() -> str:
    view = current_app.view_functions.get(request.endpoint or "")
    return policy_of(view).form if view else ""


def _again(form: str, error: Exception, status: int) -> Response:
    """Show the page of a refused form again, with what was typed and what stands in its way."""
    g.refused, g.findings, g.lost_race, g.status = True, findings_of(error), status == 409, status
    view = current_app.view_functions[form]
    response = make_response(current_app.ensure_sync(view)(**_known(form)))
    response.status_code = status  # a view may answer without a page
    return response


def _known(form: str) -> dict[str, Any]:
    """Return what the address of this request says about the page of a form."""
    wanted = signature(current_app.view_functions[form]).parameters
    return {name: value for name, value in (request.view_args or {}).items() if name in wanted}


def _plain(error: Exception, status: int) -> Response:
    words = WORDS.get(status, WORDS[500 if status >= 500 else 400])
    template = "errors/_notice.html" if wants_part() else "errors/page.html"
    found = findings_of(error) if status in (409, 422) else []
    form = _form() if status == 401 else ""
    back = url_for(form, **_known(form)) if form else ""
    body = render_template(template, words=words, status=status, found=found, kept=_kept(), back=back)
    response = make_response(body, status)
    if isinstance(error, HTTPException):
        for name, value in error.get_headers():
            if name.lower() in ("allow", "retry-after"):
                response.headers[name] = value
    return response


def _kept() -> list[tuple[str, str]]:
    """Return what the person typed, so that an error page can give it back. Secrets stay out of it."""
    if request.method in SAFE or request.mimetype not in (
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ):
        return []
    try:
        sent = request.form.items(multi=True)
    except HTTPException:
        return []
    return [(name, value) for name, value in sent if value.strip() and name not in UNTYPED]
