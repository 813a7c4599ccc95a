"""A slow line: answers come late, in any order, or not at all, and nothing typed is lost, sent twice or mixed up."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from assistant.desk.incident import Incident
from tests import make
from tests.flows.served import caught, held, let_go, meanwhile, until

pytestmark = pytest.mark.browser
WORDS = "The cable is broken"
TWICE = """() => {
  const button = document.querySelector("#new button.main");
  button.click();
  setTimeout(() => button.click(), 20);
}"""


@pytest.fixture
def incident(desk):
    """The path of an incident that Ada reported."""
    with desk.rows() as db:
        return f"/incidents/{make.incident(db).number}"


@pytest.fixture
def page(desk, incident):
    """Ben's browser at it, when everything on the page has come."""
    page = desk.visit(incident, who="ben")
    until(page, "!document.querySelector('.htmx-request, [aria-busy=true]')")
    return page


def say(page):
    return page.get_by_label("What to write")


def test_what_ben_types_while_his_note_is_on_its_way_stays(page):
    asked = held(page, "**/note")
    say(page).fill(WORDS)
    page.keyboard.press("Control+Enter")
    meanwhile(page, lambda: asked)
    page.keyboard.press("End")
    page.keyboard.type(" at the plug too")
    let_go(asked[0])
    expect(page.locator("#timeline .note .entry")).to_have_text(WORDS)
    expect(say(page)).to_have_value("at the plug too")
    page.reload()
    expect(say(page)).to_have_value("at the plug too")


def test_what_ben_corrects_while_a_refusal_is_on_its_way_stays(page):
    asked = held(page, "**/note")
    say(page).fill(WORDS)
    page.get_by_label("Minutes worked").fill("abc")
    page.get_by_role("button", name="Send").click()
    meanwhile(page, lambda: asked)
    say(page).fill(f"{WORDS}, and mended")
    let_go(asked[0])
    expect(page.locator("#minutes-finding")).to_be_visible()
    expect(say(page)).to_have_value(f"{WORDS}, and mended")


def test_what_was_refused_and_then_sent_is_gone_from_the_form(page):
    say(page).fill(WORDS)
    page.get_by_label("Minutes worked").fill("abc")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#minutes-finding")).to_be_visible()
    page.get_by_label("Minutes worked").fill("5")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#timeline .note .entry")).to_have_text(WORDS)
    expect(say(page)).to_have_value("")
    expect(page.get_by_label("Minutes worked")).to_have_value("")
    expect(page.locator("#composer .finding")).to_have_count(0)


def test_a_note_whose_answer_was_lost_is_not_there_twice_when_it_is_sent_again(desk, page):
    lost = []

    def lose(route):
        if lost:
            return route.continue_()
        route.fetch()
        lost.append(route)
        return route.abort()

    caught(page, "**/note", lose)
    say(page).fill(WORDS)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#notices")).to_contain_text("The desk cannot be reached.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#timeline .note .entry")).to_have_text([WORDS])
    expect(say(page)).to_have_value("")


def test_a_part_that_cannot_be_fetched_tells_nobody_to_send_again(page):
    caught(page, "**/timeline", lambda route: route.abort())
    say(page).fill(WORDS)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#notices")).to_contain_text("Work note added.")
    until(page, "!document.querySelector('.htmx-request')")
    expect(page.locator("#notices")).not_to_contain_text("cannot be reached")


def test_ben_is_told_when_what_he_pressed_cannot_be_fetched(page):
    caught(page, "**/resolve", lambda route: route.abort())
    page.keyboard.press("r")
    expect(page.locator("#notices")).to_have_text("The desk cannot be reached. Try it again in a moment.")


def test_what_ben_types_into_a_step_stays_when_the_list_comes_anew(page):
    page.keyboard.press("l")
    step = page.get_by_label("What has to be done")
    step.fill("Ask the supplier")
    asked = held(page, "**/steps")
    page.keyboard.press("Enter")
    meanwhile(page, lambda: asked)
    let_go(asked[0])
    expect(step).to_have_value("")
    meanwhile(page, lambda: len(asked) > 1)
    page.keyboard.type("Order a new one")
    let_go(asked[1])
    expect(page.locator("#steps .steps")).to_contain_text("Ask the supplier")
    expect(step).to_have_value("Order a new one")
    expect(step).to_be_focused()


