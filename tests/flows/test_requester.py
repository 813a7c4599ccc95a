"""A requester’s day in a browser: finds the answer, asks with files, follows, says “me too”; also without scripts."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, select

from assistant.desk import closure, conversation, notice
from assistant.desk.closure import Outcome
from assistant.desk.incident import Incident
from assistant.desk.signin import SignIn
from kb.votes import Vote
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.both]


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def javascript(request):
    """Whether the browser runs JavaScript."""
    return request.param


@pytest.fixture
def ada(desk, javascript):
    """Ada's browser, on a desk with one article, one service with questions, and people."""
    with desk.rows() as db:
        service = make.service(db)
        service.questions = [
            {"label": "Where are you", "kind": "choice", "choices": ["Home", "Office"], "required": True},
            {"label": "Which device", "kind": "item"},
        ]
        make.item(db, "LT-20981", service=service)
        make.article(db, services=[service])
        make.person(db, "ada")
    desk.work()
    return desk.visit("/help", who="ada", java_script_enabled=javascript)


def search(page, words, javascript):
    page.goto("/help")
    page.get_by_label("What is not working?").fill(words)
    if not javascript:
        page.get_by_role("button", name="Look for answers").click()


def test_ada_finds_the_answer_in_her_own_spelling_and_says_that_it_helped(desk, ada, javascript):
    search(ada, "vpn drps evry few mintues", javascript)
    ada.locator("#answers").get_by_role("link", name="VPN disconnects at intervals").click()
    expect(ada.locator("article.doc")).to_contain_text("Switch off power saving of the adapter.")
    ada.get_by_role("button", name="This solved it").click()
    expect(ada.locator("#vote")).to_contain_text("Good that it works again.")
    ada.locator("#vote summary").click()
    ada.get_by_label("What should be clearer").fill("A picture would help.")
    ada.get_by_role("button", name="Send").click()
    expect(ada.locator("#vote")).to_contain_text("A picture would help.")
    with desk.rows() as db:
        vote = db.scalar(select(Vote))
        assert (vote.helpful, vote.comment) == (True, "A picture would help.")


def test_ada_asks_with_files_follows_answers_and_confirms(desk, ada, javascript, tmp_path):
    pictures = [tmp_path / "one.txt", tmp_path / "two.txt"]
    for file in pictures:
        file.write_text(f"log of {file.name}")
    search(ada, "vpn drops at home", javascript)
    ada.locator("#answers").get_by_role("link", name="VPN disconnects at intervals").click()
    ada.get_by_role("button", name="It did not").click()
    ada.locator("#vote").get_by_role("link", name="Ask the service desk").click()
    ada.get_by_role("link", name="Remote access").click()
    expect(ada.get_by_label("What does not work")).to_have_value("vpn drops at home")
    ada.get_by_label("Tell us more").fill("Since nine.")
    ada.get_by_label("Home").check()
    ada.get_by_label("Which device").fill("LT-20981")
    ada.get_by_label("Pictures or files").set_input_files(pictures)
    ada.get_by_role("button", name="Send").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("vpn drops at home")
    expect(ada.locator(".stands")).to_contain_text("We have it.")
    for file in pictures:
        expect(ada.get_by_role("link", name=file.name)).to_be_visible()

    with desk.rows() as db:
        incident, ben = db.scalar(select(Incident)), make.person(db)
        assert (incident.environment, [item.name for item in incident.items]) == (
            "Where are you: Home",
            ["LT-20981"],
        )
        conversation.comment(db, incident, "Please send the log.", actor=ben, now=desk.runtime.now())
    ben = desk.visit("/incidents/INC-000001", who="ben")
    expect(ben.locator("#before")).to_contain_text("vpn drops at home")
    expect(ben.locator("#before")).to_contain_text("Said it did not help")

    ada.get_by_role("link", name="Notifications").click()
    ada.get_by_role("link", name="Ben Sato wrote").click()
    expect(ada.locator("#timeline")).to_contain_text("Please send the log.")
    ada.get_by_label("Write to the service desk").fill("Here it is.")
    ada.get_by_label("With files").set_input_files(pictures[0])
    ada.get_by_role("button", name="Send").click()
    expect(ada.locator("#timeline li", has_text="Here it is.").get_by_role("link")).to_have_text("one.txt")

    with desk.rows() as db:
        outcome = Outcome("link", resolution="Switched it off.", article_id=1)
        incident = db.scalar(select(Incident))
        closure.resolve(db, incident, outcome, close=False, actor=make.person(db), now=desk.runtime.now())
    ada.goto("/incidents/INC-000001")
    ada.get_by_role("button", name="Yes, it works again").click()
    expect(ada.locator(".stands")).to_contain_text("This is solved and closed.")


def test_ada_says_me_too_before_she_sends_and_hears_that_it_is_solved(desk, ada, javascript):
    with desk.rows() as db:
        incident = make.incident(db, "gw-01 hangs", requester=make.person(db, "eve"))
        told = notice.announce(
            db, incident, "The VPN drops in Porto", "Use a cable.", actor=make.person(db), now=make.NOON
        )
        path = told.path
    desk.work()
    ada.goto("/help/ask/0")
    ada.get_by_label("What does not work").fill("The VPN drops in Porto")
    if not javascript:
        ada.get_by_role("button", name="Look for answers first").click()
    expect(ada.locator("#likely")).to_contain_text("This is known: is it the same for you?")
    expect(ada.locator("#likely").get_by_role("link", name="Me too")).to_have_attribute("href", path)
    ada.goto(path)
    ada.get_by_role("button", name="Me too").click()
    expect(ada.locator("#joined")).to_contain_text("One person is affected. You are one of them")
    ada.get_by_role("link", name="My incidents").click()
    expect(ada.get_by_role("link", name="The VPN drops in Porto")).to_be_visible()
    with desk.rows() as db:
        incident = db.scalar(select(Incident))
        incident.phase = "resolved"
        notice.follow(db, incident, actor=make.person(db), now=desk.runtime.now())
    ada.get_by_role("link", name="Notifications").click()
    ada.get_by_role("link", name="It is solved: The VPN drops in Porto").click()
    ada.get_by_role("button", name="It works again for me").click()
    expect(ada.locator("#joined")).to_contain_text("it works again for you")


def test_a_sign_in_that_ends_in_the_middle_of_the_form_loses_nothing(desk, ada, javascript):
    desk.person("ada")
    ada.goto("/help/ask/1?q=vpn+gone")
    ada.get_by_label("Tell us more").fill("Since nine. " * 50)
    ada.get_by_label("Office").check()
    with desk.rows() as db:
        db.execute(delete(SignIn))
    ada.get_by_role("button", name="Send").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("You are signed out")
    if not javascript:
        expect(ada.locator("pre.kept", has_text="Since nine.")).to_be_visible()
        expect(ada.locator("pre.kept", has_text="Office")).to_be_visible()
        return
    ada.get_by_role("link", name="Sign in").last.click()
    ada.get_by_label("Mail address").fill("ada@example.org")
    ada.get_by_label("Password").fill(make.PASSWORD)
    ada.get_by_role("button", name="Sign in").click()
    ada.goto("/help/ask/1")
    expect(ada.get_by_label("What does not work")).to_have_value("vpn gone")
    assert ada.get_by_label("Tell us more").input_value().startswith("Since nine.")
    expect(ada.get_by_label("Office")).to_be_checked()
