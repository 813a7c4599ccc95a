"""The fourth door: an incident that taught nothing closes with a reason, and those who look after knowledge see it."""

import pytest
from playwright.sync_api import expect

from assistant.desk import process
from tests import make

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def ben(request, desk):
    """Ben's browser where Ada's incident is to be resolved."""
    with desk.rows() as db:
        make.incident(db, "The screen was only switched off")
    page = desk.visit("/incidents/INC-000001/resolve", who="ben", java_script_enabled=request.param)
    page.get_by_role("radio", name="There is nothing to learn").check()
    return page


def close(page):
    page.get_by_role("button", name="Resolve and close").click()


def test_the_reasons_come_from_the_process(ben):
    offered = ben.locator("#nothing_reason").locator("option").all_inner_texts()
    assert offered[1:] == [reason.label for reason in process.preset("itil").reasons.values()]


def test_ben_closes_with_a_reason_and_cleo_sees_which(desk, ben):
    close(ben)
    expect(ben.locator("#nothing_reason-finding")).to_contain_text("Choose why there is nothing to learn.")
    ben.locator("#nothing_reason").select_option("not_an_incident")
    close(ben)
    expect(ben.locator("#head .state")).to_have_text("Closed")
    expect(ben.locator("#facts")).to_contain_text("Not an incident")
    cleo = desk.visit("/", who="cleo")
    cleo.get_by_role("link", name="Nothing to learn 1").click()
    expect(cleo.get_by_role("row").nth(1)).to_contain_text("The screen was only switched off")
    cleo.get_by_role("link", name="All closures").click()
    expect(cleo.locator(".chips")).to_have_text("Not an incident 1")
    expect(cleo.get_by_role("row").last).to_contain_text("The screen was only switched off")


def test_what_somebody_resolved_cannot_leave_by_this_door(ben):
    ben.locator("#resolution").fill("Switched it on.")
    ben.locator("#nothing_reason").select_option("withdrawn")
    close(ben)
    expect(ben.locator("#nothing_reason-finding")).to_contain_text("so there is something to learn")
    expect(ben.locator("#resolution")).to_have_value("Switched it on.")
    expect(ben.locator("#head .state")).to_have_text("New")


def test_a_duplicate_names_an_incident_that_has_its_article(ben):
    ben.locator("#nothing_reason").select_option("duplicate")
    ben.get_by_label("Duplicate of").fill("INC-000999")
    close(ben)
    expect(ben.locator("#duplicate_of-finding")).to_contain_text("There is no incident INC-000999.")
    expect(ben.get_by_label("Duplicate of")).to_have_value("INC-000999")


@pytest.mark.parametrize("who", ["ada", "ben"])
def test_ada_and_ben_are_not_shown_the_list(desk, who):
    page = desk.visit("/closures", who=who)
    expect(page.get_by_role("heading", level=1)).to_have_text("This is not open to you")
    expect(page.get_by_role("link", name="Nothing to learn")).to_have_count(0)
