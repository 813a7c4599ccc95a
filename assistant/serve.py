"""Serving the desk from one process group: the web process, and the worker as its child."""

import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import waitress
from flask import Flask
from waitress.server import BaseWSGIServer

from assistant import first_run, log
from assistant.app import create_app
from assistant.desk import directory
from assistant.runtime import Runtime
from assistant.settings import PREFIX, Settings

TRIES = 50  # ports looked at after the wanted one
MOST_CONNECTIONS = 4000  # open at the same time, nearly all of them idle
OPEN_FILES = 2 * MOST_CONNECTIONS
PATIENCE_S = 15  # for the worker to finish what it does
AGAIN_S = 10.0  # later than requests that are being answered need


def serve(settings: Settings, *, with_worker: bool, say: Callable[[str], object]) -> None:
    """Serve until the process is asked to end. say: prints the address once the desk answers."""
    log.configure(settings.log_level)
    allow_files()
    runtime = Runtime.opened(settings)
    listener = listen(settings.host, settings.port)
    port = listener.getsockname()[1]
    behind = _behind(settings.trusted_proxies)
    server = make_server(create_app(runtime), listener, threads=settings.threads, **behind)
    worker = start_worker(settings) if with_worker else None
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(name, interrupt)
    try:
        with suppress(KeyboardInterrupt):
            if port != settings.port:
                say(f"Port {settings.port} is busy; using {port}.")
            address = f"http://{f'[{settings.host}]' if ':' in settings.host else settings.host}:{port}"
            say(f"Kintsugi is open at {address}  (Ctrl-C stops it)")
            invite_administrator(runtime, address, say)
            server.run()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        server.close()
        if worker is not None:
            stop(worker)
        runtime.close()
        say("Kintsugi has stopped.")


def allow_files() -> None:
    """Let this process hold as many connections as the system allows it; the usual limit is about a thousand."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def make_server(app: Flask, listener: socket.socket, *, threads: int, **more: Any) -> BaseWSGIServer:
    """Return a server for an app on a listening socket.

    Browsers hold several idle connections each, so many more are open than are worked on; `poll` has no limit of 1024.
    """
    return waitress.create_server(
        app,
        sockets=[listener],
        threads=threads,
        ident="",
        connection_limit=MOST_CONNECTIONS,
        asyncore_use_poll=True,
        max_request_body_size=32 * 1024 * 1024,
        **more,
    )


def invite_administrator(runtime: Runtime, address: str, say: Callable[[str], object]) -> None:
    """Print where a desk is set up that nobody can administer yet; the key in it is printed only here, only now."""
    with runtime.reading() as db:
        if directory.can_be_administered(db):
            return
    key = first_run.make_key(runtime.settings.data)
    say(f"Nobody can administer this desk yet. Set it up at {address}/set-up/{key}")


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket on this port, or on the next free one."""
    for candidate in range(port, min(port + TRIES, 65536)):
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(1024)
        except OSError:
            listener.close()
        else:
            return listener
    raise OSError(
        f"No port from {port} to {port + TRIES - 1} is free on {host}. Name another one with --port."
    )


def start_worker(settings: Settings) -> subprocess.Popen[bytes]:
    """Start the worker as a process of its own, with the same settings."""
    environment = {
        **os.environ,
        f"{PREFIX}DATA": str(settings.data),
        f"{PREFIX}SECRET_KEY": settings.secret_key,
    }
    # Until the worker listens for itself, Ctrl-C is not for it: this process passes on that it should end.
    interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return subprocess.Popen([sys.executable, "-m", "assistant", "worker"], env=environment)
    finally:
        signal.signal(signal.SIGINT, interrupt)


def stop(worker: subprocess.Popen[bytes]) -> None:
    """Let the worker finish what it does, then end it."""
    worker.terminate()
    with suppress(subprocess.TimeoutExpired):
        worker.wait(PATIENCE_S)
        return
    worker.kill()


def interrupt(*_: object) -> None:
    """Raise an interrupt, and once more later: it is lost where nothing can be raised, such as in a finaliser."""
    signal.setitimer(signal.ITIMER_REAL, AGAIN_S)
    raise KeyboardInterrupt


def _behind(proxies: int) -> dict[str, object]:
    if not proxies:
        return {}
    headers = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
    return {"trusted_proxy": "*", "trusted_proxy_count": proxies, "trusted_proxy_headers": headers}
