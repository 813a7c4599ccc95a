"""How long the two commands take in a fresh clone: the first start from nothing, the second, and the suite."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from bench.desks import publish, table

ROOT = Path(__file__).parent.parent
PATIENCE_S = 3600


@click.command()
@click.option("--suite/--no-suite", default=True, help="Also run the whole suite.")
def main(suite: bool) -> None:
    """Clone this checkout's last commit into a new folder and measure there."""
    with tempfile.TemporaryDirectory() as room:
        clone = Path(room) / "kintsugi"
        command = ["git", "clone", "--quiet", str(ROOT), str(clone)]
        subprocess.run(command, check=True)  # noqa: S603 - our own words
        rows = [["first start, from nothing", seconds(start(clone))]]
        rows += [["second start", seconds(start(clone))]]
        if suite:
            took, last = tests(clone)
            rows += [[f"the suite ({last})", seconds(took)]]
    publish("starting", table(["step", "until it answers, or ends"], rows))


def start(clone: Path) -> float:
    """Return the seconds until the desk says that it is open, without pip's cache, and stop it as Ctrl-C does."""
    began = time.monotonic()
    command = [sys.executable, "run.py", "--port", "8765", "--data", str(clone / "data")]
    process = subprocess.Popen(  # noqa: S603 - our own words
        command,
        cwd=clone,
        env={**os.environ, "PIP_NO_CACHE_DIR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout or ():
        click.echo(f"    {line.rstrip()}")
        if "Kintsugi is open at" in line:
            took = time.monotonic() - began
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
            return took
    raise click.ClickException("The desk did not start.")


def tests(clone: Path) -> tuple[float, str]:
    """Return how long the suite takes in seconds, set-up of the tests included, and pytest's last words."""
    began = time.monotonic()
    command = [sys.executable, "run.py", "test"]
    done = subprocess.run(  # noqa: S603 - our own words
        command,
        cwd=clone,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    last = re.findall(r"^=+ (.*) in [\d.]+s", done.stdout, re.MULTILINE)
    return time.monotonic() - began, last[-1] if last else "it did not end"


def seconds(value: float) -> str:
    """Return a duration for people."""
    return f"{value:.1f} s" if value < 100 else f"{value // 60:.0f} min {value % 60:.0f} s"


if __name__ == "__main__":
    main()
