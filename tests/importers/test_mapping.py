"""Which column becomes what."""

import itertools

import pytest

from assistant.importers import mapping
from assistant.importers.names import ARTICLE_NAMES, INCIDENT_NAMES, fold
from assistant.importers.run import ImportFailed
from tests.importers.conftest import row


def guessed(*rows, names=INCIDENT_NAMES):
    return mapping.guess(list(rows[0]), rows, names)


def test_an_export_of_servicenow_is_understood():
    columns = guessed(
        {
            "number": "INC1",
            "short_description": "x",
            "description": "y",
            "incident_state": "Closed",
            "caller_id": "Ada",
            "caller": "Ada",
            "assignment_group": "Network",
            "assigned_to": "Ben",
            "opened_at": "2025-01-01",
            "closed_at": "2025-01-02",
            "close_notes": "z",
            "cmdb_ci": "LT-1",
            "category": "Network",
            "subcategory": "VPN",
            "work_notes": "n",
            "comments": "c",
        }
    ).columns
    assert columns["category"] == ["category", "subcategory"]
    assert {name: several[0] for name, several in columns.items() if name != "category"} == {
        "id": "number",
        "title": "short_description",
        "reported_text": "description",
        "state": "incident_state",
        "requester": "caller",
        "group": "assignment_group",
        "assignee": "assigned_to",
        "items": "cmdb_ci",
        "recorded_at": "opened_at",
        "closed_at": "closed_at",
        "resolution": "close_notes",
        "notes": "work_notes",
        "comments": "comments",
    }


@pytest.mark.parametrize(
    "header",
    [
        ("Ticketnummer", "Kurzbeschreibung", "Beschreibung", "Priorität", "Erstellt am", "Lösung"),
        ("Numéro", "Titre", "Description", "Priorité", "Créé le", "Solution"),
        ("Número", "Título", "Descrição", "Prioridade", "Aberto em", "Resolução"),
        ("Número", "Asunto", "Descripción", "Prioridad", "Creado el", "Solución"),
        ("Issue key", "Summary", "Description", "Priority", "Created", "Resolution notes"),
    ],
)
def test_names_in_five_languages_are_understood(header):
    values = ("1", "Drucker", "Seit heute", "2", "2025-01-01", "Neu gestartet")
    columns = guessed(dict(zip(header, values, strict=True))).columns
    assert list(columns) == ["id", "title", "reported_text", "priority", "recorded_at", "resolution"]


def test_a_resolution_of_codes_is_no_resolution():
    rows = [{"title": "a", "Resolution": ("Fixed", "Duplicate")[number % 2]} for number in range(30)]
    assert "resolution" not in guessed(*rows).columns
    assert guessed(*rows).ignored == ["Resolution"]


def test_a_column_that_holds_no_dates_is_no_date():
    assert "closed_at" not in guessed({"title": "a", "Closed": "yes"}, {"title": "b", "Closed": "no"}).columns


def test_columns_with_unknown_names_are_judged_by_their_contents():
    columns = guessed(
        {"a": "2025-01-01 10:00", "b": "The printer on the second floor prints blank pages", "c": "7"},
        {"a": "2025-01-02 11:00", "b": "No sound in the meeting room since the update", "c": "8"},
    ).columns
    assert columns == {"recorded_at": ["a"], "reported_text": ["b"]}


def test_names_within_objects_are_understood():
    columns = guessed(
        {
            "key": "A-1",
            "fields.summary": "x",
            "fields.priority.name": "High",
            "fields.reporter.displayName": "Ada",
        }
    ).columns
    assert columns == {
        "id": ["key"],
        "title": ["fields.summary"],
        "priority": ["fields.priority.name"],
        "requester": ["fields.reporter.displayName"],
    }


def test_a_column_becomes_one_thing_only():
    columns = guessed(row()).columns
    used = [column for several in columns.values() for column in several]
    assert len(used) == len(set(used))


def test_the_columns_of_a_rejects_file_are_not_imported():
    found = guessed({"import row": "3", "import reason": "too long", **row()})
    assert not {"import row", "import reason"} & {*found.ignored, *itertools.chain(*found.columns.values())}


TOML = """
[columns]
title = "Short description"
category = ["Category", "Subcategory"]
[values.state]
Closed = "resolved"
"""
JSON = """{
"columns": {"title": "Short description", "category": ["Category", "Subcategory"]},
"values": {"state": {"Closed": "resolved"}}
}"""


@pytest.mark.parametrize(("name", "text"), [("map.toml", TOML), ("map.json", JSON)])
def test_a_mapping_file_decides(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    found = mapping.load(tmp_path / name, list(row()), [row()], INCIDENT_NAMES)
    assert found.columns == {"title": ["Short description"], "category": ["Category", "Subcategory"]}
    assert found.values == {"state": {"closed": "resolved"}} and not found.guessed


WRONG = """
[columns]
heading = "Short description"
title = "Subject"
[values.colour]
red = "P1"
[values.priority]
red = "high"
"""


def test_a_mapping_file_is_told_everything_that_is_wrong(tmp_path):
    (tmp_path / "map.toml").write_text(WRONG)
    with pytest.raises(ImportFailed) as refused:
        mapping.load(tmp_path / "map.toml", list(row()), [row()], INCIDENT_NAMES)
    told = str(refused.value)
    assert "“heading” is no field" in told and "no column “Subject”" in told
    assert "not for “colour”" in told and "“high” is no priority. Use one of P1, P2, P3, P4." in told


@pytest.mark.parametrize("text", ["[columns", "columns = 1", "[other]\na = 1"])
def test_a_broken_mapping_file_is_told(tmp_path, text):
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(ImportFailed, match=r"map\.toml"):
        mapping.load(tmp_path / "map.toml", ["a"], [], INCIDENT_NAMES)


@pytest.mark.parametrize("names", [INCIDENT_NAMES, ARTICLE_NAMES])
def test_every_known_name_is_written_as_names_are_compared(names):
    for several in names.values():
        assert [fold(name) for name in several] == list(several)
