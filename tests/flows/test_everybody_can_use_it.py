"""Every page, light and dark, wide and on a small phone: nobody is shut out, nothing is cut off or jumps."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import make
from tests.flows.served import caught, until
from tests.flows.world import PAGES

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HARM = """async rules => {
  const found = await axe.run({runOnly: rules, resultTypes: ['violations']});  // to tell what is well takes longest
  return found.violations.filter(one => ['serious', 'critical'].includes(one.impact));
}"""
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}

PHONES = (NARROW["width"], 375, 480)


def harm(page):
    """Return what axe finds on the page that shuts people out, each with where it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')[:200]}"
        for one in page.evaluate(HARM, RULES)
        for node in one["nodes"]
    ]


def settled(page):
    """Wait until the page has fetched what it shows."""
    until(page, "!document.querySelector('.htmx-request, [aria-busy=true]')")


@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use(full_desk, name):
    who, path = PAGES[name]
    page = full_desk.visit(path, who=who, viewport=WIDE, reduced_motion="reduce")
    settled(page)
    for scheme in ("light", "dark"):
        for size in (WIDE, NARROW):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(size)
            assert harm(page) == [], f"{scheme} {size['width']}"
    for width in PHONES:
        page.set_viewport_size({"width": width, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_everybody_can_use_what_opens_on_an_incident(full_desk):
    page = full_desk.visit("/incidents/INC-000001", who="ben", viewport=WIDE)
    settled(page)
    for name in ("Assign", "State", "More"):
        page.locator("#head summary").filter(has_text=name).click()
        assert harm(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert harm(page) == []


def test_everybody_can_use_the_reasons_of_a_suggestion(full_desk):
    page = full_desk.visit("/incidents/INC-000001", who="ben", viewport=WIDE, reduced_motion="reduce")
    settled(page)
    card = page.locator(".reason").first
    card.locator("summary").click()
    expect(card.locator(".pair > div")).to_have_count(2)
    for scheme in ("light", "dark"):
        for size in (WIDE, NARROW):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(size)
            assert harm(page) == [], f"{scheme} {size['width']}"
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_everybody_can_use_the_four_doors_and_what_they_refuse(full_desk):
    page = full_desk.visit("/incidents/INC-000001/resolve?article=KB-000001", who="ben", viewport=WIDE)
    for door in ("link", "improve", "write", "nothing"):
        page.locator(f"[name=door][value={door}]").check()
        for field in page.locator("#resolving :is(textarea, input[type=text])").locator("visible=true").all():
            field.fill("")
        page.get_by_role("button", name="Resolve and close").click()
        settled(page)
        expect(page.locator("#resolving .finding").first).to_be_visible()
        assert harm(page) == [], door


def test_everybody_can_use_the_menu_on_a_phone(full_desk):
    page = full_desk.visit("/incidents?list=open", who="ben", viewport=NARROW)
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="My groups")).to_be_visible()
    assert harm(page) == []


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "phone"])
def test_nothing_jumps_when_the_suggestions_arrive(full_desk, size):
    page = full_desk.visit("/sign-in", who="ben", viewport=size)
    caught(page, "**/suggestions", lambda route: (page.wait_for_timeout(1), route.continue_()))
    page.goto("/incidents/INC-000001", wait_until="commit")
    page.evaluate(
        "window.shifted = 0; new PerformanceObserver(list => list.getEntries().forEach(one => shifted += one.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    expect(page.locator("#suggestions .sug").first).to_be_visible()
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("shifted") < 0.02


def test_nothing_jumps_while_ben_types_a_new_incident(full_desk):
    page = full_desk.visit("/incidents/new", who="ben", viewport=WIDE)
    places = (
        "[...document.querySelectorAll('#new input, #new textarea, #new select')].map(at => at.offsetTop)"
    )
    before = page.evaluate(places)
    page.get_by_label("What does not work").press_sequentially("vpn drops")
    expect(page.locator("#suggestions .sug").first).to_be_visible()
    assert page.evaluate(places) == before
    expect(page.get_by_label("What does not work")).to_be_focused()


@pytest.mark.parametrize(
    ("zone", "told"),
    [("Europe/Lisbon", "Mon 2 Mar 2026, 12:00 WET"), ("Asia/Kolkata", "Mon 2 Mar 2026, 17:30 IST")],
)
def test_times_are_those_of_the_person_who_looks(desk, zone, told):
    with desk.rows() as db:
        make.person(db, "ben", timezone=zone)
        make.incident(db)
    page = desk.visit("/incidents/INC-000001", who="ben", timezone_id="America/Chicago")
    expect(page.locator("#head time")).to_have_attribute("title", told)


def test_who_wants_no_motion_gets_none(full_desk):
    page = full_desk.visit("/incidents/INC-000001", who="ben", reduced_motion="reduce")
    moving = """[...document.querySelectorAll('*')].filter(at => {
      const style = getComputedStyle(at);
      return style.animationName !== 'none' || style.transitionDuration.split(', ').some(time => time !== '0s');
    }).length"""
    assert page.evaluate(moving) == 0


@pytest.mark.parametrize("name", ["article", "incident", "article for ada"])
def test_a_printed_page_has_the_text_and_nothing_to_press(full_desk, name):
    who, path = PAGES[name]
    page = full_desk.visit(path, who=who, color_scheme="dark")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.locator("button, .button, nav, input, select, textarea").locator("visible=true").count() == 0
    printed = page.locator("main time").first.evaluate("at => getComputedStyle(at, '::after').content")
    assert re.search(r"\d{4}, \d\d:\d\d", printed), "on paper, “an hour ago” says nothing"
    ink, paper = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert sum(map(int, ink[4:-1].split(", "))) < 200
    assert paper in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
