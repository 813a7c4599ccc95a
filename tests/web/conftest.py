"""A desk in a browser without a browser: each person of the cast has their own client."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule
from werkzeug.test import TestResponse

from assistant.app import create_app
from assistant.desk import signin
from assistant.runtime import Runtime
from assistant.web.door import Desk
from assistant.web.guard import limiter
from kb import embeddings
from tests import make

TOKEN = re.compile(r'"X-CSRFToken": "([^"]+)"')


class Browser:
    """A browser in which somebody is signed in, or nobody. It sends the CSRF token as the pages do."""

    def __init__(self, app: Desk, token: str | None) -> None:
        self.client = app.test_client()
        if token:
            with self.client.session_transaction() as session:
                session["_user_id"] = token
        self.csrf = ""

    def get(self, path: str, *, htmx: bool = False, **more: Any) -> TestResponse:
        return self.client.get(path, headers={"HX-Request": "true"} if htmx else {}, **more)

    def post(self, path: str, *, htmx: bool = False, **form: Any) -> TestResponse:
        headers = {"HX-Request": "true"} if htmx else {}
        return self.client.post(path, data={"csrf_token": self.token(), **form}, headers=headers)

    def token(self) -> str:
        if not self.csrf:
            found = TOKEN.search(self.client.get("/sign-in").text)
            assert found
            self.csrf = found[1]
        return self.csrf


def address(rule: Rule) -> str:
    """Return an address of a route, with some value for each of its parts."""
    values = {name: _value(kind) for name, kind in rule._converters.items()}  # noqa: SLF001  it has no other name
    return str(rule.build(values)[1])


def _value(kind: BaseConverter) -> Any:
    if isinstance(kind, AnyConverter):
        return min(kind.items)
    return 1 if isinstance(kind, IntegerConverter) else "1"


@pytest.fixture
def app(runtime: Runtime) -> Desk:
    """The web application over an empty desk."""
    app = create_app(runtime)
    limiter.reset()
    return app


@pytest.fixture
def nobody(app: Desk) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser(app, None)


@pytest.fixture
def browser(app: Desk, runtime: Runtime) -> Callable[[str], Browser]:
    """Open a browser as somebody of the cast: browser("ben")."""

    def open_as(who: str) -> Browser:
        with runtime.writing() as db:
            token = signin.start(db, make.person(db, who), now=runtime.now())
            db.commit()
        return Browser(app, token)

    return open_as


@pytest.fixture
def ben(browser: Callable[[str], Browser]) -> Browser:
    """Ben, an agent."""
    return browser("ben")


@pytest.fixture
def ada(browser: Callable[[str], Browser]) -> Browser:
    """Ada, a requester."""
    return browser("ada")


@pytest.fixture
def cleo(browser: Callable[[str], Browser]) -> Browser:
    """Cleo, a knowledge coach."""
    return browser("cleo")


@pytest.fixture
def eve(browser: Callable[[str], Browser]) -> Browser:
    """Eve, a requester with no part in anything."""
    return browser("eve")


@pytest.fixture
def rows(runtime: Runtime) -> Callable[[], Any]:
    """Open a session whose changes are committed: with rows() as db."""

    @contextmanager
    def opened() -> Iterator[Session]:
        with runtime.writing() as db:
            yield db
            db.commit()

    return opened


@pytest.fixture
def embed(runtime: Runtime) -> Callable[[], None]:
    """Do what the worker does: embed what changed."""

    def run() -> None:
        assert runtime.encoder
        embeddings.refresh(runtime.sessions, runtime.encoder)

    return run


@pytest.fixture
def incident(rows: Callable[[], Any]) -> str:
    """The number of an incident that Ada reported."""
    with rows() as db:
        return make.incident(db).number


@pytest.fixture
def article(rows: Callable[[], Any]) -> str:
    """The number of a validated article that requesters may read."""
    with rows() as db:
        return make.article(db).number
