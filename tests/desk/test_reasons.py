"""The reasons of the fourth door: changed as a form, written back into the text of their process."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.desk import process, reasons, ways
from assistant.desk.errors import EditConflict, Refused
from assistant.desk.permissions import viewer_of
from assistant.desk.process import Reason
from tests import make

ITIL = process.preset_text("itil")
ONE = [Reason("withdrawn", "Withdrawn")]


def test_the_rest_of_the_text_stays_with_its_comments():
    text = "# ours since spring\n" + ITIL.replace("[moves]", "[moves] # back and forth")
    made = reasons.put(text, ONE)
    assert made.startswith("# ours since spring\n") and "[moves] # back and forth" in made
    assert made.split("[reasons]")[0] == text.split("[reasons]")[0]
    assert list(process.read(made).reasons) == ["withdrawn"]


def test_a_table_in_the_middle_is_replaced_there():
    before, after = ITIL.split("[gates]")
    gates, table = after.split("[reasons]")
    text = f"{before}[reasons]{table}\n[gates]{gates}"
    made = reasons.put(text, ONE)
    assert made.index("[reasons]") < made.index("[gates]")
    assert process.check(made) == []


@pytest.mark.parametrize(
    "table",
    [
        "[reasons.a]\nlabel = 'A'\n",
        "[\"reasons\"]\na = { label = 'A' }\n",
        "[reasons]\na.label = 'A'\n[reasons.b]\nlabel='B'\n",
    ],
)
def test_a_form_that_cannot_be_replaced_is_refused_and_not_mangled(table):
    text = ITIL.split("[reasons]")[0] + table
    assert "reasons" in tomllib.loads(text)
    with pytest.raises(Refused, match="not written as one table"):
        reasons.put(text, ONE)


labels = st.text(min_size=1, max_size=60).filter(
    lambda text: text.isprintable() or "\x7f" in text or "\n" in text
)
names = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz_-.é \"'"), min_size=1, max_size=20)
anything = st.lists(
    st.builds(Reason, names, labels, st.sampled_from(process.PROOFS)),
    min_size=1,
    max_size=6,
    unique_by=lambda reason: reason.name,
)


@settings(max_examples=200, deadline=None)
@given(given_reasons=anything, preset=st.sampled_from(process.presets()))
def test_whatever_the_form_gives_comes_back_from_the_text(given_reasons, preset):
    text = process.preset_text(preset)
    made = reasons.put(text, given_reasons)
    way, before = process.read(made), process.read(text)
    assert list(way.reasons.values()) == given_reasons
    assert (way.states, way.moves, way.gates) == (before.states, before.moves, before.gates)
    assert (
        reasons.put(made, list(before.reasons.values())).split("[reasons]")[0] == text.split("[reasons]")[0]
    )


def test_saving_makes_a_version_and_the_second_of_two_is_told(db, now):
    dan = make.person(db, "dan")
    assert reasons.save(db, "itil", ONE, seen=0, actor=dan, now=now).number == 1
    assert list(ways.newest(db, "itil")[0].reasons) == ["withdrawn"]
    with pytest.raises(EditConflict):
        reasons.save(db, "itil", ONE, seen=0, actor=dan, now=now)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ([], ""),
        ([Reason("a", "")], "label_0"),
        ([Reason("a", "Same"), Reason("b", "same")], "label_1"),
        ([Reason("a", "x" * 121)], "label_0"),
        ([Reason("a", "A", "witness")], "proof_0"),
    ],
)
def test_what_does_not_fit_is_said_at_its_row(db, now, wrong, field):
    with pytest.raises(Refused) as refused:
        reasons.save(db, "itil", wrong, seen=0, actor=make.person(db, "dan"), now=now)
    assert [finding.field for finding in refused.value.findings] == [field]


def test_a_new_reason_gets_a_name_that_nobody_has():
    assert reasons.named("Planned work!", []) == "planned_work"
    assert reasons.named("Planned work", ["planned_work", "planned_work_2"]) == "planned_work_3"
    assert reasons.named("予定", []) == "reason"


def test_uses_are_counted_among_what_the_viewer_may_read(db, now):
    dan, staff = make.person(db, "dan"), make.group(db, "Staff matters", restricted=True)
    for group in (None, staff):
        closed = make.incident(db, restricted_to=group)
        closed.closing_door, closed.nothing_reason = "nothing", "withdrawn"
    db.flush()
    assert reasons.uses(db, viewer_of(db, dan), "itil") == {"withdrawn": 1}
    assert reasons.uses(db, viewer_of(db, dan), "agile") == {}
