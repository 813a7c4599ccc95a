"""Rejected rows go to a file that can be corrected and imported."""

import contextlib
import csv
import json

from sqlalchemy import func, select

from assistant.desk.incident import Incident
from assistant.importers import incidents
from tests.importers.conftest import row, write_csv, write_jsonl


def test_a_rejected_row_is_kept_whole_with_number_and_reason(bring, tmp_path):
    rows = [row(1), row(2, **{"Opened at": "yesterday", "Description": "two\nlines; “quoted”"})]
    summary = bring(write_csv(tmp_path / "old.csv", rows))
    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        (kept,) = csv.DictReader(file)
    assert kept.pop("import row") == "3"
    assert kept.pop("import reason").startswith("The time when it was recorded: “yesterday” is no date")
    assert kept == rows[1]
    assert any("row 3" in line for line in summary.lines()) and any(
        "rejects.csv" in line for line in summary.lines()
    )


def test_a_corrected_rejects_file_completes_the_import(runtime, bring, tmp_path):
    bring(
        write_csv(tmp_path / "old.csv", [row(1), row(2, **{"Opened at": "yesterday"})]),
        rejects=tmp_path / "old.rejects.csv",
    )
    text = (
        (tmp_path / "old.rejects.csv")
        .read_text("utf-8-sig")
        .replace("“yesterday”", "")
        .replace("yesterday", "2025-03-03")
    )
    (tmp_path / "old.rejects.csv").write_text(text)
    assert bring(tmp_path / "old.rejects.csv").counts["added"] == 1
    with runtime.reading() as db:
        assert set(db.scalars(select(Incident.external_id))) == {"old:INC0000001", "old:INC0000002"}


def test_rejected_lines_of_json_stay_json(bring, tmp_path):
    bring(
        write_jsonl(
            tmp_path / "old.jsonl", [row(1, tags=["a"]), row(2, **{"Opened at": "x", "tags": ["b"]})]
        ),
        rejects=tmp_path / "r.jsonl",
    )
    (kept,) = map(json.loads, (tmp_path / "r.jsonl").read_text().splitlines())
    assert kept["import row"] == 2 and kept["tags"] == ["b"]


def test_no_file_is_written_over_and_none_without_need(runtime, bring, tmp_path):
    (tmp_path / "rejects.csv").write_text("somebody's own")
    bring(write_csv(tmp_path / "fine.csv", [row(1)]))
    assert not (tmp_path / "rejects-2.csv").exists()
    bring(write_csv(tmp_path / "old.csv", [row(2, **{"Opened at": "x"})]))
    assert (tmp_path / "rejects.csv").read_text() == "somebody's own" and (
        tmp_path / "rejects-2.csv"
    ).exists()


def test_an_interrupted_import_rejects_each_row_once(runtime, bring, tmp_path):
    rows = [row(number, **({"Opened at": "x"} if number % 100 == 0 else {})) for number in range(1, 1600)]
    path = write_csv(tmp_path / "old.csv", rows)
    planned = incidents.plan(runtime, path, incidents.Options(rejects=tmp_path / "rejects.csv"))

    class Stopped(Exception):
        pass

    def stop(share, summary):
        if summary.counts["rows"] == 1000:
            raise Stopped

    with contextlib.suppress(Stopped):
        incidents.run(runtime, planned, stop)
    with (tmp_path / "rejects.csv").open("ab") as file:
        file.write(b"1002,written but never committed\n")
    summary = bring(path)
    assert summary.resumed_at == 1000 and summary.counts["rows"] == 1599
    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [int(kept["import row"]) for kept in csv.DictReader(file)] == [
            number + 1 for number in range(100, 1600, 100)
        ]
    with runtime.reading() as db:
        assert db.scalar(select(func.count()).select_from(Incident)) == 1599 - 15
