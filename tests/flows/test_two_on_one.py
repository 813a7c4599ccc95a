"""Two people on one incident: they see each other, nothing typed is lost, and a duplicate goes on in the other."""

import re

import pytest
from playwright.sync_api import expect

from tests import make
from tests.flows.served import until

pytestmark = [pytest.mark.browser, pytest.mark.both]
LOOK = "document.dispatchEvent(new Event('visibilitychange'))"
KEPT = "Object.values(localStorage).some((kept) => kept.includes('try the cable'))"


@pytest.fixture
def incident(desk):
    """The path of an incident that Ada reported."""
    with desk.rows() as db:
        return f"/incidents/{make.incident(db).number}"


def test_ben_sees_cleo_look_write_and_change_and_his_own_words_stay(desk, incident):
    ben, cleo = (desk.visit(incident, who=who) for who in ("ben", "cleo"))
    expect(cleo.locator("#presence")).to_contain_text("Ben is looking")
    ben.locator("#say").fill("I ask the supplier.")
    cleo.locator("#say").fill("I have")
    expect(cleo.locator("#presence")).to_contain_text("Ben is writing")
    ben.evaluate(LOOK)
    expect(ben.locator("#presence")).to_contain_text("Cleo is writing")
    cleo.get_by_role("button", name="Take it").click()
    expect(cleo.locator("#head .meta b", has_text="Cleo Marchetti")).to_be_visible()
    ben.evaluate(LOOK)
    expect(ben.get_by_role("status")).to_contain_text(re.compile("Changed .* by Cleo Marchetti"))
    ben.get_by_role("link", name="Load it again").click()
    expect(ben.locator("#head .meta b", has_text="Cleo Marchetti")).to_be_visible()
    expect(ben.locator("#say")).to_have_value("I ask the supplier.")
    expect(ben.get_by_role("status")).to_have_count(0)


def test_a_half_written_comment_survives_a_closed_tab_and_is_gone_once_it_is_sent(desk, incident):
    page = desk.visit(incident, who="ben")
    page.keyboard.press("c")
    page.locator("#say").fill("Please try the cable")
    until(page, KEPT)
    context = page.context
    page.close()
    again = context.new_page()
    again.goto(incident)
    expect(again.locator("#say")).to_have_value("Please try the cable")
    expect(again.locator("[name=kind][value=comment]")).to_be_checked()
    again.get_by_label("Minutes worked").fill("5")
    again.get_by_role("button", name="Send").click()
    expect(again.locator("#timeline .comment .entry")).to_have_text("Please try the cable")
    expect(again.locator("#facts")).to_contain_text("5 min")
    again.reload()
    expect(again.locator("#say")).to_have_value("")
    expect(again.locator("[name=kind][value=note]")).to_be_checked()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_ben_merges_what_eve_says_again_answers_both_and_ticks_it_off(desk, incident, javascript):
    with desk.rows() as db:
        second = make.incident(db, "No VPN", requester=make.person(db, "eve")).number
    page = desk.visit(f"/incidents/{second}", who="ben", java_script_enabled=javascript)
    page.locator("#head summary", has_text="More").click()
    if javascript:  # a panel that opens takes the focus, and what is typed before would go there
        expect(page.get_by_label("Link an article")).to_be_focused()
    page.get_by_label("It is the same as another incident").fill("INC-1")
    page.get_by_role("button", name="Merge into it").click()
    expect(page.locator("#head")).to_contain_text("This goes on as INC-000001")
    page.locator("#head").get_by_role("link", name="INC-000001").click()
    expect(page.locator("#family")).to_contain_text("No VPN")
    page.locator("#steps summary").click()
    page.get_by_label("What has to be done").fill("Ask the supplier")
    page.get_by_role("button", name="Add", exact=True).locator("visible=true").click()
    page.get_by_role("button", name="Done: Ask the supplier").click()
    expect(page.locator("#steps")).to_contain_text("1 of 1 done")
    page.get_by_label("Comment to all").check()
    page.locator("#say").fill("Up again at noon.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#timeline .comment .entry").first).to_have_text("Up again at noon.")
    eve = desk.visit(f"/incidents/{second}", who="eve")
    expect(eve.get_by_text("Up again at noon.")).to_be_visible()
