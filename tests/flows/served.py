"""A desk as people meet it: served over HTTP, with a worker of its own, and a browser for everybody."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from flask import request
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route
from sqlalchemy.orm import Session

from assistant import settings as configuration
from assistant import worker
from assistant.app import create_app
from assistant.desk import people, signin
from assistant.runtime import Runtime
from assistant.serve import listen, make_server
from assistant.web.guard import limiter
from index.encoder import Encoder
from tests import make

PATIENCE_MS = 60_000  # a busy machine is no failure
STEP_MS = 20


def until(page: Page, holds: str) -> None:
    """Wait until an expression holds on the page. Playwright's own waiting needs eval, which the pages forbid."""
    meanwhile(page, lambda: page.evaluate(holds))


def meanwhile(page: Page, happened: Callable[[], Any]) -> None:
    """Let a page go on until something has happened that it tells nobody."""
    for _ in range(PATIENCE_MS // STEP_MS):
        if happened():
            return
        page.wait_for_timeout(STEP_MS)
    raise AssertionError("It did not happen.")


def caught(page: Page, pattern: str, handle: Callable[[Route], Any]) -> None:
    """Handle what the page asks for under this pattern, from now on.

    A browser answers that it catches requests before its busy page knows it; a key pressed at once gets past.
    """

    def keep(route: Route) -> None:  # Playwright marks the function, which a method of a list does not allow
        handle(route)

    page.route("**/is-it-caught", lambda route: route.fulfill(body="caught"))
    page.route(pattern, keep)
    until(page, "fetch('/is-it-caught').then(answer => answer.text()).then(text => text === 'caught')")


def held(page: Page, pattern: str) -> list[Route]:
    """Hold back what the page asks for under this pattern, each until `let_go`, in the order it was asked."""
    waiting: list[Route] = []
    caught(page, pattern, waiting.append)
    return waiting


def let_go(route: Route) -> None:
    """Let an answer come that was held back; it is there before the next one is let go."""
    with suppress(Error):  # the page may wait for it no more
        route.fulfill(response=route.fetch())


class Served:
    """A desk that answers at `address`. The web's runtime and the worker's are two, as in life."""

    def __init__(self, folder: Path, chromium: Browser, encoder: Encoder, slow_s: float = 0.0) -> None:
        settings = configuration.load(data=folder)
        self.chromium = chromium
        self.windows: list[BrowserContext] = []
        self.runtime = Runtime(settings, encoder=encoder)
        self.worker = Runtime(settings, encoder=encoder, writes_words=True)
        self.app = create_app(self.runtime)
        self.slow_s = slow_s
        self.app.before_request(self._dawdle)
        limiter.reset()
        self._server = make_server(self.app, listen("127.0.0.1", 20_000), threads=4)
        self.address = f"http://127.0.0.1:{self._server.effective_port}"
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()

    def _dawdle(self) -> None:
        if self.slow_s and request.endpoint != "static":
            time.sleep(random.uniform(0, self.slow_s))

    def close(self) -> None:
        """Stop answering and give everything back."""
        self.leave()
        self._server.close()
        self._server.task_dispatcher.shutdown()
        self.worker.close()
        self.runtime.close()

    def leave(self) -> None:
        """Close every window."""
        while self.windows:
            self.windows.pop().close()

    @contextmanager
    def rows(self) -> Iterator[Session]:
        """Open a session whose changes are committed."""
        with self.runtime.writing() as db:
            yield db
            db.commit()

    def work(self) -> None:
        """Let the worker go round once: what changed is embedded and written down."""
        worker.run_once(self.worker, self.worker.now())

    def person(self, who: str, **more: Any) -> int:
        """Let somebody of the cast have a password; return the id."""
        with self.rows() as db:
            person = make.person(db, who, **more)
            people.set_password(person, make.PASSWORD)
            return person.id

    def visit(self, path: str = "/", *, who: str | None = None, **context: Any) -> Page:
        """Open a page in a browser of one's own, signed in as somebody without asking. context: of the browser."""
        opened = self.chromium.new_context(base_url=self.address, **context)
        self.windows.append(opened)
        opened.set_default_timeout(PATIENCE_MS)
        if who:
            opened.add_cookies([{"name": "kintsugi", "value": self.ticket(who), "url": self.address}])
        page = opened.new_page()
        page.goto(path)
        return page

    def ticket(self, who: str) -> str:
        """Return the cookie of somebody who just signed in."""
        with self.rows() as db:
            token = signin.start(db, make.person(db, who), now=self.runtime.now())
        signer = self.app.session_interface.get_signing_serializer(self.app)
        return str(signer.dumps({"_user_id": token, "_fresh": True}))
