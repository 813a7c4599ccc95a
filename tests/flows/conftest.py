"""A browser for the session, and a served desk for each story."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from index.encoder import HashEncoder, OnnxEncoder
from tests.engines import Desks
from tests.flows import world
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


@pytest.fixture(scope="session")
def slow_s(request: pytest.FixtureRequest) -> float:
    """How many seconds longer an answer takes at most."""
    return float(request.config.getoption("--slow"))


@pytest.fixture
def desk(tmp_path: Path, desks: Desks, chromium: Browser, slow_s: float) -> Iterator[Served]:
    """An empty desk that is served; it reads texts with the deterministic encoder."""
    served = Served(desks.fresh(tmp_path / "desk"), chromium, HashEncoder(), slow_s)
    yield served
    served.close()
    desks.drop(tmp_path / "desk")


@pytest.fixture(scope="session")
def full_desk(
    tmp_path_factory: pytest.TempPathFactory, desks: Desks, chromium: Browser, slow_s: float
) -> Iterator[Served]:
    """The desk behind `full_desk`, filled once."""
    served = Served(desks.fresh(tmp_path_factory.mktemp("full") / "desk"), chromium, HashEncoder(), slow_s)
    world.fill(served)
    yield served
    served.close()


@pytest.fixture
def real_desk(
    tmp_path: Path, desks: Desks, chromium: Browser, model: Path, slow_s: float
) -> Iterator[Served]:
    """An empty desk that is served; it reads texts with the real model."""
    served = Served(desks.fresh(tmp_path / "desk"), chromium, OnnxEncoder(model, 1), slow_s)
    yield served
    served.close()
    desks.drop(tmp_path / "desk")
