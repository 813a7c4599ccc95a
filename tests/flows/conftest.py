"""A browser for the session, and a served desk for each story."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from index.encoder import HashEncoder
from tests.flows.served import PATIENCE_MS, Served

CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, started once."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"there is no Chromium at {CHROMIUM}; CHROMIUM names another place")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def desk(tmp_path: Path, new_desk: Path, chromium: Browser) -> Iterator[Served]:
    """An empty desk that is served; it reads texts with the deterministic encoder."""
    served = Served(shutil.copytree(new_desk, tmp_path / "desk"), chromium, HashEncoder())
    yield served
    _leave(chromium)
    served.close()


def _leave(chromium: Browser) -> None:
    for context in chromium.contexts:
        context.close()
