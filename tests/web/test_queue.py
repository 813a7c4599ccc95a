"""My work and the other lists."""

import re

import pytest

from assistant.desk import worklist
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
    assert "Take something from your groups" in ben.get("/incidents").text
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
