"""The main story: an incident is recorded, solved and written down; the next one like it gets that article first."""

import re

import pytest
from playwright.sync_api import expect

from tests import make
from tests.flows.served import until

pytestmark = pytest.mark.browser
ADA = (
    "My laptop falls off the wifi when I walk to a meeting",
    "Each time I carry my laptop to a meeting room on floor 4 the wifi is gone. I connect again by hand.",
)
EVE = (
    "Notebook loses wireless between rooms",
    "Whenever I go to the conference room, the wireless network disconnects until I choose it again.",
)
OTHERS = (  # what the desk knew before: (title, issue, resolution)
    ("Printer prints strange symbols", "Pages full of symbols come out.", "1. Install the new driver."),
    ("Mail asks for the password again", "Outlook asks for the password all day.", "1. Delete the profile."),
    ("Badge is not known at the door", "The door beeps twice and stays shut.", "1. Register the badge."),
    ("VPN does not connect in a hotel", "The tunnel fails abroad.", "1. Sign in on the hotel's page first."),
)
NOTE = "The driver 22.40 of the adapter does not roam. With 22.80 it stays connected on the whole floor."
CAUSE = "The adapter driver 22.40 does not roam between access points."
RESOLUTION = "1. Install the adapter driver 22.80.\n2. Restart the laptop."


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def javascript(request):
    """Whether the browsers of this story run JavaScript."""
    return request.param


@pytest.fixture
def desk(real_desk):
    """A desk with the cast, who have passwords, and with articles about other things."""
    for who in ("ada", "ben", "cleo", "eve"):
        real_desk.person(who)
    with real_desk.rows() as db:
        for title, issue, resolution in OTHERS:
            make.article(db, title=title, issue=issue, resolution=resolution)
    real_desk.work()
    return real_desk


