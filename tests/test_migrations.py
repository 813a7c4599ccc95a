"""The database's history: it leads to what the code expects, and back, with data, on both engines."""

import pytest
from sqlalchemy import inspect, select, text

from assistant import migrations
from assistant.desk import audit
from assistant.desk.incident import Incident
from kb.store import Sessions
from tests import make


def test_the_migrations_make_exactly_what_the_code_expects(empty):
    migrations.upgrade(empty)
    assert migrations.differences(empty) == []


def test_up_again_changes_nothing_and_keeps_what_is_there(empty):
    migrations.upgrade(empty)
    sessions = Sessions(empty)
    audit.listen(sessions.writer)
    with sessions.writing() as db:
        number = make.incident(db).number
        db.commit()
    migrations.upgrade(empty)
    with sessions.reading() as db:
        assert [incident.number for incident in db.scalars(select(Incident))] == [number]


def test_down_to_nothing_leaves_no_table_and_up_works_again(empty):
    migrations.upgrade(empty)
    migrations.downgrade(empty, "base")
    assert set(inspect(empty).get_table_names()) <= {"alembic_version"}
    migrations.upgrade(empty)
    assert migrations.differences(empty) == []


def test_a_migrated_database_refuses_changes_to_the_audit_trail(empty):
    migrations.upgrade(empty)
    sessions = Sessions(empty)
    audit.listen(sessions.writer)
    with sessions.writing() as db:
        make.incident(db)
        with pytest.raises(Exception, match="append-only"):
            db.execute(text("DELETE FROM audit_entry"))
