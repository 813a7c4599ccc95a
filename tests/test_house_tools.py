"""The tools agree: the linter, the formatter and the type checker, as pyproject.toml sets them."""

import subprocess
import sys

import pytest

from tests.house import ROOT


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "command",
    ["ruff check --quiet", "ruff format --check --quiet", "mypy"],
    ids=lambda command: command.split(" --")[0],
)
def test_a_tool_finds_nothing(command: str):
    done = subprocess.run(
        [sys.executable, "-m", *command.split()], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
