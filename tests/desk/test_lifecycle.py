"""The life of an incident: recorded, edited, moved, assigned, reopened."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.desk import audit, closure, conversation, lifecycle, process
from assistant.desk.errors import GateRefused, MoveNotAllowed
from assistant.migrations.rows import METADATA
from kb.errors import EditConflict, Refused
from kb.store import Sessions, make_engine
from tests import make


def test_adas_words_are_kept_as_she_wrote_them(db, now):
    incident = make.incident(db, text="  it is BROKEN!!\r\nagain ")
    lifecycle.edit(db, incident, {"symptoms": "No connection."}, seen=1, actor=make.person(db), now=now)
    assert incident.reported_text == "  it is BROKEN!!\r\nagain "


def test_an_incident_is_routed_by_its_service_and_the_history_is_kept(db, now):
    network = make.group(db, "Network")
    incident = make.incident(db, service=make.service(db, group=network))
    ben = make.person(db)
    lifecycle.assign(db, incident, network, ben, actor=ben, now=now + timedelta(minutes=5))
    assert [(span.group, span.person) for span in incident.spans] == [(network, None), (network, ben)]
    assert incident.spans[0].until == now + timedelta(minutes=5)


def test_an_incident_without_a_title_is_refused_at_the_title(db):
    with pytest.raises(Refused) as refused:
        make.incident(db, title="   ")
    assert [finding.field for finding in refused.value.findings] == ["title"]


def test_an_occurrence_in_the_future_is_refused(db, now):
    with pytest.raises(Refused, match="future"):
        make.incident(db, occurred_at=now + timedelta(hours=1))


def test_work_cannot_start_without_anybody_who_does_it(db, now):
    incident = make.incident(db)
    with pytest.raises(GateRefused) as refused:
        lifecycle.move(db, incident, "in_progress", actor=make.person(db), now=now)
    assert refused.value.findings[0].field == "assignee_id"
    assert incident.state == "new"


def test_a_move_that_the_process_does_not_know_is_refused_in_words(db, now):
    with pytest.raises(MoveNotAllowed, match="“New” and cannot go to “Resolved”"):
        lifecycle.move(db, make.incident(db), "resolved", actor=make.person(db), now=now)


def test_waiting_needs_its_reason_and_working_again_clears_it(db, now):
    ben = make.person(db)
    incident = make.incident(db, state="in_progress")
    with pytest.raises(GateRefused):
        lifecycle.move(db, incident, "on_hold", actor=ben, now=now)
    lifecycle.assign(db, incident, None, ben, actor=ben, now=now)
    lifecycle.move(db, incident, "on_hold", actor=ben, now=now, hold_reason="New dock is on its way")
    assert (incident.phase, incident.hold_reason) == ("waiting", "New dock is on its way")
    lifecycle.move(db, incident, "in_progress", actor=ben, now=now)
    assert incident.hold_reason == ""


def test_reopening_counts_and_what_had_resolved_it_did_not_hold(db, now):
    ben = make.person(db)
    incident, article = make.incident(db), make.article(db)
    outcome = closure.Outcome("link", article_id=article.id)
    closure.resolve(db, incident, outcome, close=True, actor=ben, now=now)
    lifecycle.reopen(db, incident, actor=make.person(db, "ada"), now=now)
    assert (incident.phase, incident.reopen_count, incident.closed_at) == ("active", 1, None)
    with pytest.raises(GateRefused):
        lifecycle.move(db, incident, "closed", actor=ben, now=now)


def test_a_requester_cannot_be_given_an_incident_to_work_on(db, now):
    with pytest.raises(Refused, match="does not work on incidents"):
        lifecycle.assign(db, make.incident(db), None, make.person(db, "ada"), actor=make.person(db), now=now)


def test_two_people_may_change_different_fields_at_once(db, now):
    incident, ben = make.incident(db), make.person(db)
    seen = incident.version
    lifecycle.edit(db, incident, {"cause": "Power saving"}, seen=seen, actor=make.person(db, "cleo"), now=now)
    lifecycle.edit(db, incident, {"workaround": "Use a cable"}, seen=seen, actor=ben, now=now)
    assert (incident.cause, incident.workaround) == ("Power saving", "Use a cable")


def test_the_second_to_change_the_same_field_gets_both_texts_back(db, now):
    incident, ben = make.incident(db), make.person(db)
    seen = incident.version
    lifecycle.edit(db, incident, {"cause": "Power saving"}, seen=seen, actor=make.person(db, "cleo"), now=now)
    with pytest.raises(EditConflict) as conflict:
        lifecycle.edit(db, incident, {"cause": "A bad driver"}, seen=seen, actor=ben, now=now)
    assert conflict.value.subject.cause == "Power saving"
    assert conflict.value.yours == {"cause": "A bad driver"}


def test_a_note_does_not_make_an_open_form_stale(db, now):
    incident, ben = make.incident(db), make.person(db)
    seen = incident.version
    conversation.note(db, incident, "Asked the supplier.", actor=ben, now=now)
    lifecycle.edit(db, incident, {"title": "VPN drops"}, seen=seen, actor=ben, now=now)
    assert incident.title == "VPN drops"


def test_the_audit_trail_tells_who_changed_what_and_when(db, now):
    incident, ben = make.incident(db), make.person(db)
    lifecycle.edit(db, incident, {"impact": "department"}, seen=1, actor=ben, now=now)
    entry = audit.of(db, "incident", incident.id)[-1]
    assert (entry.person_id, entry.at) == (ben.id, now)
    assert entry.changes["impact"] == ["person", "department"]


PRESETS = process.presets()


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(PRESETS), steps=st.lists(st.integers(0, 20), max_size=25))
def test_no_walk_through_any_process_closes_an_incident_without_what_it_taught(name, steps):
    """Random moves, assignments and texts: whatever a person tries, closed means learned."""
    engine = make_engine("sqlite://")
    METADATA.create_all(engine)
    with Sessions(engine).writing() as db:
        way, ben = process.preset(name), make.person(db)
        incident = make.incident(db, service=make.service(db, process=name))
        incident.group = make.group(db)
        incident.assignee, incident.resolution, incident.verification = (
            ben,
            "Restarted it",
            "Ada could work again",
        )
        db.flush()
        for step in steps:
            targets = way.moves[incident.state]
            target = targets[step % len(targets)]
            try:
                lifecycle.move(
                    db, incident, target, actor=ben, now=make.NOON, hold_reason="Waiting for a part"
                )
            except GateRefused:
                assert way.states[target].phase == "closed"
            assert incident.phase == way.states[incident.state].phase != "closed"
    engine.dispose()


def test_an_assignment_or_a_move_after_a_form_was_opened_is_noticed_by_that_form(db, now):
    """The trail must tell the change under the version that it made, however often it was flushed on the way."""
    incident, ben = make.incident(db), make.person(db)
    seen = incident.version
    lifecycle.assign(db, incident, make.group(db), ben, actor=ben, now=now)
    assert {"group_id", "assignee_id"} <= audit.changed_since(db, "incident", incident.id, seen)
    seen = incident.version
    lifecycle.move(db, incident, "in_progress", actor=ben, now=now)
    lifecycle.move(db, incident, "on_hold", actor=ben, now=now, hold_reason="A part is on its way")
    assert {"state", "phase", "hold_reason"} <= audit.changed_since(db, "incident", incident.id, seen)
    seen = incident.version
    closure.resolve(
        db,
        incident,
        closure.Outcome("link", article_id=make.article(db).id, cause="Wear"),
        close=True,
        actor=ben,
        now=now,
    )
    assert {"cause", "resolution", "state"} <= audit.changed_since(db, "incident", incident.id, seen)
