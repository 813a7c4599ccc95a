"""Whatever goes wrong while somebody writes, the text is still there, and a plain sentence says what happened."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete

from assistant.desk import lifecycle, relations
from assistant.desk.signin import SignIn
from assistant.web.guard import limiter
from kb import authoring
from kb.article import Article
from tests import make
from tests.flows.served import held, let_go, meanwhile, until

pytestmark = pytest.mark.browser
LONG = "She sees a grey window, then “error 0x80070035”, then nothing.\nSecond line. " * 20


@pytest.fixture(autouse=True)
def limits(monkeypatch):
    """Count attempts as in life."""
    monkeypatch.setattr(limiter, "enabled", True)


@pytest.fixture
def incident(desk):
    """The path of an incident that Ada reported."""
    with desk.rows() as db:
        return f"/incidents/{make.incident(db).number}"


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def javascript(request):
    """Whether the browser runs JavaScript."""
    return request.param


DRAFT_KEPT = "Object.keys(localStorage).some(name => name.startsWith('draft:'))"


TYPING = """() => {
  window.setTimeout = () => 0;  // nothing that waits has its turn any more
  const type = (text) => {
    const field = document.querySelector("#say");
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  %s
}"""
LEAVE = 'type("The cable is broken"); location.href = "/notifications";'
GO_TO_THE_SEARCH = """
  type("The cable is broken");
  document.querySelector("input[type=search]").dispatchEvent(new Event("input", { bubbles: true }));
"""
SIGN_OUT = """
  type("The cable is");
  document.querySelector("form[data-forgets]").requestSubmit();
  type("The cable is broken");
"""
ALL_KEPT = "JSON.stringify(localStorage)"


def text_of(field):
    return field.input_value().replace("\r\n", "\n").strip()


def sign_everybody_out(desk):
    with desk.rows() as db:
        db.execute(delete(SignIn))


def test_a_refused_incident_comes_back_with_every_word(desk, javascript):
    page = desk.visit("/incidents/new", who="ben", java_script_enabled=javascript)
    page.get_by_label("What does not work").fill("No drive P:")
    page.get_by_label("Symptoms").fill(LONG)
    page.locator("#requester").fill("nobody@nowhere.example")
    page.get_by_label("Source").select_option("walk-in")
    page.get_by_role("button", name="Record the incident").click()
    expect(page.locator("#requester-finding")).to_contain_text("Nobody here is known as")
    assert text_of(page.get_by_label("Symptoms")) == LONG.strip()
    expect(page.locator("#requester")).to_have_value("nobody@nowhere.example")
    expect(page.get_by_label("Source")).to_have_value("walk-in")
    expect(page.locator("#requester")).to_have_attribute("aria-invalid", "true")
    if javascript:
        expect(page.locator("#requester")).to_be_focused()


def test_a_note_written_while_the_sign_in_ended_stays_in_its_field(desk, incident):
    page = desk.visit(incident, who="ben")
    page.get_by_label("What to write").fill(LONG)
    sign_everybody_out(desk)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#notices")).to_contain_text("You are signed out")
    assert text_of(page.get_by_label("What to write")) == LONG.strip()


def test_a_form_sent_without_javascript_after_the_sign_in_ended_gives_the_text_back(desk):
    page = desk.visit("/articles/new", who="ben", java_script_enabled=False)
    page.get_by_label("Title").fill("Drive P: does not appear")
    page.get_by_label("Resolution").fill(LONG)
    sign_everybody_out(desk)
    page.get_by_role("button", name="Save as work in progress").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    expect(page.locator("pre.kept").last).to_have_text(LONG.strip())


def test_after_signing_in_again_the_long_form_is_filled_as_it_was(desk):
    desk.person("ben")
    page = desk.visit("/articles/new", who="ben")
    page.get_by_label("Title").fill("Drive P: does not appear")
    page.get_by_label("Resolution").fill(LONG)
    sign_everybody_out(desk)
    page.get_by_role("button", name="Save as work in progress").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    page.get_by_role("link", name="Sign in").last.click()
    page.get_by_label("Mail address").fill("ben@example.org")
    page.get_by_label("Password").fill(make.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Title")).to_have_value("Drive P: does not appear")
    assert text_of(page.get_by_label("Resolution")) == LONG.strip()


def test_a_page_whose_proof_is_gone_gives_the_text_back(desk, incident, javascript):
    page = desk.visit(incident, who="ben", java_script_enabled=javascript)
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "kintsugi", "value": desk.ticket("ben"), "url": desk.address}])
    page.get_by_label("What to write").fill(LONG)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("This page was open for too long")).to_be_visible()
    kept = page.get_by_label("What to write") if javascript else page.locator("pre.kept").last
    assert (text_of(kept) if javascript else kept.inner_text().strip()) == LONG.strip()


def test_two_who_edit_one_field_see_both_texts(desk, incident, javascript):
    page = desk.visit(f"{incident}/edit", who="ben", java_script_enabled=javascript)
    with desk.rows() as db:
        row = relations.by_number(db, incident.rpartition("/")[2])
        changes = {"symptoms": "Cleo saw it on two laptops."}
        lifecycle.edit(db, row, changes, seen=row.version, actor=make.person(db, "cleo"), now=make.NOON)
    page.get_by_label("Symptoms").fill("Ben saw it on his own.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_contain_text(
        "Somebody else changed this incident while you wrote."
    )
    expect(page.locator(".versus pre")).to_have_text(
        ["Cleo saw it on two laptops.", "Ben saw it on his own."]
    )
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#facts")).to_contain_text("Ben saw it on his own.")


def test_two_who_revise_one_article_see_both_texts(desk, javascript):
    with desk.rows() as db:
        number = make.article(db).number
    page = desk.visit(f"/articles/{number}/edit", who="ben", java_script_enabled=javascript)
    with desk.rows() as db:
        article = db.get(Article, 1)
        theirs = make.content(cause="Cleo's cause.")
        authoring.revise(db, article, theirs, seen=1, actor=make.person(db, "cleo"), now=make.NOON)
    page.get_by_label("Cause").fill("Ben's cause.")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_role("alert").first).to_contain_text("Somebody else saved version 2 while you wrote.")
    expect(page.locator(".versus pre")).to_have_text(["Cleo's cause.", "Ben's cause."])
    expect(page.get_by_label("Cause")).to_have_value("Ben's cause.")


def test_what_stood_in_a_closed_tab_is_there_in_the_next_one(desk):
    page = desk.visit("/help/ask/0", who="ada")
    page.get_by_label("Tell us more").fill(LONG)
    until(page, DRAFT_KEPT)
    again = page.context.new_page()
    page.close()
    again.goto("/help/ask/0")
    assert text_of(again.get_by_label("Tell us more")) == LONG.strip()


def test_what_came_back_is_said_and_one_click_begins_afresh(desk):
    page = desk.visit("/incidents/new", who="ben")
    back = page.get_by_text("What you had typed here is back.")
    page.get_by_label("Symptoms").fill(LONG)
    page.get_by_label("Source").select_option("walk-in")
    until(page, DRAFT_KEPT)
    expect(back).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Source")).to_have_value("walk-in")
    expect(back).to_be_visible()
    page.get_by_role("button", name="Begin afresh").click()
    expect(page.get_by_label("Symptoms")).to_have_value("")
    expect(page.get_by_label("What does not work")).to_be_focused()
    expect(back).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Source")).to_have_value("phone")
    expect(back).to_have_count(0)


def test_answers_that_arrive_while_ben_types_leave_his_draft_alone(desk):
    with desk.rows() as db:
        make.article(db)
    desk.work()
    page = desk.visit("/incidents/new", who="ben")
    page.get_by_label("What does not work").fill("VPN drops")
    page.get_by_label("Symptoms").fill(LONG)
    expect(page.locator("#suggestions .sug").first).to_be_visible()
    until(page, "Object.values(localStorage).some(kept => kept.includes('grey window'))")
    again = page.context.new_page()
    page.close()
    again.goto("/incidents/new")
    assert text_of(again.get_by_label("Symptoms")) == LONG.strip()


def test_a_draft_is_gone_when_it_was_sent_and_nobody_else_sees_it(desk):
    page = desk.visit("/help/ask/0", who="ada")
    page.get_by_label("What does not work").fill("No drive P:")
    page.get_by_label("Tell us more").fill(LONG)
    until(page, DRAFT_KEPT)
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "kintsugi", "value": desk.ticket("eve"), "url": desk.address}])
    other = page.context.new_page()
    other.goto("/help/ask/0")
    expect(other.get_by_label("Tell us more")).to_have_value("")
    other.get_by_label("What does not work").fill("Mine")
    other.get_by_role("button", name="Send").click()
    expect(other.get_by_role("heading", name="Mine")).to_be_visible()
    other.wait_for_load_state()
    other.goto("/help/ask/0")
    expect(other.get_by_label("What does not work")).to_have_value("")


@pytest.mark.parametrize("size_bytes", [25 * 1024 * 1024 + 1, 27 * 1024 * 1024])
def test_a_file_that_is_too_large_is_named_and_the_note_beside_it_stays(desk, incident, tmp_path, size_bytes):
    large = tmp_path / "screen.txt"
    large.write_bytes(b"a" * size_bytes)
    page = desk.visit(incident, who="ben")
    page.get_by_label("What to write").fill("Half a note")
    page.keyboard.press("Escape")
    page.locator("#head").get_by_text("More", exact=True).click()
    page.get_by_label("Attach a file").set_input_files(large)
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.get_by_text("25 MB.").locator("visible=true").first).to_be_visible()
    expect(page.locator("body")).to_contain_text(
        "too large" if size_bytes > 26 * 1024 * 1024 else "larger than 25 MB"
    )
    expect(page.get_by_label("What to write")).to_have_value("Half a note")


def test_too_many_attempts_to_sign_in_are_told_in_a_sentence(desk):
    page = desk.visit("/sign-in", java_script_enabled=False)
    for _ in range(11):
        page.get_by_label("Mail address").fill("ben@example.org")
        page.get_by_label("Password").fill("not my password")
        page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("That was too fast")
    expect(page.locator("main")).to_contain_text("Wait a minute, then try again.")
    expect(page.locator("pre.kept")).to_have_text("ben@example.org")


def test_a_desk_that_cannot_be_reached_keeps_the_note(desk, incident):
    page = desk.visit(incident, who="ben")
    page.get_by_label("What to write").fill(LONG)
    page.context.set_offline(True)
    until(page, "!navigator.onLine")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#notices")).to_contain_text("The desk cannot be reached.")
    assert text_of(page.get_by_label("What to write")) == LONG.strip()
    page.context.set_offline(False)
    until(page, "navigator.onLine")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#timeline .note .entry")).to_contain_text("error 0x80070035")


def test_a_second_click_while_the_first_is_answered_sends_nothing_again(desk, incident):
    page = desk.visit(incident, who="ben")
    asked = held(page, "**/note")
    page.get_by_label("What to write").fill("The cable is broken")
    page.get_by_role("button", name="Send").dblclick()
    meanwhile(page, lambda: asked)
    let_go(asked[0])
    expect(page.locator("#notices")).to_contain_text("Work note added.")
    expect(page.locator("#timeline .note .entry")).to_have_text("The cable is broken")
    assert len(asked) == 1


def test_what_was_typed_in_the_moment_before_leaving_is_there_on_the_way_back(desk, incident):
    page = desk.visit(incident, who="ben")
    page.evaluate(TYPING % LEAVE)
    page.wait_for_url("**/notifications")
    page.goto(incident)
    expect(page.locator("#say")).to_have_value("The cable is broken")


def test_what_was_typed_in_the_moment_before_another_form_is_kept(desk, incident):
    page = desk.visit(incident, who="ben")
    page.evaluate(TYPING % GO_TO_THE_SEARCH)
    assert "The cable is broken" in page.evaluate(ALL_KEPT)


def test_whoever_signs_out_leaves_nothing_half_written_behind(desk, incident):
    page = desk.visit(incident, who="ben")
    page.evaluate(TYPING % SIGN_OUT)
    expect(page.get_by_label("Password")).to_be_visible()
    assert "cable" not in page.evaluate(ALL_KEPT)
