"""What forms offer: what is in use, and what is set now though it is not in use any more."""

import re

import pytest

from assistant.desk import assignment, edition, people, saved_view
from assistant.desk.classification import Category
from assistant.desk.incident import Incident
from assistant.desk.people import Person
from tests import make

FORMS = {  # page -> the fields on it that offer groups, people, services or categories
    "/incidents/INC-000001": {"group_id", "assignee_id"},
    "/incidents/bulk?number=INC-000001": {"group_id", "assignee_id"},
    "/incidents/new": {"service_id", "category_id", "restricted_to_id"},
    "/incidents/INC-000001/edit": {"service_id", "category_id", "closing_category_id"},
    "/incidents/INC-000001/resolve": {"closing_category_id", "group_id", "assignee_id"},
    "/incidents?view=1": {"group_id"},
    "/articles/new": {"service_id", "category_id"},
    "/articles/KB-000001": {"team_id", "person_id"},
    "/admin/people/new": {"groups"},
    "/admin/people/3": {"groups"},
    "/admin/services/new": {"group_id"},
    "/admin/services/1": {"group_id"},
    "/admin/items/new": {"service_id"},
    "/admin/items/1": {"service_id"},
    "/admin/categories": {"parent_id"},
    "/admin/categories/1": {"parent_id"},
    "/admin/routes": {"service_id", "category_id", "group_id", "for_service", "for_category"},
}
SET = {  # page -> the fields that are set to something which is not in use
    "/incidents/INC-000002": {"group_id", "assignee_id"},
    "/incidents/INC-000002/edit": {"service_id", "category_id"},
    "/incidents/INC-000002/resolve": {"closing_category_id"},
    "/articles/KB-000002": {"team_id"},
    "/admin/items/2": {"service_id"},
    "/admin/categories/3": {"parent_id"},
}
NOT_IN_USE = "Given up"


@pytest.fixture
def dan(browser, rows):
    """Dan, on a desk where one of everything is in use and one is not; the second of each thing has what is not."""
    with rows() as db:
        dan = make.person(db, "dan")
        groups = [make.group(db, name, dan, restricted=True) for name in ("In use", NOT_IN_USE)]
        services = [make.service(db, name) for name in ("In use", NOT_IN_USE)]
        categories = [Category(name=name) for name in ("In use", NOT_IN_USE)]
        gone = make.person(db, "gone", role="agent")
        gone.name = NOT_IN_USE
        db.add_all(categories)
        db.flush()
        db.add(Category(name="Below", parent=categories[1]))
        make.incident(db)
        other = make.incident(db, service=services[1], category_id=categories[1].id)
        assignment.hand_over(other, groups[1], gone, by=dan, now=make.NOON)
        for number in (0, 1):
            make.item(db, f"Item {number}", service=services[number])
            article = make.article(db, audience="internal")
            article.team = groups[number]
        saved_view.save(db, "Mine", {"list": "open"}, actor=dan, now=make.NOON)
        for thing in (groups[1], services[1], categories[1], gone):
            thing.active = False
    return browser("dan")


def offered(text):
    """Return what each field of a page offers: its choices, or its boxes with their words."""
    selects = re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL)
    found = {}
    for name, options in selects:
        found.setdefault(name, []).extend(re.findall(r"<option[^>]*>([^<]*)", options))
    for name, words in re.findall(r'<input type="checkbox" name="([^"]+)"[^>]*>([^<]*)', text):
        found.setdefault(name, []).append(words)
    return found


def chosen(text, name):
    """Return the choice that is selected in a field."""
    options = re.search(rf'<select[^>]* name="{name}"[^>]*>(.*?)</select>', text, re.DOTALL)[1]
    return re.search(r"<option[^>]* selected>([^<]*)", options)[1]


@pytest.mark.parametrize("path", FORMS)
def test_a_form_offers_only_what_is_in_use(dan, path):
    found = offered(dan.get(path).text)
    assert FORMS[path] <= found.keys()
    assert not {name for name in FORMS[path] if any(NOT_IN_USE in label for label in found[name])}
    assert FORMS[path] == {name for name in found if name in ANY}, "every such field stands in the table"


ANY = set().union(*FORMS.values())


@pytest.mark.parametrize("path", SET)
def test_what_is_set_now_stays_chosen_though_it_is_not_in_use(dan, path):
    text = dan.get(path).text
    assert {name: NOT_IN_USE in chosen(text, name) for name in SET[path]} == dict.fromkeys(SET[path], True)


def test_dan_is_given_another_name_and_stays_in_his_group_that_is_not_in_use(dan, rows):
    boxes = re.findall(r'name="groups" value="(\d+)" checked', dan.get("/admin/people/1").text)
    with rows() as db:
        person = db.get(Person, 1)
        seen = edition.of(person, people.EDITABLE)
        form = {name: getattr(person, name) for name in people.EDITABLE} | {"name": "Dan Nowak"}
    assert dan.post("/admin/people/1", **form, groups=boxes, seen=seen).status_code == 303
    with rows() as db:
        dan_now = db.get(Person, 1)
        assert (dan_now.name, len(dan_now.groups)) == ("Dan Nowak", 2)


def test_nobody_assigns_to_a_group_that_was_given_up(dan, rows):
    refused = dan.post("/incidents/INC-000001/assign", group_id="2", assignee_id="")
    assert refused.status_code == 422 and "is not in use any more" in refused.text
    with rows() as db:
        assert db.get(Incident, 1).group_id != 2
