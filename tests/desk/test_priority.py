"""Priority: the matrix answers every pair, and never rates more harm lower."""

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.desk import lifecycle, priority, site
from assistant.desk.permissions import viewer_of
from kb.errors import EditConflict, Refused
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


def test_a_desk_decides_otherwise_and_only_that_is_kept(db, now):
    dan = make.person(db, "dan")
    other = {**priority.MATRIX, ("person", "now"): "P2"}
    priority.decide(db, other, seen=0, actor=dan, now=now)
    assert site.of(db, "priority") == {"person now": "P2"}
    assert make.incident(db, impact="person", urgency="now").priority == "P2"
    with pytest.raises(EditConflict):
        priority.decide(db, other, seen=0, actor=dan, now=now)
    priority.decide(db, priority.MATRIX, seen=1, actor=dan, now=now)
    assert site.of(db, "priority") == {}


def test_more_harm_with_a_lower_priority_is_refused_at_its_cell(db, now):
    wrong = {**priority.MATRIX, ("person", "now"): "P1"}
    with pytest.raises(Refused) as refused:
        priority.decide(db, wrong, seen=0, actor=make.person(db, "dan"), now=now)
    (finding,) = refused.value.findings
    assert finding.field == "person_now"
    assert "Department, work stands still" in finding.message and "choose P2 or lower" in finding.cure


@given(st.lists(st.sampled_from(list(priority.PRIORITIES)), min_size=9, max_size=9))
def test_a_matrix_is_refused_exactly_when_some_harm_is_rated_lower_than_less_harm(values):
    chosen = dict(zip(priority.MATRIX, values, strict=True))
    upside_down = any(
        chosen[one] > chosen[other]
        for one, other in product(chosen, chosen)
        if IMPACTS.index(one[0]) <= IMPACTS.index(other[0])
        and URGENCIES.index(one[1]) <= URGENCIES.index(other[1])
    )
    assert bool(list(priority.findings_in(chosen))) == upside_down


def test_a_dry_run_counts_what_the_viewer_may_read_and_what_the_matrix_decided(db, now):
    dan, staff = make.person(db, "dan"), make.group(db, "Staff matters", restricted=True)
    for _ in range(2):
        make.incident(db, urgency="now")
    make.incident(db, urgency="now", restricted_to=staff)
    make.incident(db, urgency="now", priority="P1", priority_reason="The director waits")
    make.incident(db, urgency="now", now=now - timedelta(days=91))
    make.incident(db, urgency="later")
    chosen = {**priority.MATRIX, ("person", "now"): "P2"}
    run = priority.dry_run(db, viewer_of(db, dan), chosen, now=now)
    assert (run.looked, run.count) == (3, 2)
    assert run.shifts == (priority.Shift("person", "now", "P3", "P2", 2),)
