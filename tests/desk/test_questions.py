"""The form of a service: what it asks, to whom it is offered, and what becomes of the answers."""

import pytest

from assistant.desk import offer, questions
from assistant.desk.errors import Refused
from tests import make

ASKED = [
    {"label": "Where are you", "kind": "choice", "choices": ["Home", "Office"], "required": True},
    {"label": "Which device", "kind": "item", "hint": "On the sticker."},
    {"label": "Does it work for others", "kind": "yes_no"},
    {"label": "What did you see", "kind": "long"},
]


@pytest.fixture
def service(db):
    made = make.service(db)
    made.questions = ASKED
    make.item(db, "LT-20981", service=made)
    return made


def test_answers_become_statements_and_items(db, service):
    given = {
        "answer_0": "Home",
        "answer_1": "lt-20981",
        "answer_2": "No",
        "answer_3": "A window.\nThen nothing.",
    }
    answers = questions.answered(db, service, given)
    assert answers.statements == (
        "Where are you: Home",
        "Does it work for others: No",
        "What did you see: A window. Then nothing.",
    )
    assert [item.name for item in answers.items] == ["LT-20981"]


def test_a_device_that_nobody_knows_stays_what_ada_said(db, service):
    answers = questions.answered(db, service, {"answer_0": "Home", "answer_1": "the red one"})
    assert answers == questions.Answers(("Where are you: Home", "Which device: the red one"))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "answer_0"),
        ({"answer_0": "Moon"}, "answer_0"),
        ({"answer_0": "Home", "answer_2": "Maybe"}, "answer_2"),
        ({"answer_0": "Home", "answer_3": "x" * 4001}, "answer_3"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(db, service, given, field):
    with pytest.raises(Refused) as refused:
        questions.answered(db, service, given)
    assert [finding.field for finding in refused.value.findings] == [field]


def test_a_broken_question_is_left_out_and_no_service_asks_nothing(db, service):
    service.questions = [
        {"label": "", "kind": "text"},
        {"label": "Old", "kind": "slider"},
        "text",
        *ASKED[:1],
    ]
    assert [one.label for one in questions.of(service)] == ["Where are you"]
    assert questions.of(None) == []


@pytest.mark.parametrize(
    ("audience", "departments", "offered"),
    [
        ("everybody", [], {"ada", "eve", "ben", None}),
        ("departments", ["Finance "], {"eve", "ben"}),
        ("desk", [], {"ben"}),
    ],
)
def test_a_service_is_offered_to_its_audience_only(db, audience, departments, offered):
    service = make.service(db)
    service.audience, service.departments = audience, [one.strip() for one in departments]
    make.person(db, "eve").department = "finance"
    people = {who: make.person(db, who) if who else None for who in ("ada", "eve", "ben", None)}
    assert {who for who, person in people.items() if service in offer.services(db, person)} == offered
    service.active = False
    assert offer.services(db, people["ben"]) == []
