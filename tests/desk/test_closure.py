"""Closing with knowledge: the four doors, and that there is no fifth."""

import pytest
from sqlalchemy import true

from assistant import worker
from assistant.desk import closure, conversation, link, relations, worklist
from assistant.desk.closure import Outcome
from assistant.desk.errors import GateRefused
from assistant.desk.permissions import viewer_of
from tests import make


def fields(refused):
    return [finding.field for finding in refused.value.findings]


def close(db, incident, now, **outcome):
    return closure.resolve(db, incident, Outcome(**outcome), close=True, actor=make.person(db), now=now)


def test_ben_cannot_close_without_an_article(db, now):
    incident = make.incident(db, state="resolved")
    with pytest.raises(GateRefused) as refused:
        closure.close(db, incident, actor=make.person(db), now=now)
    assert fields(refused) == ["door"]


def test_linking_the_article_that_solved_it_resolves_and_closes_in_one_motion(db, now):
    incident, article = make.incident(db), make.article(db)
    close(db, incident, now, door="link", article_id=article.id, message="It works again, Ada.")
    assert (incident.phase, incident.closing_door, incident.assignee) == ("closed", "link", make.person(db))
    assert incident.resolution == article.current.resolution
    assert incident.entries[-1].kind == "comment"
    assert link.held(db, [article.id], true())[article.id].of == 1


def test_improving_an_article_adds_a_version_and_links_it(db, now):
    incident, article = make.incident(db), make.article(db)
    better = make.content(resolution="1. Install driver 4.2.\n2. Restart.")
    close(db, incident, now, door="improve", article_id=article.id, seen=1, content=better)
    assert (article.latest, article.current.content) == (2, better)
    assert incident.links[0].article is article


def test_writing_a_new_article_takes_what_the_incident_says(db, now):
    service = make.service(db)
    incident = make.incident(db, service=service, symptoms="Drops after ten minutes.", items=[make.item(db)])
    incident.assignee = make.person(db)
    draft = closure.draft_from(incident)
    assert draft.content.issue == "Drops after ten minutes."
    assert draft.content.environment.splitlines()[0] == "Service: Remote access"
    close(db, incident, now, door="write", resolution="Switched off power saving.")
    article = incident.links[0].article
    assert (article.confidence, article.audience) == ("not_validated", "internal")
    assert article.current.resolution == "Switched off power saving."
    assert article.services == [service]


def test_the_draft_carries_no_personal_data_and_says_what_was_there(db, now):
    incident = make.incident(db, text="I am Ada Okafor, call +351 210 555 019, password: hunter2secret")
    draft = closure.draft_from(incident)
    assert "Okafor" not in draft.content.issue and "hunter2secret" not in draft.content.issue
    assert {mark.kind for mark in draft.marks["issue"]} == {
        "a person's name",
        "a phone number",
        "a password or key",
    }


def test_a_new_article_without_resolution_is_refused_at_its_field(db, now):
    incident = make.incident(db)
    with pytest.raises(GateRefused) as refused:
        close(db, incident, now, door="write")
    assert "resolution" in fields(refused)


def test_an_article_of_a_restricted_incident_stays_with_its_team(db, now):
    ben = make.person(db)
    security = make.group(db, "Security", ben, restricted=True)
    incident = make.incident(db, restricted_to=security)
    close(db, incident, now, door="write", resolution="Reset the keys.")
    assert incident.links[0].article.scope == f"article:team:{security.id}"


def test_nothing_to_learn_needs_a_reason_from_the_list(db, now):
    incident = make.incident(db)
    for reason in ("", "tired"):
        with pytest.raises(GateRefused) as refused:
            close(db, incident, now, door="nothing", reason=reason)
        assert fields(refused) == ["nothing_reason"]


def test_an_incident_that_recovered_by_itself_closes_with_that_reason_and_is_counted(db, now):
    incident = make.incident(db)
    close(db, incident, now, door="nothing", reason="recovered")
    assert (incident.phase, incident.closing_door) == ("closed", "nothing")
    assert worklist.nothing_counts(db, viewer_of(db, make.person(db))) == {"recovered": 1}


def test_what_somebody_resolved_cannot_leave_through_the_fourth_door(db, now):
    incident = make.incident(db)
    with pytest.raises(GateRefused, match="something to learn"):
        close(db, incident, now, door="nothing", reason="withdrawn", resolution="Replaced the cable.")


