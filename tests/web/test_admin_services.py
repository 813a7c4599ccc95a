"""Dan keeps services, items, categories and routes."""

import re

import pytest

from assistant.desk import catalogue, classification, edition, routing
from assistant.desk.asset import Service
from assistant.desk.assignment import Route
from tests import make

SERVICE = {"name": "Remote access", "process": "itil", "audience": "everybody"}


@pytest.fixture
def dan(browser):
    return browser("dan")


@pytest.fixture
def service(rows):
    with rows() as db:
        return make.service(db, group=make.group(db)).id


def asked(*labels, **more):
    form = {}
    for at, label in enumerate(labels):
        form |= {f"label-{at}": label, f"kind-{at}": "text", f"choices-{at}": "", f"hint-{at}": ""}
    return form | more


def test_dan_offers_a_service_with_owner_and_group(dan, rows, runtime):
    with rows() as db:
        group_id, ben_id = make.group(db).id, make.person(db).id
    more = {"owner": "ben@example.org", "audience": "departments", "departments": "Sales\r\nGlazing"}
    saved = dan.post("/admin/services", **{**SERVICE, **more}, group_id=group_id)
    assert saved.status_code == 303
    with runtime.reading() as db:
        service = db.query(Service).one()
        assert (service.owner_id, service.departments) == (ben_id, ["Sales", "Glazing"])
        assert routing.of_service(db, service).group_id == group_id
    text = dan.get("/admin/services").text
    assert "Sales, Glazing" in text and "Network" in text


def test_a_service_of_the_same_name_is_refused_with_everything_typed(dan, service):
    refused = dan.post("/admin/services", **{**SERVICE, "description": "Work from home"})
    assert (
        refused.status_code == 422
        and "Work from home" in refused.text
        and 'id="name-finding"' in refused.text
    )


def test_questions_are_put_together_without_saving_and_then_saved(dan, service, runtime):
    path = f"/admin/services/{service}/questions"
    added = dan.post(path, **asked("Where are you"), do="add", seen="")
    assert added.status_code == 200 and "Not saved yet" in added.text and 'name="label-1"' in added.text
    moved = dan.post(path, **asked("First", "Second"), do="down 0", seen="")
    assert moved.text.index('value="Second"') < moved.text.index('value="First"')
    with runtime.reading() as db:
        assert db.get(Service, service).questions == []
        seen = edition.of(db.get(Service, service), catalogue.ASKED)
    form = asked("Where are you", "Which way")
    form |= {"kind-0": "choice", "choices-0": "At home\r\nIn the office", "required-0": "yes", "do": "save"}
    assert dan.post(path, **form, seen=seen).status_code == 303
    with runtime.reading() as db:
        first, second = db.get(Service, service).questions
    assert first == {
        "label": "Where are you",
        "kind": "choice",
        "choices": ["At home", "In the office"],
        "required": True,
        "hint": "",
    }
    assert second["required"] is False
    preview = dan.get(path).text
    assert "What people will see" in preview and 'type="radio" name="answer_0" value="At home"' in preview


def test_a_question_without_answers_is_refused_at_its_row_with_all_rows_kept(dan, service, runtime):
    form = asked("Where are you", "Which device", **{"kind-1": "choice"})
    lost = dan.post(f"/admin/services/{service}/questions", **form, do="save", seen="old")
    assert lost.status_code == 409 and 'value="Where are you"' in lost.text
    with runtime.reading() as db:
        seen = edition.of(db.get(Service, service), catalogue.ASKED)
    refused = dan.post(f"/admin/services/{service}/questions", **form, do="save", seen=seen)
    assert refused.status_code == 422 and 'id="choices-1-finding"' in refused.text
    assert 'value="Where are you"' in refused.text


def test_routes_are_tried_from_the_top_and_the_order_can_be_changed(dan, rows, service, runtime):
    with rows() as db:
        desk_id = make.group(db, "Service Desk").id
    assert dan.post("/admin/routes", group_id=desk_id).status_code == 303
    tried = dan.get(f"/admin/routes?for_service={service}&try=yes").text
    assert "<b>Network</b>, by route 1." in tried
    with runtime.reading() as db:
        every = db.query(Route).filter_by(service_id=None).one().id
    dan.post(f"/admin/routes/{every}/move", way="up")
    assert "<b>Service Desk</b>, by route 1." in dan.get(f"/admin/routes?for_service={service}&try=yes").text
    dan.post(f"/admin/routes/{every}/remove")
    assert "No route fits" in dan.get("/admin/routes?try=yes").text


def test_a_circle_of_items_is_refused_in_a_sentence(dan, rows):
    with rows() as db:
        client, gateway = make.item(db, "client").id, make.item(db, "gateway").id
    assert dan.post(f"/admin/items/{client}/need", items="gateway").status_code == 303
    refused = dan.post(f"/admin/items/{gateway}/need", items="client")
    assert (
        refused.status_code == 422 and "That would be a circle: client needs gateway already." in refused.text
    )
    assert "client" in dan.get(f"/admin/items/{gateway}").text.partition("Stops when it fails")[2]


