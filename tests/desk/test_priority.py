"""Priority: the matrix answers every pair, and never rates more harm lower."""

from itertools import product

import pytest

from assistant.desk import lifecycle, priority
from kb.errors import Refused
from tests import make

IMPACTS, URGENCIES = list(priority.IMPACTS), list(priority.URGENCIES)  # worst first


@pytest.mark.parametrize(("impact", "urgency"), list(product(IMPACTS, URGENCIES)))
def test_less_impact_or_urgency_never_raises_the_priority(impact, urgency):
    here = priority.MATRIX[impact, urgency]
    for less in IMPACTS[IMPACTS.index(impact) :]:
        assert priority.MATRIX[less, urgency] >= here  # P4 sorts after P1
    for less in URGENCIES[URGENCIES.index(urgency) :]:
        assert priority.MATRIX[impact, less] >= here


def test_the_matrix_sets_the_priority_of_a_new_incident(db):
    assert make.incident(db, impact="organisation", urgency="now").priority == "P1"


def test_ben_must_say_why_a_priority_differs_from_the_matrix(db):
    with pytest.raises(Refused) as refused:
        make.incident(db, priority="P1")
    assert refused.value.findings[0].field == "priority_reason"
    assert make.incident(db, priority="P1", priority_reason="The director's laptop").priority == "P1"


def test_changing_the_impact_asks_the_matrix_again_unless_a_reason_stands(db, now):
    ben = make.person(db)
    plain = make.incident(db)
    lifecycle.edit(db, plain, {"impact": "organisation"}, seen=plain.version, actor=ben, now=now)
    assert plain.priority == "P2"
    chosen = make.incident(db, priority="P1", priority_reason="Payroll closes today")
    lifecycle.edit(db, chosen, {"impact": "department"}, seen=chosen.version, actor=ben, now=now)
    assert chosen.priority == "P1"
