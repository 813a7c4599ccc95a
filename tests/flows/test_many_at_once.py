"""Ben works through his list: filters, previews, selects and acts, with keys only and also without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from assistant.desk import link
from tests import make
from tests.flows.served import held, let_go, meanwhile

pytestmark = [pytest.mark.browser, pytest.mark.both]
TITLES = ("Printer on floor 3 is silent", "VPN drops every few minutes", "Mail does not arrive")
WIDE = {"width": 1280, "height": 800}


@pytest.fixture
def lists(desk):
    """A desk with three resolved incidents, of which only the first has its article."""
    with desk.rows() as db:
        ben = make.person(db)
        for title in TITLES:
            one = make.incident(db, title, state="resolved")
            one.resolution, one.assignee = "Switched it off and on.", ben
        link.add(db, db.get(type(one), 1), make.article(db), "resolved", actor=ben, now=make.NOON)
    return desk


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def test_what_ben_stands_on_is_shown_beside_the_list_and_enter_opens_it(lists):
    page = lists.visit("/incidents?list=ended", who="ben", viewport=WIDE)
    preview = page.get_by_role("complementary", name="Preview")
    expect(preview).to_contain_text("Walk through the list")
    press(page, "j", "j")
    expect(preview.get_by_role("heading", name=TITLES[1])).to_be_visible()
    expect(page.locator(":focus")).to_have_text(TITLES[1])
    press(page, "Enter")
    expect(page).to_have_title(re.compile(TITLES[1]))


def test_beside_the_list_stands_what_ben_is_on_however_slow_the_answers_are(lists):
    page = lists.visit("/incidents?list=ended", who="ben", viewport=WIDE)
    asked = held(page, "**/preview")
    for _ in range(2):
        seen = len(asked)
        press(page, "j")
        meanwhile(page, lambda seen=seen: len(asked) > seen)
    for one in asked:
        let_go(one)
    preview = page.get_by_role("complementary", name="Preview")
    expect(preview.get_by_role("heading", name=TITLES[1])).to_be_visible()


def test_on_a_narrow_screen_there_is_no_preview_and_none_is_asked_for(lists):
    page = lists.visit("/incidents?list=ended", who="ben", viewport={"width": 1000, "height": 700})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    press(page, "j", "j")
    page.wait_for_timeout(400)
    expect(page.locator("#preview")).to_be_hidden()
    assert not [url for url in asked if "preview" in url]


def test_ben_selects_a_range_by_keys_closes_it_and_reads_what_was_refused(lists):
    page = lists.visit("/incidents?list=ended", who="ben", viewport=WIDE)
    bar = page.locator("#many-acts")
    expect(bar).to_be_hidden()
    press(page, "j", "x", "j", "j", "Shift+X")
    expect(bar).to_contain_text("3 selected")
    press(page, "Escape")
    expect(bar).to_be_hidden()
    press(page, "x", "k", "k", "Shift+X")
    bar.get_by_role("button", name="Close").click()
    expect(page.get_by_role("alert")).to_contain_text("2 refused; 1 incident is closed.")
    expect(page.locator(".finding b").first).to_have_text("No article says yet what resolved this.")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)


def test_without_javascript_the_same_works_with_boxes_and_buttons(lists):
    page = lists.visit("/incidents?list=ended", who="ben", viewport=WIDE, java_script_enabled=False)
    for title in (1, 2):
        page.get_by_role("checkbox", name=f"Select INC-00000{title}").check()
    page.locator("#many-acts summary", has_text="Assign").click()
    page.get_by_label("Agent", exact=True).select_option("Ben Sato")
    page.get_by_role("button", name="Assign them").click()
    expect(page.get_by_text("2 incidents are assigned.")).to_be_visible()
    page.locator("#filters summary", has_text="Agent").click()
    page.locator("#filters .picks a", has_text="Ben Sato").click()
    expect(page.locator("h1")).to_contain_text("3")
    page.locator("#filters summary", has_text="Save view").click()
    page.get_by_label("Name of this view").fill("Mine that ended")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(
        page.get_by_role("navigation", name="Desk").get_by_role("link", name="Mine that ended")
    ).to_be_visible()


def test_ctrl_k_goes_anywhere_with_arrows_and_enter_and_escape_goes_nowhere(lists):
    page = lists.visit("/incidents?list=ended", who="ben", viewport=WIDE)
    palette = page.get_by_role("dialog", name="Go to anything")
    press(page, "Control+k")
    expect(palette.get_by_role("link", name="New incident")).to_be_visible()
    press(page, "Escape")
    expect(palette).to_be_hidden()
    press(page, "g")
    page.keyboard.type("INC-2")
    expect(palette.get_by_role("link", name=TITLES[1])).to_be_visible()
    press(page, "ArrowDown")
    expect(page.locator(":focus")).to_contain_text(TITLES[1])
    press(page, "Enter")
    expect(page).to_have_title(re.compile(TITLES[1]))


def test_the_palette_shows_what_was_typed_while_it_was_still_filled(lists):
    page = lists.visit("/incidents?list=ended", who="ben", viewport=WIDE)
    asked = held(page, "**/palette*")
    press(page, "g")
    meanwhile(page, lambda: asked)
    page.keyboard.type("INC-2")
    meanwhile(page, lambda: "q=INC-2" in asked[-1].request.url)
    for one in asked:
        let_go(one)
    expect(page.locator("#palette .go").first).to_contain_text(TITLES[1])


def test_a_key_works_at_once_after_the_palette_was_closed(lists):
    page = lists.visit("/incidents?list=ended", who="ben", viewport=WIDE)
    for _ in range(10):
        press(page, "Control+k", "Escape", "g")
        expect(page.get_by_role("dialog", name="Go to anything")).to_be_visible()
        press(page, "Escape")


def test_the_palette_is_a_page_without_javascript(lists):
    page = lists.visit("/incidents", who="ben", java_script_enabled=False)
    page.get_by_role("link", name="Go to anything").click()
    page.get_by_label("Go to anything").fill("okafor")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Ada Okafor").click()
    expect(page.get_by_role("link", name=TITLES[0])).to_be_visible()


def test_w_opens_what_there_is_to_write_down(lists):
    with lists.rows() as db:
        two = db.get(type(make.incident(db)), 2)
        two.resolved_by = make.person(db)
    page = lists.visit("/incidents?list=document", who="ben", viewport=WIDE)
    expect(page.get_by_text("No article says yet what resolved this.")).to_be_visible()
    press(page, "j", "w")
    expect(page.get_by_role("heading", name="What was learned")).to_be_visible()


@pytest.mark.parametrize("width", [920, 1180, 1280, 1440, 1720])
def test_titles_have_room_and_nothing_is_cut_off_beside_the_preview(lists, width):
    page = lists.visit("/incidents?list=ended", who="ben", viewport={"width": width, "height": 800})
    table, title = page.locator(".table"), page.locator("td.title").first
    assert table.evaluate("at => at.scrollWidth <= at.clientWidth")
    assert title.bounding_box()["width"] > 0.4 * table.bounding_box()["width"]
    expect(title).to_contain_text("INC-000001")


def test_without_javascript_no_key_is_promised_and_no_empty_pane_stands_beside_the_list(lists):
    page = lists.visit("/incidents?list=ended", who="ben", viewport=WIDE, java_script_enabled=False)
    expect(page.locator("#preview")).to_be_hidden()
    expect(page.locator("kbd:visible")).to_have_count(0)
