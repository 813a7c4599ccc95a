"""Serving: the next free port, and a clean end of web process and worker together."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from assistant.app import create_app
from assistant.serve import TRIES, listen, make_server


def test_a_busy_port_gives_way_to_the_next_free_one():
    with listen("127.0.0.1", 20_000) as first, listen("127.0.0.1", first.getsockname()[1]) as second:
        assert second.getsockname()[1] > first.getsockname()[1]


def test_hundreds_of_idle_browsers_keep_nobody_out(runtime):
    listener = listen("127.0.0.1", 20_000)
    server = make_server(create_app(runtime), listener, threads=2)
    threading.Thread(target=server.run, daemon=True).start()
    address = ("127.0.0.1", server.effective_port)
    with ExitStack() as idle:
        for _ in range(300):
            browser = idle.enter_context(socket.create_connection(address))
            browser.sendall(b"GET /healthz HTTP/1.1\r\nHost: desk\r\n\r\n")
            browser.settimeout(30)
            assert browser.recv(100).startswith(b"HTTP/1.1 200")
    server.close()
    server.task_dispatcher.shutdown()


def test_who_finds_no_free_port_is_told_what_to_do(monkeypatch):
    def refuse(*_):
        raise OSError("in use")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(OSError, match=rf"from 20000 to {20_000 + TRIES - 1} is free.*--port"):
        listen("127.0.0.1", 20_000)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_however_early_it_is_asked_to(tmp_path, runtime, how):
    """Dan presses Ctrl-C the moment the address appears: nothing is left running, no traceback."""
    told = {"KINTSUGI_DATA": str(runtime.settings.data), "KINTSUGI_DATABASE": runtime.settings.database}
    desk = subprocess.Popen(
        [sys.executable, "-m", "assistant", "run", "--port", "20100"],
        env={**os.environ, **told},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    for line in desk.stdout:
        if "is open at" in line:
            desk.send_signal(how)
            break
    rest = desk.stdout.read()  # ends only when the worker has let go of it too
    assert desk.wait() == 0
    assert "Kintsugi has stopped." in rest
    thrown_away = re.compile(r"Exception ignored in.*?KeyboardInterrupt", re.DOTALL)  # raised in a finaliser
    assert "Traceback" not in thrown_away.sub("", rest)


LOST = """
import os, signal, time
from assistant import serve
serve.AGAIN_S = 0.2
for name in (signal.SIGINT, signal.SIGALRM):
    signal.signal(name, serve.interrupt)
class Last:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.01)
Last()
try:
    time.sleep(20)
except KeyboardInterrupt:
    signal.setitimer(signal.ITIMER_REAL, 0)
    print("stops")
"""


def test_an_interrupt_that_falls_where_none_can_be_raised_comes_again():
    """Ctrl-C may reach the desk while Python ends an object: there it would be forgotten."""
    ran = subprocess.run([sys.executable, "-c", LOST], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.strip() == "stops"


FALLS = """
import runpy
from assistant import cli
def main(prog_name):
    try:
        exec("raise KeyboardInterrupt")
    except KeyboardInterrupt:
        raise SystemExit(0) from None
cli.main = main
runpy.run_module("assistant", run_name="__main__")
"""


def test_an_interrupt_that_was_taken_is_no_reason_to_end_by_it(tmp_path):
    """Libraries make code of text; an interrupt that fell there ended the desk by SIGINT after it had stopped."""
    (tmp_path / "falls.py").write_text(FALLS, "utf-8")
    here = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[1])])
    environment = {**os.environ, "PYTHONPATH": here}
    subprocess.run([sys.executable, "-m", "falls"], env=environment, timeout=60, check=True)
