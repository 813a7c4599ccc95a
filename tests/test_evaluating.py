"""`kintsugi evaluate` measures the desk on documents and questions of others, whatever they leave out."""

import gzip
import json

import pytest

from assistant import dataset
from assistant.dataset import DataMissing
from assistant.evaluating import evaluate
from index.encoder import HashEncoder

DOCUMENTS = [
    {"id": "d/1", "title": "VPN drops", "body": "The tunnel drops every few minutes since the update."},
    {"id": 2, "title": "", "resolution": "Clean the rollers of the printer."},
    {
        "id": "d 3",
        "title": "Mailbox is full",
        "answer": None,
        "body_markdown": "# Archive\n\nMove old *mail*.",
    },
    {"_id": "beir", "text": "The badge reader at the door is dark."},
    {"id": "empty"},
    {"id": "long", "title": "word " * 200, "body": "x\0y"},
]
QUERIES = [
    {"id": "q1", "title": "tunnel drops after update", "body": ""},
    {"id": 2, "body": "printer rollers"},
    {"_id": "q3", "text": "badge reader dark"},
    {"id": "unjudged", "title": "anything"},
]
JUDGEMENTS = "query-id\tcorpus-id\tscore\nq1\td/1\t1\n2\t2\t1\nq3\tbeir\t2\nq3\td/1\t0\nnever asked\td 3\t1\n"


def write(path, records, *, packed=True):
    text = "".join(json.dumps(record) + "\n" for record in records)
    if packed:
        with gzip.open(path.with_suffix(".jsonl.gz"), "wt", encoding="utf-8") as file:
            file.write(text)
    else:
        path.with_suffix(".jsonl").write_text(text, "utf-8")


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "corpus", DOCUMENTS)
    write(tmp_path / "queries", QUERIES)
    (tmp_path / "qrels.tsv").write_text(JUDGEMENTS)
    return tmp_path


@pytest.mark.parametrize("kind", [None, "articles", "incidents"])
def test_every_query_is_asked_and_every_measure_printed(folder, kind):
    result = evaluate(folder, kind=kind, encoder=HashEncoder())
    assert (result.documents, result.queries) == (6, 4)
    assert result.figures["Recall@1"] == 0.75  # one judged query was never asked and counts 0
    assert set(result.figures) >= {"Recall@5", "Recall@10", "MRR@10", "nDCG@10", "MAP", "latency p50 (ms)"}
    assert result.runs["2"][0][0] == "2"
    assert any("nDCG@10" in line for line in result.lines())


def test_the_run_is_written_in_lines_of_query_document_and_score(folder, tmp_path):
    evaluate(folder, run=tmp_path / "run.tsv", encoder=HashEncoder())
    lines = [line.split("\t") for line in (tmp_path / "run.tsv").read_text().splitlines()]
    assert all(len(line) == 3 and float(line[2]) is not None for line in lines)
    assert lines[0][:2] == ["q1", "d/1"]
    scores = [float(score) for query, _, score in lines if query == "q1"]
    assert scores == sorted(scores, reverse=True)


def test_documents_may_be_elsewhere_and_files_may_be_plain(folder, tmp_path):
    elsewhere = tmp_path / "documents"
    elsewhere.mkdir()
    write(elsewhere / "incidents", DOCUMENTS[:2], packed=False)
    (folder / "corpus.jsonl.gz").unlink()
    result = evaluate(folder, elsewhere, encoder=HashEncoder())
    assert (result.kind, result.documents) == ("incidents", 2)


def test_questions_without_an_answer_are_measured_too(folder):
    write(
        folder / "queries_nomatch",
        [{"id": "n1", "title": "holiday in Portugal"}, {"id": "n2", "title": "zzz"}],
    )
    figures = evaluate(folder, encoder=HashEncoder()).figures
    assert figures["AUROC match"] == 1
    assert 0 <= figures["calibration error"] <= 1


def test_without_a_model_it_measures_what_is_left_and_says_so(folder, monkeypatch):
    result = evaluate(folder, encoder=None)
    assert result.figures["Recall@1"] > 0
    assert result.degraded


@pytest.mark.parametrize("name", ["queries.jsonl.gz", "corpus.jsonl.gz", "qrels.tsv"])
def test_what_is_missing_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(DataMissing, match=name.split(".")[0]):
        evaluate(folder, encoder=HashEncoder())


def test_the_real_desk_is_never_touched(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("KINTSUGI_DATABASE", f"sqlite:///{tmp_path / 'real.db'}")
    monkeypatch.setenv("KINTSUGI_DATA", str(tmp_path / "real"))
    evaluate(folder, encoder=HashEncoder())
    assert not (tmp_path / "real.db").exists() and not (tmp_path / "real").exists()


def test_answers_make_articles_of_a_corpus(folder):
    write(folder / "corpus", [{"id": "a", "title": "How?", "answer": "So."}])
    assert dataset.read(folder).kind == "articles"
