"""`kintsugi import` as Dan types it."""

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from assistant import cli
from assistant.desk.incident import Incident
from kb.article import Article
from tests.importers.conftest import row, write_csv, write_jsonl


@pytest.fixture
def kintsugi(runtime, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(
        cli.main, ["--data", str(runtime.settings.data), "import", *map(str, words)]
    )


def count(runtime, kind):
    with runtime.reading() as db:
        return db.scalar(select(func.count()).select_from(kind))


def test_dan_sees_the_mapping_and_then_the_result(runtime, kintsugi, tmp_path):
    path = write_csv(tmp_path / "old.csv", [row(1), row(2, **{"Opened at": "x"})])
    told = kintsugi("incidents", path, "--source", "former desk", "--create-missing", "groups")
    assert told.exit_code == 0, told.output
    assert "Short description                → title" in told.output
    assert "1 new" in told.output and "old.rejects.csv" in told.output
    assert count(runtime, Incident) == 1 and (tmp_path / "old.rejects.csv").exists()


def test_a_dry_run_shows_a_sample(runtime, kintsugi, tmp_path):
    told = kintsugi(
        "incidents", write_csv(tmp_path / "old.csv", [row(1)]), "--dry-run", "--create-missing", "none"
    )
    assert "row 2: “Printer 1 prints blank pages”" in told.output and "dry run" in told.output
    assert count(runtime, Incident) == 0


def test_articles_come_in(runtime, kintsugi, tmp_path):
    path = write_jsonl(
        tmp_path / "kb.jsonl", [{"id": 1, "title": "Router", "body": "No light.\n\nReplace it."}]
    )
    told = kintsugi("articles", path, "--confidence", "validated", "--audience", "requesters")
    assert "1 validated" in told.output and count(runtime, Article) == 1


def test_what_cannot_be_read_is_one_sentence(kintsugi, tmp_path):
    (tmp_path / "old.pdf").write_bytes(b"%PDF")
    told = kintsugi("incidents", tmp_path / "old.pdf")
    assert told.exit_code == 1 and told.output == (
        "Error: old.pdf is not CSV, XLSX or JSON Lines. Export it again as one of these.\n"
    )
