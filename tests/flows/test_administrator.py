"""An administrator changes a process and looks after the engine room, in a real browser; also without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from assistant.desk import process, ways
from tests import make

pytestmark = pytest.mark.browser
ITIL = process.preset_text("itil")


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_dan_edits_a_process_is_told_his_mistake_and_goes_back(desk, script):
    desk.person("dan", role="administrator")
    page = desk.visit("/admin/processes", who="dan", java_script_enabled=script)
    page.get_by_role("link", name="ITIL", exact=True).click()
    expect(page.get_by_role("img", name=re.compile("^ITIL"))).to_be_visible()
    page.get_by_role("link", name="Edit", exact=True).click()
    page.wait_for_load_state()
    page.get_by_label("Text of the process").fill(ITIL.replace('phase = "waiting"', 'phase = "asleep"'))
    if script:
        expect(page.locator("#checked")).to_contain_text("“asleep” is not a phase")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.locator("#checked mark")).to_contain_text("on_hold")
    page.wait_for_load_state()
    assert "asleep" in page.get_by_label("Text of the process").input_value()
    page.get_by_label("Text of the process").fill(ITIL.replace('label = "New"', 'label = "Waiting room"'))
    page.get_by_label("What you changed, in a few words").fill("Friendlier")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_role("figure").or_(page.get_by_role("region")).first).to_contain_text("Waiting room")
    page.get_by_role("row", name=re.compile("As it came")).get_by_role("button", name="Go back to it").click()
    expect(page.get_by_role("link", name="Version 2")).to_be_visible()
    with desk.rows() as db:
        assert ways.newest(db, "itil")[0].states["new"].label == "New"


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_dan_checks_the_index_and_makes_a_backup(desk, script):
    desk.person("dan", role="administrator")
    with desk.rows() as db:
        make.article(db)
    desk.work()
    page = desk.visit("/admin/health", who="dan", java_script_enabled=script)
    expect(page.get_by_text("There is no backup yet.")).to_be_visible()
    for button in ("Check now", "Back up now"):
        page.get_by_role("button", name=button).click()
        expect(page.locator("#jobs")).to_contain_text("Waits for the worker")
        desk.work()
        if script:
            expect(page.locator("#jobs")).not_to_contain_text("Waits for the worker")
            page.get_by_role("link", name="Show what came out").click()
        else:
            page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("They agreed")).to_be_visible()
    expect(page.get_by_text("verified after it was written")).to_be_visible()
    expect(page.get_by_text("Everything works.")).to_be_visible()
