"""A filled desk as people meet it: `kintsugi run` in processes of its own, and browsers without a screen."""

import http.client
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from assistant import settings as configuration
from assistant.desk import signin
from assistant.desk.people import Person
from assistant.runtime import Runtime

TOKEN = re.compile(r'"X-CSRFToken": "([^"]+)"')
ASSETS = re.compile(r'<(?:link|script|use|img)[^>]*?(?:href|src)="(/[^"#]+)')
LATER = re.compile(r'hx-get="([^"]+)"[^>]*hx-trigger="load')
START_S = 120
COOKIE = "kintsugi"


@dataclass(frozen=True)
class Answer:
    """What came back. size: bytes of the body; ms: until the last of them; said: the body, for looking."""

    status: int
    ms: float
    size: int
    said: str


class Server:
    """The web process and its worker. address: without a path."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    def memory(self) -> dict[str, float]:
        """Return the resident memory of web process and worker, in MB. Needs Linux."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        kinds = {"web process": str(self.process.pid)} | ({"worker": children[0]} if children else {})
        return {name: _resident(number) for name, number in kinds.items()}


@contextmanager
def served(folder: Path, port: int, *, worker: bool = True) -> Iterator[Server]:
    """Serve a desk as `kintsugi run` does, until the block ends."""
    command = [sys.executable, "-m", "assistant", "--data", str(folder), "run", "--port", str(port)]
    with (folder / "run.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own words
            [*command, "--worker" if worker else "--no-worker"], stdout=log, stderr=log
        )
    try:
        _await(process, port)
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(60)


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    began = time.monotonic()
    while time.monotonic() - began < START_S and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=30):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("The desk does not answer.")


def _resident(process: str) -> float:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4096 / 1e6


class Visitor:
    """A browser with one connection that is kept, in which somebody is signed in, or nobody."""

    def __init__(self, port: int, cookie: str = "", name: str = COOKIE) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookie, self.name, self.token = cookie, name, ""

    def get(self, path: str, *, part: bool = False) -> Answer:
        """Read a page, or only the part of it that htmx would ask for."""
        return self._ask("GET", path, None, {"HX-Request": "true"} if part else {})

    def post(self, path: str, **form: str) -> Answer:
        """Send a form, as a browser does that takes no redirect for an answer."""
        if not self.token:
            self.get("/profile")
        return self._ask("POST", path, urllib.parse.urlencode({"csrf_token": self.token, **form}), {})

    def first_view(self, path: str) -> tuple[int, int]:
        """Return how many requests and bytes it takes to see a page for the first time: all that it loads by itself."""
        page = self.get(path)
        wanted = dict.fromkeys([*ASSETS.findall(page.said), *LATER.findall(page.said)])
        sizes = [self.get(address.replace("&amp;", "&")).size for address in wanted]
        return 1 + len(sizes), page.size + sum(sizes)

    def _ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Answer:
        told = {"Cookie": f"{self.name}={self.cookie}", **headers}
        if body is not None:
            told["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self.connection.request(method, path, body, told)
        response = self.connection.getresponse()
        content = response.read()
        took = (time.perf_counter() - began) * 1000
        self._keep(response, said := content.decode("utf-8", "replace"))
        return Answer(response.status, took, len(content), said)

    def _keep(self, response: http.client.HTTPResponse, said: str) -> None:
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            if name == self.name:
                self.cookie = value
        found = TOKEN.search(said)
        self.token = found[1] if found else self.token


def cookies(runtime: Runtime, people: list[int]) -> list[str]:
    """Sign these people in and return the cookie of each."""
    app = Flask("kintsugi")
    app.secret_key = runtime.settings.secret_key
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    with runtime.writing() as db:
        tokens = [signin.start(db, db.get_one(Person, one), now=runtime.now()) for one in people]
        db.commit()
    return [str(signer.dumps({"_user_id": token, "_fresh": True})) for token in tokens]


def opened(folder: Path) -> Runtime:
    """Open a filled desk for rows only."""
    return Runtime(configuration.load(data=folder))
