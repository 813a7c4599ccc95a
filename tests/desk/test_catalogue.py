"""Services: what is offered to whom, where their incidents go, what their form asks."""

import pytest

from assistant.desk import audit, catalogue, edition, question_rows, routing
from assistant.desk.assignment import route
from assistant.desk.people import Group
from kb.errors import EditConflict, Refused
from tests import make
from tests.make import NOON

NEW = {
    "name": "Remote access",
    "description": "Work from home.",
    "process": "itil",
    "owner_id": None,
    "audience": "everybody",
    "departments": ["Sales"],
    "checklist": " Read the log \n\nTry another network",
}
QUESTION = {"label": "Where are you", "kind": "text", "choices": [], "required": True, "hint": ""}


@pytest.fixture
def dan(db):
    return make.person(db, "dan")


@pytest.fixture
def network(db):
    return make.group(db)


def change(db, service, group=None, *, seen=None, **other):
    values = {name: getattr(service, name) for name in catalogue.EDITABLE} | other
    seen = seen or edition.of(service, catalogue.EDITABLE)
    dan = make.person(db, "dan")
    return catalogue.change(db, service, values, group, seen=seen, actor=dan, now=NOON)


def test_a_service_is_offered_and_its_incidents_go_to_its_group(db, dan, network):
    service = catalogue.add(db, NEW, network, actor=dan, now=NOON)
    assert service.checklist == "Read the log\nTry another network"
    assert service.departments == []
    assert route(db, service.id, None) is network
    assert audit.newest(db, "service", service.id)[0].person_id == dan.id


def test_what_is_missing_or_wrong_is_said_at_its_field(db, dan, network):
    catalogue.add(db, NEW, network, actor=dan, now=NOON)
    wrong = {**NEW, "name": "remote ACCESS", "process": "magic", "audience": "departments", "departments": []}
    with pytest.raises(Refused) as refused:
        catalogue.add(db, wrong, None, actor=dan, now=NOON)
    assert [one.field for one in refused.value.findings] == ["name", "process", "departments"]


def test_another_group_gets_them_from_now_on_and_none_leaves_it_to_other_routes(db, dan, network):
    service, servers = make.service(db, group=network), make.group(db, "Servers")
    change(db, service, servers)
    assert route(db, service.id, None) is servers
    change(db, service, None)
    assert routing.of_service(db, service) is None


def test_the_second_of_two_administrators_is_told(db, dan):
    service = make.service(db)
    seen = edition.of(service, catalogue.EDITABLE)
    change(db, service, description="One", seen=seen)
    with pytest.raises(EditConflict):
        change(db, service, description="Two", seen=seen)


def test_a_service_asks_questions_and_empty_rows_are_left_out(db, dan):
    service = make.service(db)
    seen = edition.of(service, catalogue.ASKED)
    catalogue.ask(db, service, [QUESTION, dict(question_rows.EMPTY)], seen=seen, actor=dan, now=NOON)
    assert service.questions == [QUESTION]
    with pytest.raises(EditConflict):
        catalogue.ask(db, service, [], seen=seen, actor=dan, now=NOON)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"label": "", "hint": "At home"}, "label-1"),
        ({"kind": "magic"}, "kind-1"),
        ({"kind": "choice", "choices": ["Only one"]}, "choices-1"),
        ({"label": "x" * 201}, "label-1"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_at_its_row(wrong, field):
    with pytest.raises(Refused) as refused:
        question_rows.checked([QUESTION, {**QUESTION, **wrong}])
    assert [one.field for one in refused.value.findings] == [field]


@pytest.mark.parametrize(
    ("do", "labels"),
    [
        ("add", ["a", "b", "c", ""]),
        ("remove 1", ["a", "c"]),
        ("up 2", ["a", "c", "b"]),
        ("up 0", ["a", "b", "c"]),
        ("down 0", ["b", "a", "c"]),
        ("down 2", ["a", "b", "c"]),
        ("remove 9", ["a", "b", "c"]),
        ("explode", ["a", "b", "c"]),
    ],
)
def test_questions_are_added_removed_and_moved(do, labels):
    rows = [{**QUESTION, "label": label} for label in "abc"]
    assert [row["label"] for row in question_rows.arranged(rows, do)] == labels


def test_a_service_that_is_given_up_is_kept_and_comes_back(db, dan):
    service = make.service(db)
    catalogue.retire(db, service, actor=dan, now=NOON)
    assert not service.active and catalogue.everything(db) == [service]
    catalogue.revive(db, service, actor=dan, now=NOON)
    assert service.active


def test_the_first_route_that_fits_counts_and_the_order_can_be_changed(db, dan, network):
    service, staff, rest = make.service(db), make.group(db, "Servers"), make.group(db, "Desk")
    every = routing.add(db, None, None, rest, actor=dan, now=NOON)
    mine = routing.add(db, service, None, network, actor=dan, now=NOON)
    assert routing.everything(db) == [mine, every]  # what says more about an incident comes first
    assert route(db, service.id, None) is network and route(db, None, None) is rest
    routing.move(db, every, -1, actor=dan, now=NOON)
    assert route(db, service.id, None) is rest
    routing.move(db, every, -1, actor=dan, now=NOON)
    assert routing.everything(db) == [every, mine]
    with pytest.raises(Refused, match="exactly this"):
        routing.add(db, service, None, staff, actor=dan, now=NOON)
    with pytest.raises(Refused, match="No group"):
        routing.add(db, service, None, None, actor=dan, now=NOON)
    removed = every.id
    routing.drop(db, every, actor=dan, now=NOON)
    assert audit.newest(db, "route", removed)[0].changes["group"] == ["Desk", None]
    assert db.query(Group).count() == 3
