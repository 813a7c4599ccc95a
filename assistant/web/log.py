"""One structured line for each request, and an id that ties an error page to its line."""

import re
import secrets
import time

import structlog
from flask import Flask, Response, g, request

PLAIN = re.compile(r"[A-Za-z0-9-]{8,64}")
SECRETS = {"token", "key"}  # parts of addresses that let somebody in
logger = structlog.get_logger("kintsugi.request")


def init_app(app: Flask) -> None:
    """Give every request a number and a line."""
    app.before_request(begin)
    app.after_request(write)


def begin() -> None:
    """Take the caller's request id when it is a plain one, else make one."""
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if PLAIN.fullmatch(given) else secrets.token_hex(8)
    g.started = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def write(response: Response) -> Response:
    """Write what was asked, by whom, how it ended and how long it took; never what was typed."""
    response.headers["X-Request-ID"] = g.request_id
    logger.info(
        "request",
        method=request.method,
        path=path(),
        status=response.status_code,
        took_ms=round((time.perf_counter() - g.started) * 1000, 1),
        person_id=g.get("person_id"),
    )
    return response


def path() -> str:
    """Return the path that was asked for; where a secret stands in it, the pattern of the path instead."""
    secret = request.url_rule is not None and SECRETS & request.url_rule.arguments
    return request.url_rule.rule if secret else request.path
