"""The audit trail: complete, and only ever added to."""

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from assistant.desk import audit, conversation, lifecycle, link
from assistant.desk.audit import AuditEntry
from tests import make


def test_everything_that_hangs_on_an_incident_is_told_with_who_and_when(db, now):
    ben, incident, article = make.person(db), make.incident(db), make.article(db)
    lifecycle.watch(db, incident, make.person(db, "cleo"), actor=ben, now=now)
    link.add(db, incident, article, "resolved", actor=ben, now=now)
    told = [(entry.action, entry.person_id, entry.at) for entry in audit.of(db, "incident", incident.id)]
    assert told == [
        ("incident added", ben.id, now),
        ("watcher added", ben.id, now),
        ("link added", ben.id, now),
    ]


def test_no_password_and_no_private_note_stands_in_the_trail(db, now):
    make.person(db, password=make.PASSWORD)
    conversation.note(db, make.incident(db), "The director's medical leave", actor=make.person(db), now=now)
    everything = str([entry.changes for entry in db.query(AuditEntry)])
    assert "argon2" not in everything and "medical" not in everything


@pytest.mark.parametrize("statement", [update(AuditEntry).values(action="nothing"), delete(AuditEntry)])
def test_the_database_refuses_to_change_the_trail(db, statement):
    make.incident(db)
    with pytest.raises(DBAPIError, match="append-only"):
        db.execute(statement)


def test_a_flush_that_changes_nothing_writes_nothing(db):
    incident = make.incident(db)
    before = len(audit.of(db, "incident", incident.id))
    incident.title = str(incident.title)
    db.flush()
    assert len(audit.of(db, "incident", incident.id)) == before
