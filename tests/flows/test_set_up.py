"""From an empty desk to its first incident, and what an administrator does next, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from assistant import first_run
from assistant.desk.asset import Service
from assistant.desk.incident import Incident
from tests import make

pytestmark = pytest.mark.browser
SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])


def press(page, name):
    page.get_by_role("button", name=name).click()


@SCRIPT
def test_dan_sets_a_new_desk_up_and_ben_works_on_its_first_incident(desk, script):
    page = desk.visit("/", java_script_enabled=script)
    expect(page.get_by_role("heading", name="This desk is new")).to_be_visible()
    page.goto(f"/set-up/{first_run.make_key(desk.runtime.settings.data)}")
    page.get_by_label("Your name").fill("Dan Novak")
    page.get_by_label("Mail address").fill("dan@example.org")
    page.get_by_label("Password").fill(make.PASSWORD)
    press(page, "Go on")
    page.get_by_label("Name").fill("Farol desk")
    press(page, "Save and go on")
    page.get_by_label("Your own").fill("Second line")
    page.get_by_role("link", name="Groups").click()  # left, and come back to
    page.get_by_label("Your own").fill("Second line")
    press(page, "Save and go on")
    page.get_by_label("Agile").check()
    press(page, "Save and go on")
    press(page, "Save and go on")
    page.get_by_label("One person a line").fill("Ben Sato, ben@example.org, Agent\nEve, nowhere")
    press(page, "Add them and make the links")
    expect(page.get_by_text("Line 2: “nowhere” is not a mail address.")).to_be_visible()
    page.get_by_label("One person a line").fill("Ben Sato, ben@example.org, Agent")
    press(page, "Add them and make the links")
    link = page.get_by_label("Link for Ben Sato").input_value()
    page.get_by_role("link", name="Go on", exact=True).click()
    expect(page.get_by_role("heading", name="Farol desk is ready")).to_be_visible()
    page.get_by_role("link", name="Record the first incident").click()
    page.get_by_label("What does not work").fill("The scanner prints stripes")
    page.get_by_label("Service", exact=True).select_option("E-mail and calendar")
    press(page, "Record the incident")
    expect(page.get_by_role("heading", name="The scanner prints stripes")).to_be_visible()

    ben = desk.visit(link, java_script_enabled=script)
    expect(ben.get_by_role("heading", name="Welcome, Ben Sato")).to_be_visible()
    ben.get_by_label("New password").fill(make.PASSWORD)
    press(ben, "Choose it and sign in")
    ben.goto("/incidents?list=open")
    expect(ben.get_by_role("link", name="The scanner prints stripes")).to_be_visible()
    with desk.rows() as db:
        incident = db.query(Incident).one()
        assert (incident.process, incident.group.name) == ("agile", "Service Desk")


@SCRIPT
def test_dan_lets_a_service_ask_what_it_needs_and_sees_its_form(desk, script):
    desk.person("dan", role="administrator")
    page = desk.visit("/admin/services/new", who="dan", java_script_enabled=script)
    page.get_by_label("Name", exact=True).fill("Remote access")
    press(page, "Add")
    page.get_by_role("link", name="Edit the questions").click()
    press(page, "Add a question")
    page.get_by_label("Question 1", exact=True).fill("Which device")
    press(page, "Add a question")
    page.get_by_label("Question 2", exact=True).fill("Where are you")
    page.get_by_label("Answered with").nth(1).select_option("One of a list")
    press(page, "Move question 2 up")
    expect(page.get_by_label("Question 1", exact=True)).to_have_value("Where are you")
    press(page, "Save")
    expect(page.locator("#choices-0-finding")).to_contain_text("nothing to choose between")
    page.get_by_label("Answers to choose from").first.fill("At home\nIn the office")
    press(page, "Show the preview") if not script else page.get_by_role(
        "button", name="Show the preview"
    ).last.click()
    expect(page.get_by_label("Preview", exact=True)).to_contain_text("In the office")
    press(page, "Save")
    expect(page.get_by_text("The form of Remote access is saved.")).to_be_visible()
    with desk.rows() as db:
        asked = db.query(Service).one().questions
        assert [one["label"] for one in asked] == ["Where are you", "Which device"]


@SCRIPT
def test_dan_gives_the_desk_its_name_and_colour(desk, script):
    desk.person("dan", role="administrator")
    page = desk.visit("/admin/brand", who="dan", java_script_enabled=script)
    page.get_by_label("What this desk is called").fill("Farol desk")
    page.get_by_label("Accent").fill("#1447e6")
    if not script:
        press(page, "Show the preview")
    expect(page.locator("#preview link")).to_have_attribute("href", "/brand/preview.css?accent=%231447e6")
    page.get_by_role("button", name="Save").first.click()
    expect(page).to_have_title("Portal and brand · Farol desk")
    gold = re.compile(r"rgb\(201, 152, 47\)")
    expect(page.locator(".rail [aria-current]")).not_to_have_css("box-shadow", gold)
