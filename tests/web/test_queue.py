"""My work and the other lists."""

import re

import pytest

from assistant.desk import conversation, link, worklist
from assistant.desk.incident import Incident
from kb.feedback import Search, Showing
from tests import make

TITLES = re.compile(r'class="go" href="/incidents/(INC-\d+)"')


def listed(answer):
    return TITLES.findall(answer.text)


@pytest.fixture
def desk(rows):
    """Three open incidents: one of Ben's, one of his group, one of nobody; and one that is resolved."""
    with rows() as db:
        network = make.group(db, "Network", make.person(db, "ben"))
        vpn = make.service(db, "Remote access", group=network)
        mine = make.incident(db, "Mine", service=vpn, impact="department", urgency="now")
        mine.assignee = make.person(db, "ben")
        make.incident(db, "Of my group", service=vpn)
        make.incident(db, "Of nobody", impact="organisation", urgency="now")
        done = make.incident(db, "Done", state="resolved")
        done.resolved_by = make.person(db, "ben")


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("mine", ["INC-000001"]),
        ("document", ["INC-000004"]),
        ("groups", ["INC-000001", "INC-000002"]),
        ("unassigned", ["INC-000003", "INC-000002"]),
        ("open", ["INC-000003", "INC-000001", "INC-000002"]),
        ("ended", ["INC-000004"]),
        ("odd", ["INC-000001"]),
    ],
)
def test_each_list_holds_its_incidents_the_most_urgent_first(ben, desk, name, numbers):
    assert listed(ben.get(f"/incidents?list={name}")) == numbers


def test_the_menu_counts_the_lists(ben, desk):
    text = ben.get("/incidents").text
    assert re.search(r"My work <small>1</small>", text)
    assert re.search(r"All open <small>3</small>", text)


def test_chips_filter_and_say_how_many_there_are(ben, desk):
    answer = ben.get("/incidents?list=open")
    assert re.search(r"P1 Critical</span> <small>1</small>", answer.text)
    assert listed(ben.get("/incidents?list=open&priority=P1")) == ["INC-000003"]
    assert listed(ben.get("/incidents?list=open&service=1")) == ["INC-000001", "INC-000002"]


@pytest.mark.parametrize(
    "asked", ["service=x", "service=99999999999999999", "priority=%00", "after=%25%25", "sort=x"]
)
def test_an_odd_address_does_no_harm(ben, desk, asked):
    assert ben.get(f"/incidents?list=open&{asked}").status_code == 200


def test_a_list_can_be_sorted(ben, desk, rows):
    assert listed(ben.get("/incidents?list=open&sort=newest")) == ["INC-000003", "INC-000002", "INC-000001"]


def test_an_empty_list_says_what_to_do(ben):
    text = ben.get("/incidents").text.partition("Take something from your groups")[2]
    assert 'href="/incidents?list=groups">My groups</a>' in text
    assert "Nothing fits these filters" in ben.get("/incidents?priority=P1").text


@pytest.mark.parametrize("sort", worklist.SORTS)
def test_the_pages_of_a_long_list_miss_nothing_and_repeat_nothing(ben, rows, monkeypatch, sort):
    monkeypatch.setattr(worklist, "PAGE", 3)
    with rows() as db:
        for n in range(8):
            make.incident(db, f"Printer {n}", urgency="now" if n % 2 else "later")
    seen, address = [], f"/incidents?list=open&sort={sort}"
    while address:
        answer = ben.get(address)
        seen += listed(answer)
        following = re.search(r'href="([^"]+)" rel="next"', answer.text)
        address = following[1].replace("&amp;", "&") if following else ""
    assert sorted(seen) == [f"INC-00000{n}" for n in range(1, 9)]


def test_restricted_incidents_are_neither_listed_nor_counted(ben, rows):
    with rows() as db:
        make.incident(
            db, "Secret pay", restricted_to=make.group(db, "HR", make.person(db, "mia"), restricted=True)
        )
    answer = ben.get("/incidents?list=open")
    assert "Secret pay" not in answer.text
    assert "All open <small>0</small>" in answer.text
    assert "P3 Medium" not in answer.text


