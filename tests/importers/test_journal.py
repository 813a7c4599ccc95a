"""Notes and comments of other desks."""

from datetime import UTC, datetime

import pytest

from assistant.importers.journal import Remark, remarks
from assistant.importers.times import Dates

READ = Dates(UTC).read
JOURNAL = """2026-02-03 08:53:00 - Ben Sato (Work notes)
Restarted the spooler.

Still blank.
2026-02-03 09:10:00 - Ada Okafor (Additional comments)
It prints again, thank you."""


def test_a_journal_is_taken_apart():
    assert list(remarks(JOURNAL, "note", READ)) == [
        Remark(
            "note",
            "Restarted the spooler.\n\nStill blank.",
            "Ben Sato",
            datetime(2026, 2, 3, 8, 53, tzinfo=UTC),
        ),
        Remark(
            "comment", "It prints again, thank you.", "Ada Okafor", datetime(2026, 2, 3, 9, 10, tzinfo=UTC)
        ),
    ]


def test_columns_of_jira_are_taken_apart():
    cell = ["03/Feb/26 8:53 AM;ben;Restarted it.", "04/Feb/26 9:00 AM;ada;Thanks; works."]
    assert [(one.author, one.text) for one in remarks(cell, "comment", READ)] == [
        ("ben", "Restarted it."),
        ("ada", "Thanks; works."),
    ]


def test_objects_give_author_and_time():
    said = {"author": {"name": "Ben Sato"}, "body": "<p>Done</p>", "created_at": "2026-02-03T08:53:00Z"}
    assert list(remarks([said], "note", READ)) == [
        Remark("note", "Done", "Ben Sato", datetime(2026, 2, 3, 8, 53, tzinfo=UTC))
    ]


def test_plain_text_is_one_remark_and_nothing_is_none():
    assert list(remarks("Called back.", "note", READ)) == [Remark("note", "Called back.")]
    assert list(remarks(["", None, {}], "note", READ)) == []


def test_a_time_that_cannot_be_read_is_said():
    with pytest.raises(ValueError, match="no date"):
        list(remarks([{"text": "x", "at": "yesterday"}], "note", READ))
