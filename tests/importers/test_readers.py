"""Files become rows, whatever their form."""

import contextlib
import csv
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from assistant.importers.decoding import Unreadable
from assistant.importers.readers import CELL_LIMIT, open_table
from tests.importers.conftest import row, write_csv, write_jsonl, write_xlsx

ROWS = [
    row(number, Caller="Zoë Müller", Description='first line\nsecond; line, with "quotes"')
    for number in (1, 2)
]


def rows_of(path, **options):
    return [found.values for found in open_table(path, **options).rows()]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-32"])
def test_any_delimiter_and_encoding_is_found_out(tmp_path, delimiter, encoding):
    assert rows_of(write_csv(tmp_path / "rows.csv", ROWS, delimiter=delimiter, encoding=encoding)) == ROWS


@pytest.mark.parametrize("name", ["rows.csv.gz", "rows.tsv", "rows.txt", "rows"])
def test_csv_is_known_by_several_names(tmp_path, name):
    assert rows_of(write_csv(tmp_path / name, ROWS)) == ROWS


@pytest.mark.parametrize("name", ["rows.xlsx", "rows.xlsx.gz"])
def test_a_workbook_is_read(tmp_path, name):
    assert rows_of(write_xlsx(tmp_path / name, ROWS)) == ROWS


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz", "rows.ndjson"])
def test_json_lines_are_read(tmp_path, name):
    assert rows_of(write_jsonl(tmp_path / name, ROWS)) == ROWS


def test_rows_are_numbered_as_a_spreadsheet_does(tmp_path):
    (tmp_path / "rows.csv").write_text('id,title\n1,"two\nlines"\n\n2,next\n')
    assert [found.number for found in open_table(tmp_path / "rows.csv").rows()] == [2, 4]


def test_excels_own_line_about_the_delimiter_is_obeyed(tmp_path):
    (tmp_path / "rows.csv").write_text("sep=;\nid;title\n1;a,b,c\n")
    assert rows_of(tmp_path / "rows.csv") == [{"id": "1", "title": "a,b,c"}]


def test_a_delimiter_and_an_encoding_can_be_named(tmp_path):
    (tmp_path / "rows.csv").write_bytes("id:title\n1:Prüfung\n".encode("cp850"))
    assert rows_of(tmp_path / "rows.csv", delimiter=":", encoding="cp850") == [
        {"id": "1", "title": "Prüfung"}
    ]


def test_columns_that_stand_twice_become_a_list(tmp_path):
    (tmp_path / "rows.csv").write_text("id,Comment,Comment,Comment\n1,one,two,\n")
    assert rows_of(tmp_path / "rows.csv") == [{"id": "1", "Comment": ["one", "two"]}]


def test_a_row_with_too_many_cells_is_named(tmp_path):
    (tmp_path / "rows.csv").write_text("id,title\n1,one\n2,two,three\n")
    good, bad = open_table(tmp_path / "rows.csv").rows()
    assert not good.problem and bad.number == 3 and "3 cells where the header has 2" in bad.problem


def test_a_workbook_with_notes_above_and_beside_the_table(tmp_path):
    book = Workbook()
    book.active.append(["Export of March"])
    book.active.append(["id", "title"])
    book.active.append([1, "one"])
    book.active.append([None, None])
    book.active.append([2, "two", None, "a remark"])
    book.save(tmp_path / "rows.xlsx")
    good, bad = open_table(tmp_path / "rows.xlsx").rows()
    assert good.number == 3 and good.values == {"id": 1, "title": "one"}
    assert bad.number == 5 and "cells" in bad.problem


def test_a_sheet_can_be_named_and_a_wrong_one_is_told(tmp_path):
    path = write_xlsx(tmp_path / "rows.xlsx", ROWS)
    assert rows_of(path, sheet="Sheet") == ROWS
    with pytest.raises(Unreadable, match="It has: Sheet"):
        open_table(path, sheet="Incidents")


def test_objects_within_objects_get_names_with_dots(tmp_path):
    path = write_jsonl(
        tmp_path / "rows.jsonl", [{"fields": {"priority": {"name": "High"}}, "tags": ["a", "b"]}]
    )
    assert rows_of(path) == [{"fields.priority.name": "High", "tags": ["a", "b"]}]


def test_a_name_in_a_late_line_is_a_column_too(tmp_path):
    path = write_jsonl(tmp_path / "rows.jsonl", [*({"id": n} for n in range(500)), {"id": 500, "late": "x"}])
    assert open_table(path).columns == ["id", "late"]


def test_a_line_that_is_not_json_is_one_bad_row(tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"id": 1}\n{"id": \n[1]\n\n{"id": 2}\n')
    found = list(open_table(tmp_path / "rows.jsonl").rows())
    assert [(one.number, bool(one.problem)) for one in found] == [
        (1, False),
        (2, True),
        (3, True),
        (5, False),
    ]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("rows.pdf", b"%PDF", "not CSV, XLSX or JSON Lines"),
        ("rows.xlsx", b"not a workbook", "no workbook"),
        ("rows.csv", b"", "empty"),
        ("rows.jsonl", b"", "empty"),
        ("rows.json", b'[\n{"id": 1},\n{"id": 2}\n]', "one object a line"),
        ("rows.csv.gz", b"not packed", "cannot be read"),
        ("rows.csv.gz", gzip.compress(b"id,title\n" * 9000, mtime=0)[:60], "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Unreadable, match=told):
        list(open_table(tmp_path / name).rows())


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(str.strip)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=20), st.sampled_from([",", ";", "\t"]))
def test_what_is_written_as_csv_comes_back(tmp_path_factory, cells, delimiter):
    path = tmp_path_factory.mktemp("csv") / "rows.csv"
    rows = [{"identifier": a, "title": b, "text": c} for a, b, c in cells]
    assert rows_of(write_csv(path, rows, delimiter=delimiter), delimiter=delimiter) == rows


@given(st.binary(max_size=400))
def test_any_bytes_are_rows_or_a_sentence(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("any") / "rows.csv"
    path.write_bytes(data)
    with contextlib.suppress(Unreadable):
        for found in open_table(path).rows():
            assert found.number > 1 and json.dumps(found.values)


def test_a_quotation_mark_that_is_never_closed_is_one_bad_row(tmp_path):
    csv.field_size_limit(1000)
    try:
        (tmp_path / "rows.csv").write_text('id,title\n1,one\n2,"two\n' + "3,three\n" * 200)
        found = list(open_table(tmp_path / "rows.csv", delimiter=",").rows())
    finally:
        csv.field_size_limit(CELL_LIMIT)
    assert not found[0].problem and "never closed" in found[1].problem


def test_an_empty_sheet_and_a_missing_file_are_told(tmp_path):
    Workbook().save(tmp_path / "empty.xlsx")
    with pytest.raises(Unreadable, match="has no header"):
        open_table(tmp_path / "empty.xlsx")
    with pytest.raises(Unreadable, match="There is no file"):
        open_table(tmp_path / "missing.csv")


def test_an_encoding_that_does_not_exist_is_told(tmp_path):
    with pytest.raises(Unreadable, match="is no encoding"):
        open_table(write_csv(tmp_path / "rows.csv", ROWS), encoding="klingon")