def test_ben_reads_what_an_item_is_from_the_incident_and_cannot_change_it(ben, rows):
    with rows() as db:
        item = make.item(db, "vpn-lis-01", kind="Gateway", details="Lisbon")
        number, item_id = make.incident(db, items=[item]).number, item.id
    assert f'href="/items/{item_id}"' in ben.get(f"/incidents/{number}").text
    page = ben.get(f"/items/{item_id}").text
    assert "Lisbon" in page and "VPN drops every few minutes" in page and "Edit" not in page
    assert ben.get(f"/admin/items/{item_id}").status_code == 403


def test_items_are_completed_after_the_last_comma(ben, rows):
    with rows() as db:
        make.item(db, "vpn-lis-01")
    found = ben.get("/items?items=mail-01,+vpn", htmx=True).text
    assert 'value="mail-01, vpn-lis-01"' in found and "<html" not in found


def test_a_retired_category_is_not_offered_but_stands_where_it_was(dan, ben, rows):
    with rows() as db:
        vpn = classification.ensure(db, "Network › VPN")
        number, vpn_id = make.incident(db, category_id=vpn.id).number, vpn.id
    assert "1" in dan.get("/admin/categories").text
    dan.post(f"/admin/categories/{vpn_id}/retire")
    assert "Network › VPN" not in ben.get("/incidents/new").text
    assert f'<option value="{vpn_id}" selected>Network › VPN' in ben.get(f"/incidents/{number}/edit").text


def test_counts_of_categories_leave_out_what_dan_may_not_read(dan, rows):
    with rows() as db:
        vpn = classification.ensure(db, "VPN")
        staff = make.group(db, "Staff matters", make.person(db), restricted=True)
        make.incident(db, category_id=vpn.id)
        make.incident(db, category_id=vpn.id, restricted_to=staff)
        path = f"/admin/categories/{vpn.id}"
    assert "<span>1 incident</span>" in dan.get(path).text


def test_ten_thousand_items_come_page_by_page(dan, rows, monkeypatch):
    monkeypatch.setattr("assistant.desk.listing.PAGE", 3)
    with rows() as db:
        for number in range(5):
            make.item(db, f"host-{number}")
    first = dan.get("/admin/items").text
    assert "host-2" in first and "host-3" not in first
    assert "host-4" in dan.get("/admin/items?after=3").text


def go(text):
    """Return the names of the rows that a list shows."""
    return re.findall(r'class="go" href="[^"]+">([^<]+)<', text)


def test_dan_finds_one_of_many_services_by_a_word_by_its_group_and_by_whether_it_is_offered(dan, rows):
    with rows() as db:
        network = make.group(db)
        make.service(db, group=network)
        make.service(db, "Printing").description = "Copiers on every floor"
        make.service(db, "Telex").active = False
        network_id = network.id
    assert go(dan.get("/admin/services").text) == ["Printing", "Remote access", "Telex"]
    assert go(dan.get("/admin/services?q=COPIER").text) == ["Printing"]
    assert go(dan.get(f"/admin/services?group={network_id}").text) == ["Remote access"]
    assert go(dan.get("/admin/services?state=in").text) == ["Printing", "Remote access"]
    assert go(dan.get("/admin/services?state=out").text) == ["Telex"]
    nothing = dan.get("/admin/services?q=fax&state=in").text
    assert "Nothing fits" in nothing and 'value="fax"' in nothing and "No service yet" not in nothing


def test_the_second_page_of_services_keeps_what_was_looked_for(dan, rows, monkeypatch):
    monkeypatch.setattr("assistant.desk.listing.PAGE", 1)
    with rows() as db:
        for name in ("Mail", "Mail archive", "Printing"):
            make.service(db, name)
    first = dan.get("/admin/services?q=mail").text
    following = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    assert go(first) == ["Mail"] and go(dan.get(following).text) == ["Mail archive"]


def test_dan_finds_a_group_by_what_it_looks_after(dan, rows):
    with rows() as db:
        make.group(db)
        make.group(db, "Workplace").description = "Laptops and docks"
        make.group(db, "Telex").active = False
    assert go(dan.get("/admin/groups?q=laptop").text) == ["Workplace"]
    assert go(dan.get("/admin/groups?state=out").text) == ["Telex"]
    assert "Show all groups" in dan.get("/admin/groups?q=fax").text


def test_dan_finds_a_category_wherever_it_hangs_with_the_way_to_it(dan, rows):
    with rows() as db:
        for path in ("Network › VPN", "Network › VPN › Client", "Mail"):
            classification.ensure(db, path)
    assert go(dan.get("/admin/categories?q=vpn").text) == ["Network › VPN", "Network › VPN › Client"]
    assert "Show the whole tree" in dan.get("/admin/categories?q=fax").text
