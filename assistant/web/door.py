"""One request, one database session: reading for looking, writing for changing, committed only when all went well."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from assistant.runtime import Runtime
from assistant.web.policy import policy_of
from kb.store import let_go

SAFE = ("GET", "HEAD", "OPTIONS")
Result = TypeVar("Result")


class Desk(Flask):
    """A Flask that refuses views without a policy and holds one database session for each request."""

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Any = None, *rest: Any, **options: Any
    ) -> None:
        """Register a route as Flask does. Raises RouteWithoutPolicy; the static folder is public by nature."""
        if endpoint != "static":
            policy_of(view_func, rule)
        super().add_url_rule(rule, endpoint, view_func, *rest, **options)

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view and commit what it changed; an error leaves nothing behind."""
        try:
            answer = super().dispatch_request()
            if "db" in g and g.writes:
                g.db.commit()
        except Exception:
            abandon()
            raise
        return answer


def runtime() -> Runtime:
    """Return the runtime this app was made for."""
    opened: Runtime = current_app.extensions["runtime"]
    return opened


def db() -> Session:
    """Return this request's session, opened at its first use."""
    if "db" not in g:
        g.writes = not g.get("failed") and _writes()
        g.stack = ExitStack()
        g.db = g.stack.enter_context(runtime().writing() if g.writes else runtime().reading())
    return g.db


def now() -> datetime:
    """Return the time of this request, the same from its beginning to its end."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    return g.now


def keep(verb: Callable[..., Result], *args: Any, **named: Any) -> Result:
    """Run one verb in a short transaction of its own, on a page that only reads; its rows come back detached.

    What the page has read stays, but it lets go of its connection first: were it held while the verb waits for
    another one, many such pages at once would wait for each other.
    """
    if "db" in g and not g.writes:
        let_go(g.db)
    with runtime().writing() as writing:
        result = verb(writing, *args, **named)
        writing.flush()
        writing.expunge_all()
        writing.commit()
    return result


def abandon() -> None:
    """Undo what the request changed; what is read afterwards is read anew."""
    g.failed = True
    close()
    g.pop("_login_user", None)


def close() -> None:
    """Give the session back."""
    stack = g.pop("stack", None)
    g.pop("db", None)
    if stack is not None:
        stack.close()


def init_app(app: Desk, runtime: Runtime) -> None:
    """Give the app its runtime and close the session after each request."""
    app.extensions["runtime"] = runtime
    app.teardown_request(lambda _: close())


def _writes() -> bool:
    if request.endpoint in (None, "static"):
        return False
    return request.method not in SAFE and not policy_of(current_app.view_functions[request.endpoint]).looks