@pytest.fixture
def enter(desk, javascript):
    """Let somebody sign in as people do: enter("ada")."""

    def sign_in(who):
        page = desk.visit("/sign-in", java_script_enabled=javascript)
        page.get_by_label("Mail address").fill(f"{who}@example.org")
        page.get_by_label("Password").fill(make.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        return page

    return sign_in


def report(page, title, words):
    """Ask as requesters do; return the incident's number."""
    page.goto("/help")
    page.get_by_role("link", name="Ask the service desk").click()
    page.get_by_role("link", name="I do not know").click()
    page.get_by_label("What does not work").fill(title)
    page.get_by_label("Tell us more").fill(words)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    return page.locator("main .number").first.inner_text()


def open_incident(page, title, javascript):
    """Open an incident from the list of those that nobody has taken; return what resolved it before."""
    page.goto("/incidents?list=unassigned")
    page.get_by_role("link", name=title).click()
    if not javascript:
        page.get_by_role("link", name="Look for what resolved this before").click()
    expect(page.locator("#suggestions .foot")).to_be_visible()
    return page.locator("#suggestions")


def use_and_close(page, javascript):
    """Take the first suggestion and close with it: two keys, or two clicks."""
    keys = {"1": "Use this", "r": "Resolve and close"}
    for key, name in keys.items():
        button = page.locator("#beside").get_by_role("button", name=name).first
        expect(button).to_be_visible()
        page.evaluate("document.activeElement.blur()") if javascript else None
        page.keyboard.press(key) if javascript else button.click()
    expect(page.locator("#head .state")).to_have_text("Closed")


def publish(page, title):
    """Validate an article and let requesters read it."""
    page.goto("/articles?confidence=not_validated")
    page.get_by_role("link", name=title).click()
    page.get_by_text("State", exact=False).locator("visible=true").first.click()
    page.get_by_label("Confidence").select_option("validated")
    page.get_by_role("button", name="Change the state").click()
    expect(page.locator(".head .state")).to_have_text("Validated")
    page.get_by_role("link", name="Publish").click()
    page.locator("[name=audience][value=requesters]").check()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Everybody who can sign in.", exact=True)).to_be_visible()


def find_and_read(page, question, javascript):
    """Ask in the portal and open the first answer; return the article."""
    page.goto("/help")
    page.get_by_label("What is not working?").fill(question)
    if not javascript:
        page.get_by_role("button", name="Look for answers").click()
    page.locator("#answers .answer a").first.click()
    return page.locator("article.doc")


def learn(page):
    """Note what was found, be refused without a resolution, and write the article beside the incident."""
    page.get_by_label("What to write").fill(NOTE)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#timeline")).to_contain_text(NOTE)
    until(page, "!document.querySelector('#head.htmx-request')")
    page.locator("#head").get_by_role("link", name="Resolve").click()
    page.get_by_role("button", name="Resolve and close").click()
    refused = page.locator("#resolve .field:has(#resolution) .finding")
    expect(refused).to_have_text("The resolution is missing. Write the steps that restore the service.")
    expect(page.locator("#head .state")).to_have_text("New")
    expect(page.locator("#write_title")).to_have_value(ADA[0])
    expect(page.locator("#write_issue")).to_have_value(ADA[1])
    expect(page.locator(".card.words")).to_contain_text(ADA[1])
    page.locator("#resolution").fill(RESOLUTION)
    page.locator("#cause").fill(CAUSE)
    page.get_by_role("button", name="Resolve and close").click()
    expect(page.locator("#head .state")).to_have_text("Closed")


@pytest.mark.model
def test_what_ben_learned_from_ada_is_the_first_thing_he_sees_for_eve(desk, enter, javascript):
    ada, ben, eve = enter("ada"), enter("ben"), enter("eve")
    first = report(ada, *ADA)
    desk.work()
    expect(open_incident(ben, ADA[0], javascript)).to_contain_text("Nobody here has solved this before")
    learn(ben)
    expect(ben.locator("#facts")).to_contain_text(re.compile(rf"Resolved itKB-\d{{6}} {re.escape(ADA[0])}"))

    second = report(eve, *EVE)
    desk.work()
    best = open_incident(ben, EVE[0], javascript).locator(".sug").first
    expect(best.get_by_role("heading")).to_contain_text(ADA[0])
    expect(best).to_have_class(re.compile("best"))
    expect(best).to_contain_text("held 1 of 1 time")
    use_and_close(ben, javascript)
    expect(ben.locator("#facts")).to_contain_text("Install the adapter driver 22.80.")
    ben.locator("#facts").get_by_role("link", name=ADA[0]).first.click()
    expect(ben.locator(".head")).to_contain_text("Held 2 of 2 times")

    publish(enter("cleo"), ADA[0])
    desk.work()
    answer = find_and_read(ada, "wireless is lost in the meeting room", javascript)
    expect(answer).to_contain_text("Install the adapter driver 22.80.")

    ada.goto(f"/incidents/{first}")
    ada.get_by_text("It still does not work").click()
    ada.get_by_label("What happens now").fill("It happened again today.")
    ada.get_by_role("button", name="Open it again").click()
    expect(ada.locator("#timeline")).to_contain_text("It happened again today.")
    ben.goto(f"/incidents/{second}")
    expect(ben.locator("#facts")).to_contain_text("Resolved it")
    ben.goto(f"/incidents/{first}")
    expect(ben.locator("#head")).to_contain_text("Opened again once")
    expect(ben.locator("#facts")).to_contain_text("Did not hold")
    ben.locator("#facts").get_by_role("link", name=ADA[0]).first.click()
    expect(ben.locator(".head")).to_contain_text("Held 1 of 2 times")


def test_what_is_alike_is_looked_for_once_it_comes_into_view(desk):
    with desk.rows() as db:
        number = make.incident(db, "VPN drops", symptoms="It drops.\n\n" * 60).number
    page = desk.visit(f"/incidents/{number}", who="ben", viewport={"width": 1280, "height": 400})
    until(page, "!document.querySelector('.htmx-request, [aria-busy=true]')")
    alike = page.locator("#alike")
    expect(alike.get_by_role("link", name="Look for more like this")).to_have_count(1)
    alike.scroll_into_view_if_needed()
    expect(alike).to_contain_text("Search with this text")