def test_a_mark_shows_where_a_very_likely_suggestion_waits(ben, desk, rows):
    with rows() as db:
        shown = Showing(rank=1, corpus="article", item_id=1, score=0.9, band="very likely")
        db.add(Search(at=make.NOON, incident_id=1, kind="suggestion", text="x", took_ms=1, showings=[shown]))
    assert "A very likely suggestion waits" in ben.get("/incidents").text
    with rows() as db:
        db.get(Showing, 1).choice = "rejected"
    assert "A very likely suggestion waits" not in ben.get("/incidents").text


def test_the_list_alone_is_a_fragment(ben, desk):
    answer = ben.get("/incidents", htmx=True)
    assert answer.text.lstrip().startswith('<section id="list"')
    assert "HX-Request" in answer.headers["Vary"]


def test_the_back_button_gets_the_whole_page(ben, desk):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in ben.client.get("/incidents", headers=headers).text


def test_several_filters_at_once_narrow_the_list_and_each_counts_under_the_others(ben, desk):
    answer = ben.get("/incidents?list=open&priority=P1&priority=P2&service=1")
    assert listed(answer) == ["INC-000001"]
    chip = re.search(r'<a href="([^"]+)"><span class="p3">P3 Medium</span> <small>1</small>', answer.text)
    assert "priority=P1&amp;priority=P2&amp;priority=P3" in chip[1]
    assert "Remote access" in answer.text


def test_nobody_can_be_asked_for(ben, desk):
    assert listed(ben.get("/incidents?list=open&assignee=0")) == ["INC-000003", "INC-000002"]
    assert listed(ben.get("/incidents?list=open&assignee=0&assignee=1")) == [
        "INC-000003",
        "INC-000001",
        "INC-000002",
    ]


def test_a_list_of_one_person_or_one_device_is_an_address(ben, desk, rows):
    with rows() as db:
        make.incident(db, "Docking", requester=make.person(db, "eve"), items=[make.item(db)])
    assert listed(ben.get("/incidents?list=all&item=1")) == ["INC-000005"]
    eve = re.search(r"requester=(\d+)", ben.get("/palette?q=marsh").text)[1]
    assert listed(ben.get(f"/incidents?list=all&requester={eve}")) == ["INC-000005"]


def test_counts_end_at_a_number_that_every_page_can_afford(ben, rows, monkeypatch):
    monkeypatch.setattr(worklist, "MOST", 3)
    monkeypatch.setattr("assistant.web.filters.MOST", 3)
    with rows() as db:
        for n in range(5):
            make.incident(db, f"Printer {n}")
    text = ben.get("/incidents?list=open").text
    assert re.search(r"All open <small>3\+</small>", text)
    assert re.search(r"P3 Medium</span> <small>\d\+</small>", text)


def test_the_list_of_what_is_to_write_down_says_what_is_missing(ben, desk, rows):
    assert "No article says yet what resolved this." in ben.get("/incidents?list=document").text
    with rows() as db:
        link.add(db, db.get(Incident, 4), make.article(db), "resolved", actor=make.person(db), now=make.NOON)
    assert "Its article is there." in ben.get("/incidents?list=document").text


def test_the_preview_shows_what_was_said_last_and_the_answer_that_waits(ben, desk, rows):
    with rows() as db:
        article = make.article(db)
        shown = Showing(rank=1, corpus="article", item_id=article.id, score=0.9, band="very likely")
        db.add(Search(at=make.NOON, incident_id=1, kind="suggestion", text="x", took_ms=1, showings=[shown]))
        for n in range(5):
            conversation.note(db, db.get(Incident, 1), f"Note {n}", actor=make.person(db), now=make.NOON)
    part = ben.get("/incidents/INC-000001/preview", htmx=True).text
    assert part.lstrip().startswith("<aside")
    assert re.findall(r"Note \d", part) == ["Note 4", "Note 3", "Note 2"]
    assert "KB-000001" in part
    assert "<html" in ben.get("/incidents/INC-000001/preview").text
