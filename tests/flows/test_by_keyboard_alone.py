"""What everybody comes for, without a mouse: every stop on the way can be seen, and nothing is far away."""

import ast
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect
from sqlalchemy import select

from assistant.desk import closure, notice, people, upkeep
from assistant.desk.asset import Service
from assistant.desk.closure import Outcome
from assistant.desk.incident import Incident
from kb.article import Article
from kb.likeness import Likeness
from kb.votes import Vote
from tests import make
from tests.flows.hands import Hands
from tests.flows.served import caught, meanwhile

pytestmark = pytest.mark.browser
MOUSE = {"click", "dblclick", "tap", "check", "uncheck", "fill", "hover", "drag_to", "select_option", "focus"}
TITLES = ("Printer on floor 3 is silent", "VPN drops every few minutes", "Mail does not arrive")


def test_no_hand_reaches_for_the_mouse():
    files = (Path(__file__), Path(__file__).with_name("hands.py"))
    calls = {
        node.func.attr
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert calls & MOUSE == set()


@pytest.fixture
def ada(desk):
    """Open a page as Ada, on a desk with one article and one service that asks something."""
    with desk.rows() as db:
        service = make.service(db)
        service.questions = [
            {"label": "Where are you", "kind": "choice", "choices": ["Home", "Office"], "required": True},
            {"label": "Which device", "kind": "item"},
        ]
        make.article(db, services=[service])
        make.person(db, "ada")
    desk.work()
    return lambda path: Hands(desk.visit(path, who="ada"))


@pytest.fixture
def ben(desk):
    """Open a page as Ben, on a desk with three incidents that nobody has taken and one article."""
    with desk.rows() as db:
        network = make.group(db, "Network", make.person(db))
        for title in TITLES:
            make.incident(db, title, service=make.service(db, title, group=network))
        make.article(db)
    desk.work()
    return lambda path: Hands(desk.visit(path, who="ben"))


@pytest.fixture
def cleo(desk):
    """Open a page as Cleo, on a desk where something waits for her."""
    with desk.rows() as db:
        make.person(db, "ada")
        article = make.article(db, "not_validated", "internal")
        other = make.article(db, "not_validated", issue="The tunnel goes away in the train.")
        db.add(Likeness(article_id=article.id, other_id=other.id, nearness=0.93, found_at=make.NOON))
        upkeep.flag(db, article, "The cause is gone.", actor=make.person(db), now=make.NOON)
    return lambda path: Hands(desk.visit(path, who="cleo"))


def test_ada_finds_the_answer_and_says_that_it_solved_it(desk, ada):
    hands = ada("/help")
    hands.stand("textbox", "What is not working?")
    hands.write("vpn drops")
    expect(hands.page.locator("#answers article")).to_be_visible()
    hands.choose("link", "VPN disconnects at intervals")
    hands.into("VPN disconnects at intervals")
    hands.choose("button", "This solved it")
    expect(hands.page.locator("#vote")).to_contain_text("Good that it works again.")
    hands.choose("summary", "Tell us more, if you like")
    hands.tab_to("textbox", "What should be clearer")
    hands.write("A picture would help.")
    hands.choose("button", "Send")
    expect(hands.page.locator("#vote")).to_contain_text("A picture would help.")
    with desk.rows() as db:
        assert db.scalars(select(Vote)).one().helpful


def test_ada_asks_through_the_form_of_a_service(desk, ada):
    hands = ada("/help?q=vpn")
    hands.tab_to("link", "None of these: ask the service desk")
    hands.press("Enter")
    hands.into("What is it about?")
    hands.choose("link", "Remote access")
    hands.into("Ask the service desk")
    hands.tab_to("textbox", "What does not work")
    hands.write("VPN drops at home")
    hands.tab_to("textbox", "Tell us more")
    hands.write("Since nine.")
    hands.tab_to("radio", "Home")
    hands.press("ArrowRight", "ArrowLeft")
    hands.tab_to("textbox", "Which device")
    hands.tab_to("button", "Pictures or files")
    hands.choose("button", "Send")
    expect(hands.page.locator(".stands")).to_contain_text("We have it.")
    with desk.rows() as db:
        assert db.scalars(select(Incident)).one().environment == "Where are you: Home"


def test_ada_joins_an_incident_that_is_known(desk, ada):
    with desk.rows() as db:
        incident = make.incident(db, "gw-01 hangs", requester=make.person(db, "eve"))
        words = ("The VPN drops in Porto", "Use a cable.")
        notice.announce(db, incident, *words, actor=make.person(db), now=make.NOON)
    hands = ada("/help")
    hands.stand("textbox", "What is not working?")
    hands.choose("link", "The VPN drops in Porto")
    hands.into("The VPN drops in Porto")
    hands.choose("button", "Me too")
    expect(hands.page.locator("#joined")).to_contain_text("You are one of them")
    hands.choose("button", "It works again for me")
    expect(hands.page.locator("#joined")).to_contain_text("it works again for you")


@pytest.mark.parametrize("answer", ["confirmed", "opened again"])
def test_ada_says_whether_it_works_again(desk, ada, answer):
    with desk.rows() as db:
        incident = make.incident(db, "No VPN in Porto")
        linked = Outcome("link", resolution="Switched it off.", article_id=1)
        closure.resolve(db, incident, linked, close=False, actor=make.person(db), now=make.NOON)
    hands = ada("/help/incidents")
    hands.into("My incidents")
    hands.choose("link", "No VPN in Porto")
    hands.into("No VPN in Porto")
    if answer == "confirmed":
        hands.choose("button", "Yes, it works again")
        expect(hands.page.locator(".stands")).to_contain_text("This is solved and closed.")
        return
    hands.choose("summary", "It still does not work")
    hands.tab_to("textbox", "What happens now")
    hands.write("Gone again since ten.")
    hands.choose("button", "Open it again")
    expect(hands.page.locator("#timeline")).to_contain_text("Gone again since ten.")


def test_ben_takes_an_incident_from_the_queue_and_answers(desk, ben):
    hands = ben("/incidents?list=unassigned")
    hands.press("j", "j")
    hands.stand("link", TITLES[1])
    hands.press("Enter")
    expect(hands.page).to_have_title(f"INC-000002 {TITLES[1]} · Kintsugi")
    hands.page.wait_for_load_state()
    hands.press("t")
    expect(hands.page.locator("#head .meta b", has_text="Ben Sato")).to_be_visible()
    hands.press("c")
    hands.stand("textbox", "What to write")
    hands.write("Please try the cable.")
    hands.press("Control+Enter")
    expect(hands.page.locator("#timeline .comment .entry")).to_have_text("Please try the cable.")


def test_what_ben_says_while_the_page_still_answers_his_last_key_stands_there(desk, ben):
    hands = ben("/incidents/INC-000002")
    asked, answers = [], []

    def hold(route):  # the first one; another may be asked for before this one's answer is fetched
        asked.append(route)
        if len(asked) > 1:
            return route.continue_()
        return answers.append(route.fetch())

    caught(hands.page, "**/timeline", hold)
    hands.press("t")
    expect(hands.page.locator("#head .meta b", has_text="Ben Sato")).to_be_visible()
    hands.press("n")
    hands.write("The driver is old.")
    hands.press("Control+Enter")
    expect(hands.page.locator("#say")).to_have_value("")
    meanwhile(hands.page, lambda: answers)  # what is held back may still be on its way here
    with suppress(Error):  # nobody waits for it any more
        asked[0].fulfill(response=answers[0])
    expect(hands.page.locator("#timeline .note .entry")).to_have_text("The driver is old.")


def test_ben_resolves_by_linking_the_article_that_solved_it(desk, ben):
    hands = ben("/incidents/INC-000002")
    hands.press("r")
    hands.stand("textbox", "Resolution")
    hands.write("Switched the power saving off.")
    hands.tab_to("radio", "No article says this yet")
    hands.press("ArrowUp", "ArrowUp")
    hands.stand("radio", "An article solved it")
    hands.tab_to("textbox", "Article")
    hands.write("KB-000001")
    hands.choose("button", "Resolve and close")
    expect(hands.page.locator("#head .state")).to_have_text("Closed")
    with desk.rows() as db:
        assert db.get_one(Incident, 2).closing_door == "link"


def test_ben_closes_with_an_article_that_he_writes(desk, ben):
    hands = ben("/incidents/INC-000001")
    hands.press("r")
    hands.stand("textbox", "Resolution")
    hands.write("1. Take the paper out.\n2. Put new toner in.")
    hands.tab_to("textbox", "Cause")
    hands.write("The toner was empty.")
    hands.tab_to("radio", "No article says this yet")
    hands.tab_to("textbox", "Title")
    hands.write("Printer is silent: toner empty")
    hands.tab_to("textbox", "Issue")
    hands.write("The printer takes the job and prints nothing.")
    hands.tab_to("textbox", "Environment")
    hands.write("Product: LaserJet 4")
    hands.tab_to("checkbox", "I looked at what is marked as personal")
    hands.press("Space")
    hands.choose("button", "Resolve and close")
    expect(hands.page.locator("#head .state")).to_have_text("Closed")
    with desk.rows() as db:
        assert db.get_one(Article, 2).title == "Printer is silent: toner empty"


def test_ben_selects_many_and_assigns_them(desk, ben):
    hands = ben("/incidents?list=unassigned")
    hands.press("j", "x", "j", "j", "X")
    expect(hands.page.locator("[name=number]:checked")).to_have_count(3)
    hands.choose("summary", "Assign")
    hands.stand("combobox", "Assignment group")
    hands.tab_to("combobox", "Agent")
    hands.press("B")  # a browser forgets after a second what was typed before
    hands.choose("button", "Assign them")
    expect(hands.page.locator("#list")).to_contain_text("Every open incident has somebody")
    with desk.rows() as db:
        assert {one.assignee.name for one in db.scalars(select(Incident))} == {"Ben Sato"}


def test_ben_goes_where_he_wants_by_the_palette(desk, ben):
    hands = ben("/incidents")
    hands.press("g")
    hands.stand("searchbox", "Go to anything")
    hands.page.keyboard.type("mail does")
    expect(hands.page.locator("#palette .go").filter(has_text="INC-000003")).to_be_visible()
    hands.press("ArrowDown")
    while "INC-000003" not in hands.at:  # a service of the same name stands before it
        before = hands.at
        hands.press("ArrowDown")
        assert hands.at != before
    hands.press("Enter")
    expect(hands.page).to_have_title(f"INC-000003 {TITLES[2]} · Kintsugi")
    hands.page.wait_for_load_state()
    hands.press("Control+k", "Escape")
    hands.press("n")
    hands.stand("textbox", "What to write")


def test_ben_merges_a_duplicate(desk, ben):
    hands = ben("/incidents/INC-000003")
    hands.press("m")
    hands.stand("textbox", "Link an article")
    hands.tab_to("textbox", "It is the same as another incident")
    hands.write("INC-000002")
    hands.choose("button", "Merge into it")
    expect(hands.page.locator("#head")).to_contain_text("This goes on as INC-000002")
    expect(hands.page.locator(":focus")).to_have_text("More")
    hands.back_to("button", "Take the merge back")


def test_cleo_settles_a_flag_from_her_worklist(desk, cleo):
    hands = cleo("/curation?kind=flags")
    hands.press("j")
    hands.stand("link", "KB-000001")
    hands.press("Enter")
    expect(hands.page.locator("#evidence")).to_be_visible()
    hands.tab_to("textbox", "What was done about it")
    hands.write("The cause is back.")
    hands.choose("button", "Settle the flag")
    expect(hands.page.locator("main")).to_contain_text("Nothing waits here")


def test_cleo_merges_near_duplicates_and_publishes_what_stays(desk, cleo):
    hands = cleo("/curation?kind=pairs")
    hands.press("j", "Enter")
    expect(hands.page.locator("#evidence")).to_be_visible()
    hands.choose("link", "Merge into KB-000001")
    hands.into("Merge KB-000002 into KB-000001")
    hands.choose("button", "Merge them")
    hands.into("VPN disconnects at intervals")
    hands.press("p")
    hands.into("Who may read")
    hands.tab_to("radio", "")
    hands.press("ArrowDown")
    hands.choose("button", "Publish")
    expect(hands.page.locator("#beside")).to_contain_text("Who may read it")
    with desk.rows() as db:
        assert db.get_one(Article, 1).audience != "internal"


def test_dan_adds_a_person_and_a_service(desk):
    with desk.rows() as db:
        make.group(db, "Network", make.person(db))
        make.person(db, "dan")
    hands = Hands(desk.visit("/admin/people", who="dan"))
    hands.into("People")
    hands.choose("link", "Add a person")
    hands.into("Add a person")
    hands.tab_to("textbox", "Name")
    hands.write("Nia New")
    hands.tab_to("textbox", "Mail address")
    hands.write("nia@example.org")
    hands.tab_to("combobox", "Role")
    hands.page.keyboard.type("Agent")
    hands.tab_to("checkbox", "Network")
    hands.press("Space")
    hands.choose("button", "Add")
    expect(hands.page.get_by_role("heading", level=1)).to_contain_text("Nia New")
    hands.page.wait_for_load_state()
    hands.press("g")
    hands.stand("searchbox", "Go to anything")
    hands.page.keyboard.type("services")
    expect(hands.page.locator("#palette .go").first).to_contain_text("Services")
    hands.press("Enter")
    hands.into("Services")
    hands.choose("link", "Add a service")
    hands.into("Add a service")
    hands.tab_to("textbox", "Name")
    hands.write("Printing")
    hands.tab_to("combobox", "Owner")
    hands.write("nia@example.org")
    hands.choose("button", "Add")
    expect(hands.page.get_by_role("heading", level=1)).to_contain_text("Printing")
    with desk.rows() as db:
        nia = people.by_email(db, "nia@example.org")
        assert (nia.role, [group.name for group in nia.groups]) == ("agent", ["Network"])
        assert db.scalars(select(Service)).one().owner is nia
