"""Ben searches: answers and completions while he types, all of it by keyboard, and also without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from tests import make
from tests.flows.served import held, let_go, meanwhile
from tests.flows.test_everybody_can_use_it import harm

pytestmark = pytest.mark.browser
WIDE = {"width": 1280, "height": 800}


@pytest.fixture
def written(desk):
    """A desk with two services and an incident of each."""
    with desk.rows() as db:
        for name, title in (("Remote access", "VPN drops at home"), ("Remote printing", "Printer is silent")):
            make.incident(db, title, service=make.service(db, name))
    desk.work()
    return desk


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def search_page(written):
    """Open the search, with the focus in its box."""
    page = written.visit("/search", who="ben", viewport=WIDE)
    expect(page.get_by_role("combobox", name="Find anything")).to_be_focused()
    return page


def test_ben_narrows_his_search_by_keys_only_and_opens_what_he_finds(written):
    page = search_page(written)
    box, options = page.get_by_role("combobox", name="Find anything"), page.get_by_role("option")
    page.keyboard.type("drops ser")
    expect(page).to_have_url(re.compile(r"q=drops\+ser$"))
    expect(options).to_have_text([re.compile("service:")])
    expect(box).to_have_attribute("aria-expanded", "true")
    press(page, "ArrowDown", "Enter")
    expect(box).to_have_value("drops service:")
    expect(options.first).to_have_text(re.compile("Remote access"))
    press(page, "ArrowDown", "ArrowDown", "ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id"))
    assert harm(page) == []
    press(page, "Enter")
    expect(box).to_have_value('drops service:"Remote access" ')
    expect(page.locator("#found .go")).to_have_text(["VPN drops at home"])
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(page).to_have_url(re.compile(r"/search\?q=drops"))
    press(page, "ArrowDown")
    expect(page.get_by_role("link", name="VPN drops at home")).to_be_focused()
    press(page, "ArrowUp")
    expect(box).to_be_focused()
    press(page, "ArrowDown", "Enter")
    expect(page).to_have_title(re.compile("INC-000001"))


def test_escape_puts_the_completions_away_and_what_was_found_stays(written):
    page = search_page(written)
    page.keyboard.type("printer state")
    expect(page).to_have_url(re.compile(r"q=printer\+state$"))
    expect(page.get_by_role("option")).to_have_count(1)
    press(page, "Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Find anything")).to_have_value("printer state")
    expect(page.get_by_role("link", name="Printer is silent")).to_be_visible()


def test_a_completion_is_taken_by_a_click_and_the_box_keeps_the_focus(written):
    page = search_page(written)
    page.keyboard.type("kind:inc")
    page.get_by_role("option", name="kind:Incident").click()
    box = page.get_by_role("combobox", name="Find anything")
    expect(box).to_have_value("kind:Incident ")
    expect(box).to_be_focused()
    expect(page.locator("#found .go")).to_have_count(2)


def test_a_slow_answer_to_what_was_typed_before_is_never_shown(written):
    page = search_page(written)
    asked = held(page, "**/search?typing*")
    page.keyboard.type("vpn")
    meanwhile(page, lambda: asked)
    page.keyboard.type(" kind:service")
    meanwhile(page, lambda: "service" in asked[-1].request.url)
    for one in asked:
        let_go(one)
    expect(page.locator("#found")).to_contain_text("Nothing was found")


def test_what_is_typed_while_more_is_fetched_is_what_is_shown(written):
    with written.rows() as db:
        for at in range(30):
            make.incident(db, f"Printer {at} is silent")
    written.work()
    page = written.visit("/search?q=printer", who="ben", viewport=WIDE)
    asked = held(page, "**/search?*")
    page.get_by_role("link", name="Show more").click()
    meanwhile(page, lambda: asked)
    page.get_by_role("combobox", name="Find anything").fill("vpn drops")
    meanwhile(page, lambda: "drops" in asked[-1].request.url)
    for one in asked:
        let_go(one)
    expect(page.locator("#found .go").first).to_have_text("VPN drops at home")


def test_without_javascript_enter_searches_and_links_narrow_and_complete(written):
    page = written.visit("/search", who="ben", viewport=WIDE, java_script_enabled=False)
    box = page.get_by_label("Find anything").last
    box.fill("remote service:")
    press(page, "Enter")
    page.get_by_role("link", name=re.compile('service:"Remote access"')).click()
    expect(page.locator("#found .go")).to_have_text(["VPN drops at home"])
    page.get_by_role("link", name=re.compile("take this filter away")).click()
    expect(page.locator("#found .go")).to_have_count(4)
    page.locator("#facets").get_by_role("link", name=re.compile("^Incident")).click()
    expect(page.locator("#found .go")).to_have_count(2)
