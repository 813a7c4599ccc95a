"""Selecting many in a list and acting on all of them; saved views; the palette."""

import re

import pytest
from sqlalchemy import event

from assistant.desk import link
from assistant.desk.incident import Incident
from assistant.desk.saved_view import SavedView
from assistant.web import palette
from tests import make


@pytest.fixture
def numbers(rows):
    """Three incidents: one that could close, one without its article, one of a group that Ben is not in."""
    with rows() as db:
        ready, bare = (
            make.incident(db, "Ready", state="resolved"),
            make.incident(db, "Bare", state="resolved"),
        )
        ready.resolution = "Switched it off."
        link.add(db, ready, make.article(db), "resolved", actor=make.person(db), now=make.NOON)
        staff = make.group(db, "Staff matters", make.person(db, "mia"), restricted=True)
        return [ready.number, bare.number, make.incident(db, "Secret", restricted_to=staff).number]


def state(rows, number):
    with rows() as db:
        return db.get(Incident, int(number[4:])).phase


def test_what_is_refused_is_named_with_its_reason_and_stays_selected_and_the_rest_is_done(ben, rows, numbers):
    answer = ben.post("/incidents/bulk", do="close", number=numbers)
    assert "1 refused; 1 incident is closed." in answer.text
    assert "No article says yet what resolved this." in answer.text
    assert re.findall(r'value="(INC-\d+)"[^>]* checked', answer.text) == [numbers[1]]
    assert [state(rows, number) for number in numbers] == ["closed", "resolved", "new"]
    assert "Secret" not in answer.text


def test_when_all_goes_well_one_is_back_at_the_list_with_its_filters(ben, rows, numbers):
    answer = ben.post("/incidents/bulk", do="take", number=numbers[:2], list="ended", priority="P3")
    assert answer.status_code == 303
    assert answer.location == "/incidents?list=ended&sort=priority&priority=P3"
    assert "2 incidents are taken." in ben.get(answer.location).text


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"do": "take"}, "Nothing is selected."),
        ({"do": "link", "article": "KB-9", "link_kind": "resolved"}, "There is no article"),
        ({"do": "parent", "parent": "INC-9"}, "There is no incident"),
        ({"do": "explode"}, "Nothing is chosen here."),
    ],
)
def test_a_refused_act_comes_back_with_what_was_selected_and_typed(ben, numbers, form, says):
    chosen = {} if says.startswith("Nothing is sel") else {"number": numbers[0]}
    answer = ben.post("/incidents/bulk", **form, **chosen)
    assert answer.status_code == 422
    assert says in answer.text
    assert form.get("article", "") in answer.text
    assert not chosen or f'value="{numbers[0]}"' in answer.text


def test_ben_saves_a_view_finds_it_in_the_menu_and_removes_it(ben, rows):
    answer = ben.post("/views", name="Urgent & mine", list="open", sort="newest", priority=["P1", "P2"])
    page = ben.get(answer.location)
    assert "<title>Urgent &amp; mine" in page.text
    assert re.search(r'aria-current="page"><span class="cut">Urgent &amp; mine', page.text)
    assert "priority=P1&amp;priority=P2" in page.text
    ben.post("/views/1/rename", name="Urgent")
    assert ">Urgent</span></a>" in ben.get("/incidents").text
    assert ben.post("/views/1/remove").status_code == 303
    with rows() as db:
        assert db.query(SavedView).count() == 0


def test_a_view_without_a_name_is_refused_with_the_filters_still_on(ben):
    answer = ben.post("/views", name=" ", list="open", priority="P1")
    assert answer.status_code == 422
    assert "The view has no name." in answer.text
    assert "Nothing fits these filters" in answer.text


def test_a_shared_view_is_seen_by_the_group_and_changed_by_its_owner_only(ben, cleo, rows):
    with rows() as db:
        make.group(db, "Network", make.person(db), make.person(db, "cleo"))
    ben.post("/views", name="Urgent", list="open", priority="P1")
    assert "Urgent" not in cleo.get("/incidents").text
    ben.post("/views/1/share", group_id="1")
    assert re.search(r"Urgent</span> <small>Ben Sato</small>", cleo.get("/incidents").text)
    assert cleo.post("/views/1/remove").status_code == 404


def test_the_palette_finds_pages_people_things_and_texts_that_one_may_reach(ben, rows, embed):
    with rows() as db:
        make.incident(db, "Tunnel collapses at noon")
        make.incident(
            db, "Tunnel secret", restricted_to=make.group(db, "HR", make.person(db, "mia"), restricted=True)
        )
        make.item(db, "tunnel-gw-01", kind="VPN gateway")
    embed()
    found = ben.get("/palette?q=tunnel").text
    for label in ("Tunnel collapses at noon", "tunnel-gw-01", "Search everything for “tunnel”"):
        assert label in found
    assert "Tunnel secret" not in found
    assert "Okafor" in ben.get("/palette?q=okaf").text
    assert "To write down" in ben.get("/palette?q=write").text
    assert "Nothing to learn" not in ben.get("/palette?q=nothing+to+learn").text