def test_two_quick_ticks_are_both_seen(desk, page, incident):
    page.keyboard.press("l")
    for text in ("Ask", "Order"):
        page.get_by_label("What has to be done").fill(text)
        page.keyboard.press("Enter")
        expect(page.locator("#steps .steps")).to_contain_text(text)
    ticks = held(page, "**/tick")
    page.get_by_role("button", name="Done: Ask").click()
    page.get_by_role("button", name="Done: Order").click()
    meanwhile(page, lambda: len(ticks) == 2)
    for tick in ticks:
        let_go(tick)
    expect(page.locator("#steps")).to_contain_text("2 of 2 done")


def test_a_panel_in_which_ben_types_is_fetched_anew_when_he_is_done(page):
    heads = held(page, "**/head")
    say(page).fill(WORDS)
    page.get_by_role("button", name="Send").click()
    meanwhile(page, lambda: heads)
    page.keyboard.press("Escape")
    page.locator("#head summary", has_text="More").click()
    other = page.get_by_label("Relate to an incident")
    expect(page.get_by_label("Link an article")).to_be_focused()
    other.fill("INC-0001")
    let_go(heads[0])
    until(page, "!document.querySelector('#head.htmx-request')")
    page.keyboard.type("23")
    expect(other).to_have_value("INC-000123")
    page.keyboard.press("Escape")
    meanwhile(page, lambda: len(heads) > 1)
    let_go(heads[1])
    expect(other).to_have_value("")


def test_the_form_to_resolve_comes_once_and_takes_the_focus_from_nobody_who_writes(page):
    forms = held(page, "**/resolve")
    page.keyboard.press("r")
    meanwhile(page, lambda: forms)
    page.keyboard.press("r")
    meanwhile(page, lambda: len(forms) > 1)
    page.keyboard.press("n")
    page.keyboard.type("The cab")
    for form in forms:
        let_go(form)
    resolution = page.get_by_role("textbox", name="Resolution")
    expect(resolution).to_be_visible()
    page.keyboard.type("le is broken")
    expect(say(page)).to_have_value(WORDS)
    resolution.fill("A new one.")
    until(page, "!document.querySelector('.htmx-request')")
    assert len(forms) == 2
    expect(resolution).to_have_value("A new one.")


def test_a_double_click_records_one_incident(desk):
    page = desk.visit("/incidents/new", who="ben")
    page.get_by_label("What does not work").fill("No drive P:")
    desk.slow_s = 2.0
    page.evaluate(TWICE)
    expect(page).to_have_title("INC-000001 No drive P: · Kintsugi")
    with desk.rows() as db:
        assert db.scalar(select(func.count(Incident.id))) == 1


def test_enter_in_the_palette_waits_for_the_answer_to_what_was_typed(desk):
    with desk.rows() as db:
        for title in ("Printer is silent", "VPN drops"):
            make.incident(db, title)
    page = desk.visit("/incidents", who="ben")
    page.keyboard.press("g")
    expect(page.locator("#palette .go").first).to_be_visible()
    asked = held(page, "**/palette*")
    page.keyboard.type("INC-2")
    page.keyboard.press("Enter")
    meanwhile(page, lambda: asked and "q=INC-2" in asked[-1].request.url)
    let_go(asked[-1])
    expect(page).to_have_title("INC-000002 VPN drops · Kintsugi")


def test_back_on_the_row_before_the_preview_stays_at_it(desk):
    with desk.rows() as db:
        for title in ("Printer is silent", "VPN drops"):
            make.incident(db, title)
    page = desk.visit("/incidents?list=all", who="ben", viewport={"width": 1280, "height": 800})
    preview, rows = page.get_by_role("complementary", name="Preview"), page.locator(".rows .go")
    first = rows.first.inner_text()
    page.keyboard.press("j")
    expect(preview.get_by_role("heading", level=2)).to_have_text(first)
    asked = held(page, "**/preview")
    page.keyboard.press("j")
    meanwhile(page, lambda: asked)
    page.keyboard.press("k")
    let_go(asked[0])
    expect(rows.first).to_be_focused()
    page.wait_for_timeout(300)  # nothing may come any more, which tells nobody
    expect(preview.get_by_role("heading", level=2)).to_have_text(first)