def test_a_duplicate_closes_only_when_its_original_has_its_article(db, now):
    original, copy = make.incident(db), make.incident(db)
    with pytest.raises(GateRefused) as refused:
        close(db, copy, now, door="nothing", reason="duplicate")
    assert fields(refused) == ["duplicate_of"]
    with pytest.raises(GateRefused, match="has no article yet"):
        close(db, copy, now, door="nothing", reason="duplicate", duplicate_of=original.number)
    close(db, original, now, door="link", article_id=make.article(db).id)
    close(db, copy, now, door="nothing", reason="duplicate", duplicate_of=original.number)
    assert copy.phase == "closed"


def test_an_archived_or_unfinished_article_opens_no_door(db, now):
    for article in (make.article(db, "archived"), make.article(db, "wip", "internal", resolution="")):
        with pytest.raises(GateRefused):
            close(db, make.incident(db), now, door="link", article_id=article.id, resolution="Did it.")


def test_ben_cannot_link_an_article_of_a_team_he_is_not_in(db, now):
    secret = make.article(db, audience="team", team_id=make.group(db, "HR").id)
    with pytest.raises(GateRefused) as refused:
        close(db, make.incident(db), now, door="link", article_id=secret.id)
    assert fields(refused) == ["article_id"]


def test_a_missing_door_is_named(db, now):
    with pytest.raises(GateRefused) as refused:
        close(db, make.incident(db), now, door="")
    assert fields(refused) == ["door"]


def test_resolved_without_closing_waits_in_bens_own_list(db, now):
    incident, ben = make.incident(db), make.person(db)
    closure.resolve(
        db, incident, Outcome("link", article_id=make.article(db).id), close=False, actor=ben, now=now
    )
    viewer = viewer_of(db, ben)
    assert worklist.page(db, viewer, "document", {}).incidents == [incident]
    closure.close(db, incident, actor=ben, now=now)
    assert worklist.page(db, viewer, "document", {}).incidents == []


@pytest.mark.parametrize("name", ["hybrid", "agile", "adhoc"])
def test_every_process_resolves_and_closes_through_the_same_gate(db, now, name):
    incident = make.incident(db, service=make.service(db, process=name))
    close(db, incident, now, door="link", article_id=make.article(db).id)
    assert incident.phase == "closed"


def test_devops_asks_how_it_was_verified(db, now):
    incident = make.incident(db, service=make.service(db, process="devops"))
    article = make.article(db)
    with pytest.raises(GateRefused) as refused:
        close(db, incident, now, door="link", article_id=article.id)
    assert fields(refused) == ["verification"]
    close(db, incident, now, door="link", article_id=article.id, verification="Ran the check again.")
    assert incident.phase == "closed"


def test_parents_do_not_run_in_circles(db, now):
    one, two = make.incident(db), make.incident(db)
    relations.relate(db, one, two, "child_of", actor=None, now=now)
    with pytest.raises(closure.Refused, match="hangs below"):
        relations.relate(db, two, one, "child_of", actor=None, now=now)
    with pytest.raises(closure.Refused, match="itself"):
        relations.relate(db, one, one, "related_to", actor=None, now=now)


def test_an_empty_note_is_refused(db, now):
    with pytest.raises(closure.Refused, match="nothing written"):
        conversation.note(db, make.incident(db), " \n", actor=make.person(db), now=now)


def test_a_new_article_that_repeats_one_is_shown_before_it_is_written(runtime, now):
    with runtime.writing() as db:
        known, incident = make.article(db), make.incident(db)
        db.commit()
        worker.run_once(runtime, now)
        same = make.content(resolution="Turn the adapter's power saving off.")
        outcome = {"door": "write", "content": same}
        ben = make.person(db)
        with pytest.raises(GateRefused, match=known.number) as refused:
            closure.resolve(
                db, incident, Outcome(**outcome), close=True, actor=ben, now=now, live=runtime.live
            )
        assert fields(refused) == ["different"]
        closure.resolve(
            db,
            incident,
            Outcome(**outcome, different=True),
            close=True,
            actor=ben,
            now=now,
            live=runtime.live,
        )
        assert incident.phase == "closed"
