"""Reading the audit trail: what is asked for, in words, and nothing of what the reader may not know."""

from datetime import timedelta

import pytest

from assistant.desk import audit, conversation, lifecycle, relations, trail
from assistant.desk.permissions import viewer_of
from assistant.desk.trail import HIDDEN, Asked
from tests import make


@pytest.fixture
def mia(db):
    """Mia, who manages the service and is in no restricted group."""
    return make.person(db, "mia")


def told(db, person, **asked):
    return trail.page(db, viewer_of(db, person), Asked(**asked), most=500)[0]


def test_a_change_is_told_with_names_before_and_after(db, now, mia):
    ben, incident = make.person(db), make.incident(db)
    lifecycle.assign(db, incident, make.group(db, "Network", ben), ben, actor=ben, now=now)
    entry = told(db, mia, subject="incident")[0]
    assert (entry.about, entry.who, entry.action) == (incident.number, "Ben Sato", "Incident changed")
    assert ("assignee", "", "Ben Sato") in [(one.field, one.before, one.after) for one in entry.changes]
    assert ("group", "", "Network") in [(one.field, one.before, one.after) for one in entry.changes]


def test_entries_about_restricted_incidents_are_only_for_members(db, now, mia):
    ben = make.person(db)
    staff = make.group(db, "Staff matters", ben, restricted=True)
    secret = make.incident(db, "Complaint about a colleague", restricted_to=staff)
    conversation.note(db, secret, "Talked to both.", actor=ben, now=now)
    assert told(db, mia, subject="incident") == []
    assert told(db, mia, subject="incident", subject_id=secret.id) == []
    assert len(told(db, ben, subject="incident", subject_id=secret.id)) >= 2


def test_a_restricted_incident_is_not_named_by_its_neighbours(db, now, mia):
    ben = make.person(db)
    staff = make.group(db, "Staff matters", ben, restricted=True)
    plain, secret = make.incident(db, "Door"), make.incident(db, "Complaint", restricted_to=staff)
    relation = relations.relate(db, plain, secret, "related_to", actor=ben, now=now)
    relations.unrelate(db, relation, actor=ben, now=now)
    audit.record(db, "incident", plain.id, "merged", actor=ben, now=now, into=[None, secret.number])
    for_mia, for_ben = (str(told(db, one, subject_id=plain.id, subject="incident")) for one in (mia, ben))
    assert secret.number in for_ben and HIDDEN not in for_ben
    assert secret.number not in for_mia and for_mia.count(HIDDEN) == 3


def test_an_article_of_a_team_is_only_for_the_team(db, mia):
    ben = make.person(db)
    team = make.group(db, "Network", ben)
    article = make.article(db, audience="team", team_id=team.id)
    assert told(db, mia, subject="article") == []
    assert told(db, ben, subject="article", subject_id=article.id)


def test_filters_narrow_by_person_action_and_time(db, now, mia):
    ben, cleo = make.person(db), make.person(db, "cleo")
    first, second = make.incident(db), make.incident(db, now=now + timedelta(days=2))
    lifecycle.watch(db, first, cleo, actor=cleo, now=now)
    assert {one.who for one in told(db, mia, person_id=cleo.id)} == {"Cleo Marchetti"}
    assert [one.about for one in told(db, mia, action="watcher added")] == [first.number]
    later = told(db, mia, subject="incident", since=now + timedelta(days=1))
    assert {one.about for one in later} == {second.number}
    assert second.number not in {one.about for one in told(db, mia, until=now + timedelta(days=1))}
    assert told(db, mia, person_id=ben.id, action="relation removed") == []


def test_pages_follow_each_other_without_a_gap_or_a_double(db, mia):
    for number in range(7):
        make.incident(db, f"Incident {number}")
    viewer, seen, before = viewer_of(db, mia), [], None
    while True:
        shown, before = trail.page(db, viewer, Asked(), before=before, most=3)
        seen += [one.id for one in shown]
        if before is None:
            break
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == len(told(db, mia))


def test_every_kind_of_subject_has_a_name(db, now, mia):
    make.service(db, "VPN"), make.item(db, "LT-1"), make.group(db, "Network")
    names = {one.subject: one.about for one in told(db, mia)}
    assert names["service"] == "VPN" and names["configuration item"] == "LT-1"
    assert names["group"] == "Network" and names["person"] == "Mia Lindqvist"
