"""Many incidents at once: the same verbs and gates, and what is refused does not hold up the rest."""

import pytest

from assistant.desk import bulk, closure, link
from assistant.desk.bulk import Asked
from assistant.desk.errors import Refused
from tests import make


def test_what_a_gate_refuses_is_named_and_the_rest_is_done(db, now):
    ben, article = make.person(db), make.article(db)
    ready, bare = make.incident(db, state="resolved"), make.incident(db, state="resolved")
    ready.resolution = "Switched it off."
    link.add(db, ready, article, "resolved", actor=ben, now=now)
    outcome = bulk.act(db, [bare, ready], "close", Asked(), actor=ben, now=now)
    assert outcome.done == [ready]
    assert [(one.incident, one.findings[0].field) for one in outcome.refused] == [(bare, "door")]
    assert (ready.phase, bare.phase) == ("closed", "resolved")


def test_a_refused_one_is_left_as_it_was_whatever_its_verb_had_begun(db, now):
    ben = make.person(db)
    incident = make.incident(db)
    broken = closure.Outcome("link", resolution="Half done", article_id=999)
    outcome = bulk.each(
        db, [incident], lambda one: closure.resolve(db, one, broken, close=True, actor=ben, now=now)
    )
    assert outcome.refused
    db.refresh(incident)
    assert (incident.resolution, incident.assignee, incident.version) == ("", None, 1)


def test_every_act_does_what_its_verb_does_one_by_one(db, now):
    ben, cleo, article = make.person(db), make.person(db, "cleo"), make.article(db)
    network, parent, one = make.group(db), make.incident(db, "Outage"), make.incident(db)
    asked = Asked(group=network, person=cleo, state="in_progress", article=article, parent=parent)
    for name in ("take", "assign", "move", "link", "parent"):
        assert bulk.act(db, [one], name, asked, actor=ben, now=now).done == [one], name
    assert (one.group, one.assignee, one.state) == (network, cleo, "in_progress")
    assert [held.article for held in one.links] == [article]
    assert [(held.other, held.kind) for held in one.relations] == [(parent, "child_of")]


@pytest.mark.parametrize("name", ["link", "parent"])
def test_an_act_without_what_it_needs_is_refused_for_each(db, now, name):
    outcome = bulk.act(db, [make.incident(db)], name, Asked(), actor=make.person(db), now=now)
    assert outcome.refused[0].findings[0].message.startswith("No ")


def test_the_same_incident_twice_is_one_and_too_many_are_none(db, now):
    one = make.incident(db)
    assert bulk.act(db, [one, one], "take", Asked(), actor=make.person(db), now=now).done == [one]
    many = [make.incident(db, f"Printer {n}") for n in range(3)]
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "MOST", 2)
        with pytest.raises(Refused, match="at once"):
            bulk.each(db, many, seen.append)
    assert seen == []
