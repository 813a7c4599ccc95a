"""Cleo's morning: a flag settled, a version brought back, two articles merged, one published, a file brought in."""

import pytest
from playwright.sync_api import expect

from assistant.desk import upkeep
from kb import authoring
from kb.article import Article
from kb.likeness import Likeness
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.both]
SCRIPTED = pytest.mark.parametrize("scripted", [True, False], ids=["with JavaScript", "without JavaScript"])


@pytest.fixture
def filled(desk):
    """A desk where Ben flagged an article, changed it for the worse, and wrote nearly the same again."""
    with desk.rows() as db:
        ben = make.person(db)
        make.person(db, "ada")
        article = make.article(db, "not_validated", "internal")
        worse = make.content(cause="Nobody knows.")
        authoring.revise(db, article, worse, seen=1, actor=ben, now=make.NOON)
        upkeep.flag(db, article, "The cause is gone.", actor=ben, now=make.NOON)
        other = make.article(db, "not_validated", issue="The tunnel goes away in the train.")
        db.add(Likeness(article_id=article.id, other_id=other.id, nearness=0.93, found_at=make.NOON))
    return desk


@SCRIPTED
def test_cleo_settles_what_waits(filled, scripted):
    cleo = filled.visit("/", who="cleo", java_script_enabled=scripted)
    expect(cleo.get_by_role("heading", level=1)).to_have_text("What matters this week")
    settle_the_flag(cleo)
    ben = filled.visit("/notifications", who="ben", java_script_enabled=scripted)
    expect(ben.locator("main")).to_contain_text("is settled: The cause is back.")
    merge_the_pair(cleo)
    publish(cleo)
    ada = filled.visit("/articles/KB-000002", who="ada", java_script_enabled=scripted)
    assert "/help/articles/KB-000001" in ada.url
    expect(ada.locator("main")).to_contain_text("The tunnel goes away in the train.")


def settle_the_flag(cleo):
    cleo.get_by_role("link", name="KB-000001").first.click()
    cleo.get_by_role("link", name="Read KB-000001").click()
    cleo.get_by_role("link", name="Version 1").click()
    expect(cleo.get_by_role("button", name="Restore this version")).to_be_visible()
    cleo.get_by_role("button", name="Restore this version").click()
    expect(cleo.locator("main")).to_contain_text("switches the power saving of the network adapter back on.")
    cleo.goto("/curation?kind=flags")
    cleo.get_by_role("link", name="KB-000001").first.click()
    cleo.get_by_label("What was done about it").fill("The cause is back.")
    cleo.get_by_role("button", name="Settle the flag").click()
    expect(cleo.locator("main")).to_contain_text("Nothing waits here")


def merge_the_pair(cleo):
    cleo.get_by_role("link", name="Near-duplicates").click()
    cleo.get_by_role("link", name="KB-000001 + KB-000002").click()
    cleo.get_by_role("link", name="Merge into KB-000001").click()
    expect(cleo.get_by_label("Issue")).to_have_value(
        "The VPN drops every few minutes after a Windows update.\n\nThe tunnel goes away in the train."
    )
    cleo.get_by_role("button", name="Merge them").click()
    expect(cleo.locator("main")).to_contain_text("KB-000002 “VPN disconnects at intervals")


def publish(cleo):
    cleo.get_by_role("link", name="Publish").click()
    expect(cleo.locator("main")).to_contain_text("1 more person")
    cleo.get_by_role("button", name="Publish").click()
    expect(cleo.locator("main")).to_contain_text("Everybody who can sign in.")


@SCRIPTED
def test_cleo_brings_in_a_file_after_a_dry_run(desk, scripted):
    cleo = desk.visit("/articles", who="cleo", java_script_enabled=scripted)
    cleo.get_by_role("link", name="Import").click()
    pages = b"title,issue,resolution\nToner smells,It smells.,Open a window.\n"
    cleo.get_by_label("The file").set_input_files(
        {"name": "wiki.csv", "mimeType": "text/csv", "buffer": pages}
    )
    cleo.get_by_role("button", name="Upload and look into it").click()
    expect(cleo.locator("main")).to_contain_text("“Toner smells”")
    for button, told in (("Dry run", "Nothing was changed"), ("Import for real", "1 new")):
        cleo.get_by_role("button", name=button).click()
        expect(cleo.locator("#runs")).to_contain_text("waits for the worker")
        desk.work()
        if not scripted:
            cleo.reload()
        expect(cleo.locator("#runs .card").first).to_contain_text(told)
    with desk.runtime.reading() as db:
        assert db.get_one(Article, 1).title == "Toner smells"


def test_cleo_walks_the_list_by_keyboard_and_the_evidence_opens_in_place(filled):
    cleo = filled.visit("/curation", who="cleo")
    cleo.keyboard.press("j")
    cleo.keyboard.press("Enter")
    expect(cleo.locator("#evidence")).to_be_visible()
    expect(cleo).to_have_url(f"{filled.address}/curation")
