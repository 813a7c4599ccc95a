"""A row becomes a record of an incident, or says why not."""

from datetime import UTC, datetime

import pytest

from assistant.desk.priority import MATRIX
from assistant.importers import mapping
from assistant.importers.names import INCIDENT_NAMES
from assistant.importers.records import Reading, Rejected, shortened
from assistant.importers.times import Dates
from tests.importers.conftest import row

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def record(state="", **more):
    values = row(**more)
    return Reading(
        "old desk", mapping.guess(list(values), [values], INCIDENT_NAMES), Dates(UTC), NOW, state, MATRIX
    ).record(2, values)


def test_a_whole_row_is_understood():
    found = record()
    assert found.external_id == "old desk:INC0000001"
    assert (
        found.values
        | {
            "title": "Printer 1 prints blank pages",
            "state": "closed",
            "priority": "P2",
            "resolution": "Replaced toner cartridge 1.",
            "recorded_at": datetime(2025, 3, 3, 8, 15, tzinfo=UTC),
        }
        == found.values
    )
    assert found.names["category"] == "Hardware › Printer" and found.names["service"] == "Printing"


def test_another_priority_than_the_matrix_gives_is_kept_with_a_reason():
    assert record(Priority="1").values["priority_reason"] == "Kept from the import."
    assert record(Priority="3").values["priority_reason"] == ""


def test_a_priority_without_a_meaning_is_noted_and_the_matrix_decides():
    found = record(Priority="purple", Impact="1 - High", Urgency="1 - High")
    assert found.values["priority"] == "P1"
    assert "say “purple” for priority, which is not known: impact and urgency decide" in found.notes


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"State": "", "Closed at": "", "Resolution notes": ""}, "new"),
        ({"State": "", "Closed at": "2025-03-04", "Resolution notes": ""}, "closed"),
        ({"State": "", "Closed at": "", "Resolution notes": "Replaced it."}, "closed"),
        ({"State": "", "Closed at": "", "Resolution notes": "", "Resolved at": "2025-03-04"}, "resolved"),
        ({"State": "On the moon"}, "closed"),
        ({"State": "Awaiting User Info"}, "waiting"),
    ],
)
def test_a_row_without_a_known_state_is_judged_by_its_dates(more, state):
    assert record(**more).values["state"] == state


def test_a_state_can_be_named_for_rows_that_say_none():
    assert (
        record("closed", **{"State": "", "Closed at": "", "Resolution notes": ""}).values["state"] == "closed"
    )


def test_what_an_incident_waits_for_is_kept_in_the_other_desks_words():
    assert record(State="Awaiting User Info").values["hold_reason"] == "Awaiting User Info"


def test_a_row_without_a_title_gets_the_first_sentence_of_its_text():
    found = record(**{"Short description": "", "Description": "<p>It is dead. Since when? Monday.</p>"})
    assert found.values["title"] == "It is dead." and found.notes["have no title: their text gives one"] == 1


def test_a_row_of_categories_alone_is_titled_by_them():
    found = record(**{"Short description": "", "Description": "N/A", "Resolution notes": ""})
    assert found.values["title"] == "Hardware › Printer"


def test_a_long_title_is_shortened_and_nothing_of_it_is_lost():
    long = "word " * 100
    found = record(**{"Short description": long})
    assert len(found.values["title"]) <= 300 and found.values["title"].endswith("…")
    assert found.values["symptoms"].startswith(long.strip())


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (
            {
                "Short description": "",
                "Description": "",
                "Resolution notes": "",
                "Category": "",
                "Subcategory": "",
            },
            "neither a title nor a text",
        ),
        ({"Opened at": "last Monday"}, "The time when it was recorded: “last Monday” is no date"),
        ({"Opened at": "2031-01-01"}, "in the future"),
        ({"Business service": "x" * 101}, "The service is 101 characters long; 100 fit"),
        ({"Description": "x" * 200_001}, "The reported text is 200,001 characters long"),
        ({"Category": "x" * 101}, "The category is 101 characters long"),
        ({"Number": "x" * 200}, "The identifier is 200 characters long"),
        ({"Comments": [{"text": "x", "at": "soon"}]}, "A note or comment"),
    ],
)
def test_a_row_that_cannot_be_kept_says_why(more, reason):
    with pytest.raises(Rejected, match=reason):
        record(**more)


def test_a_row_without_an_identifier_is_known_by_its_content():
    assert (
        record(Number="").external_id
        == record(Number="").external_id
        != record(Number="", Caller="Eve").external_id
    )


def test_a_date_of_record_that_is_missing_is_taken_from_the_others():
    assert record(**{"Opened at": ""}).values["recorded_at"] == datetime(2025, 3, 4, 10, tzinfo=UTC)
    found = record(**{"Opened at": "", "Closed at": ""})
    assert "recorded_at" not in found.values and found.notes["have no date of record: now stands in"] == 1


def test_texts_are_cut_between_words():
    assert (
        shortened("one two three", 9) == "one two…"
        and shortened("abcdefghij", 5) == "abcd…"
        and shortened("one", 3) == "one"
    )


def test_a_category_path_in_one_cell_is_taken_apart():
    assert record(Category="Network > VPN", Subcategory="I/O").names["category"] == "Network › VPN › I/O"
    assert record(Category=["Cloud", "Storage"], Subcategory="").names["category"] == "Cloud"
