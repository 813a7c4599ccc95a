"""Ben works without touching the mouse, and keys never get in the way of typing."""

import pytest
from playwright.sync_api import Page, expect

from tests import make

pytestmark = pytest.mark.browser
TITLES = ("Printer on floor 3 is silent", "VPN drops every few minutes", "Mail does not arrive")


@pytest.fixture
def queue(desk) -> Page:
    """Ben's browser at the list of all open incidents: three of them, the last one assigned to nobody."""
    with desk.rows() as db:
        for title in TITLES:
            make.incident(db, title)
    return desk.visit("/incidents?list=open", who="ben")


@pytest.fixture
def incident(desk) -> Page:
    """Ben's browser at Ada's incident, where one article is suggested."""
    with desk.rows() as db:
        make.incident(db, symptoms="The VPN drops every few minutes after a Windows update.")
        make.article(db)
    desk.work()
    page = desk.visit("/incidents/INC-000001", who="ben")
    expect(page.locator(".sug")).to_have_count(1)
    return page


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def focused(page):
    return page.locator(":focus")


def outline(page):
    return page.evaluate("getComputedStyle(document.activeElement).outlineStyle")


def test_ben_opens_an_incident_from_the_queue_with_j_k_and_enter(queue):
    press(queue, "j", "j", "k", "j")
    expect(focused(queue)).to_have_text(TITLES[1])
    press(queue, "Enter")
    expect(queue).to_have_title("INC-000002 VPN drops every few minutes · Kintsugi")


def test_j_stops_at_the_last_row_and_k_at_the_first(queue):
    press(queue, *"jjjjj")
    expect(focused(queue)).to_have_text(TITLES[2])
    press(queue, *"kkkkk")
    expect(focused(queue)).to_have_text(TITLES[0])


def test_the_row_that_is_chosen_can_be_seen(queue):
    press(queue, "j")
    chosen, other = (queue.locator("tbody tr").nth(place) for place in (0, 1))
    look = "row => getComputedStyle(row).backgroundColor + getComputedStyle(row).boxShadow"
    assert chosen.evaluate(look) != other.evaluate(look)


def test_question_mark_shows_the_keys_of_this_page_and_escape_gives_the_focus_back(queue):
    press(queue, "j", "?")
    keys = queue.get_by_role("dialog", name="Keys on this page")
    expect(keys).to_be_visible()
    for says in ("Next row", "Find anything", "New incident", "Close what is open"):
        expect(keys.get_by_text(says, exact=True)).to_be_visible()
    press(queue, "j", "Escape")
    expect(keys).to_be_hidden()
    expect(focused(queue)).to_have_text(TITLES[0])


def test_slash_goes_to_the_search_and_types_nothing(queue):
    press(queue, "/")
    expect(focused(queue)).to_have_attribute("name", "q")
    expect(focused(queue)).to_have_value("")
    queue.keyboard.type("vpn r n ? 1")
    expect(focused(queue)).to_have_value("vpn r n ? 1")
    press(queue, "Enter")
    expect(queue.locator("#found")).to_be_visible()


def test_one_uses_the_first_suggestion_and_r_resolves_and_closes(incident):
    press(incident, "1")
    expect(incident.get_by_role("heading", name="Resolve")).to_be_visible()
    expect(incident.get_by_label("Resolution").first).to_have_value(
        "1. Open the device manager.\n2. Switch off power saving of the adapter."
    )
    incident.evaluate("document.activeElement.blur()")
    press(incident, "r")
    expect(incident.locator("#head .state")).to_have_text("Closed")


def test_r_opens_the_form_that_resolves_and_the_focus_is_in_its_first_field(incident):
    press(incident, "r")
    expect(focused(incident)).to_have_id("resolution")
    assert outline(incident) != "none"


@pytest.mark.parametrize(("key", "kind"), [("n", "note"), ("c", "comment")])
def test_n_writes_a_note_and_c_a_comment(incident, key, kind):
    press(incident, key)
    expect(focused(incident)).to_have_id("say")
    incident.keyboard.type("r a 1 ? are only letters here")
    expect(incident.locator(f"[name=kind][value={kind}]")).to_be_checked()
    press(incident, "Control+Enter")
    expect(incident.locator(f"#timeline .{kind} .entry")).to_have_text("r a 1 ? are only letters here")
    expect(incident.locator("#head .state")).to_have_text("New")


def test_a_assigns_and_escape_closes_the_panel_where_it_was_opened(incident):
    press(incident, "a")
    expect(focused(incident)).to_have_id("group_id")
    press(incident, "Tab", "Escape")
    expect(incident.locator("#group_id")).to_be_hidden()
    expect(focused(incident)).to_contain_text("Assign")
    assert outline(incident) != "none"


def test_t_takes_the_incident_and_the_focus_stays_on_the_page(incident):
    incident.get_by_role("button", name="Take it").focus()
    press(incident, "t")
    expect(incident.locator("#head")).to_contain_text("Ben Sato")
    expect(focused(incident)).to_have_id("head")
    press(incident, "n")
    expect(focused(incident)).to_have_id("say")


def test_somebody_who_speaks_to_the_computer_switches_single_keys_off(incident):
    press(incident, "?")
    incident.get_by_label("Use single keys").uncheck()
    press(incident, "Escape", "r", "n", "t")
    expect(incident.locator("#suggestions")).to_be_visible()
    expect(incident.locator("#head")).to_contain_text("nobody yet")
    press(incident, "?")
    expect(incident.get_by_label("Use single keys")).not_to_be_checked()


def test_tab_reaches_the_page_first_by_the_skip_link_and_every_stop_can_be_seen(incident):
    incident.evaluate("document.activeElement.blur()")
    press(incident, "Tab")
    expect(focused(incident)).to_have_text("Skip to the page")
    press(incident, "Enter")
    seen = []
    for _ in range(25):
        press(incident, "Tab")
        seen.append(incident.evaluate(VISIBLE))
    assert not [stop for stop in seen if stop]


VISIBLE = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
  if (at === document.body) return "";
  const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return inside && style.outlineStyle !== "none" ? "" : at.outerHTML.slice(0, 120);
}"""


def test_a_press_that_changes_the_page_in_place_leaves_the_focus_where_it_was(incident):
    incident.get_by_role("button", name="Reference").focus()
    press(incident, "Enter")
    expect(incident.get_by_text("Kept as reference", exact=True)).to_be_visible()
    expect(focused(incident)).to_have_text("Reference")