def test_many_incidents_do_not_push_the_article_out_of_the_palette(ben, rows, embed):
    with rows() as db:
        make.article(db, title="Fax lines are cut: call the operator", issue="The line is dead.")
        for number in range(8):
            make.incident(db, f"Fax {number} is silent", text="Fax, fax, fax.")
    embed()
    found = ben.get("/palette?q=fax").text
    articles, _, incidents = found.partition('<section aria-label="Incidents">')
    assert "Fax lines are cut" in articles
    assert incidents.count("is silent") == 5


SECTION = re.compile(r'<section aria-label="([^"]+)">')


@pytest.fixture
def tunnel(rows, embed):
    """Articles and incidents about a tunnel, a device that is called so, and incidents about something else."""
    with rows() as db:
        for n in range(4):
            make.article(db, title=f"Tunnel {n} collapses", issue="The tunnel collapses.")
            make.incident(db, f"Tunnel {n} collapses", text="The tunnel collapses.")
        make.item(db, "tunnel-gw-01")
        for title in ("Queue collapses", "Scanner scans slowly", "Scanner scans slowly at the counter"):
            make.incident(db, title, text="So it is.")
    embed()


def sections(browser, typed):
    return SECTION.findall(browser.get("/palette", query_string={"q": typed}).text)


def test_what_is_called_so_stands_in_the_palette_before_what_is_written_about_it(ben, tunnel):
    assert sections(ben, "tunnel") == ["Configuration items", "Articles", "Incidents", "Search"]


@pytest.mark.parametrize(
    ("typed", "found"), [("Ada Okafor", ["People"]), ("tunnel-gw", ["Configuration items"]), ("zzzzqqq", [])]
)
def test_the_palette_shows_nothing_that_has_nothing_to_do_with_what_is_typed(ben, tunnel, typed, found):
    assert sections(ben, typed) == [*found, "Search"]


def test_under_a_number_stands_nothing_but_what_bears_it(ben, tunnel):
    assert sections(ben, "INC-2") == ["By its number", "Search"]


def test_the_palette_reads_the_last_word_as_the_beginning_of_one(ben, tunnel):
    found = ben.get("/palette?q=collapses+tunn").text
    assert found.count("Tunnel") == 8 and "Queue collapses" not in found
    assert sections(ben, "scann") == ["Incidents", "Search"]


def test_the_palette_shows_what_is_likely_though_it_says_less_than_the_best(ben, tunnel):
    found = ben.get("/palette?q=scans+slowly+count").text
    assert found.count("Scanner scans slowly") == 2 and "Queue" not in found


@pytest.mark.parametrize(
    "typed", ["kind:article tunnel collapses", '"tunnel collapses"', "tunnel collapses -noon"]
)
def test_what_narrows_a_search_leads_from_the_palette_to_the_search(ben, tunnel, typed):
    assert sections(ben, typed) == ["Search"]


def test_the_palette_asks_no_more_often_the_more_it_finds_and_counts_only_lists_that_are_meant(
    ben, tunnel, runtime, monkeypatch
):
    asked = []
    event.listen(runtime.engine, "before_cursor_execute", lambda *about: asked.append(about[2]))

    def statements(typed, shown):
        monkeypatch.setattr(palette, "SHOWN", shown)
        asked.clear()
        found = ben.get("/palette", htmx=True, query_string={"q": typed}).text
        return found.count("collapses"), len(asked), any("count(" in statement for statement in asked)

    statements("tunnel", 1)  # the first who asks reads the index as well
    few, many = statements("tunnel", 1), statements("tunnel", 4)
    assert (few, many) == ((2, few[1], False), (8, few[1], False))
    assert statements("unassigned", 1)[2]


def test_the_palette_knows_a_number_and_says_nothing_of_one_that_may_not_be_read(ben, rows):
    with rows() as db:
        plain = make.incident(db, "Plain").number
        staff = make.group(db, "HR", make.person(db, "mia"), restricted=True)
        secret = make.incident(db, "Hush", restricted_to=staff).number
    assert "By its number" in ben.get(f"/palette?q={plain}").text
    assert "By its number" not in ben.get(f"/palette?q={secret}").text


def test_names_of_items_are_completed_after_the_last_comma(ben, rows):
    with rows() as db:
        make.item(db, "LT-20981")
        make.item(db, "Printer 3")
    part = ben.get("/items?items=Printer+3,+lt-2", htmx=True).text
    assert re.findall(r'value="([^"]+)"', part) == ["Printer 3, LT-20981"]
