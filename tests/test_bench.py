"""The benchmarks visit what is there: a bench that breaks off measures nothing."""

import gzip
import json
from pathlib import Path

import pytest

from assistant import adaptation, dataset
from assistant.runtime import Runtime
from assistant.settings import Settings
from bench import adapting, filling, large, pages, phrasebook, postgresql, scale
from bench.rooms import PAGES, Places
from bench.staff import Size
from bench.texts import read, recombined
from bench.visits import opened
from index.encoder import HashEncoder
from tests.engines import PostgresDesks
from tests.tongue import WORSE

SIZE = Size(400, articles=400, requesters=60, agents=20, items=40)
PATIENCE_S = 30
SAID = (
    "The scanner on floor {} stops. Somebody turned it off and on. The cable was loose again. It works now."
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of documents and queries, as the benchmarks take it."""
    folder = tmp_path / "data"
    folder.mkdir()
    records = [{"id": str(one), "title": f"Scanner {one}", "body": SAID.format(one)} for one in range(30)]
    for name in ("corpus", "queries"):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt") as file:
            file.writelines(f"{json.dumps(record)}\n" for record in records)
    (folder / "qrels.tsv").write_text("".join(f"{one}\t{one}\t1\n" for one in range(30)))
    return folder


def test_every_page_that_is_measured_is_there(data: Path, tmp_path: Path):
    sentences, asked = read(data, 20)
    folder = tmp_path / "desk"
    settings = Settings(data=folder, database="", production=False)
    runtime = Runtime(settings, encoder=HashEncoder(), writes_words=True)
    runtime.migrate()
    with runtime.writing() as db:
        texts = {
            "article": recombined(sentences, SIZE.articles, seed=4),
            "incident": recombined(sentences, SIZE.incidents),
        }
        filling.fill(db, runtime.encoder, SIZE, texts)
        db.commit()
    runtime.close()
    counted = dict(pages.statements(folder, Places(opened(folder), SIZE, asked)))
    assert counted.keys() == {kind.name for kind in PAGES} and all(counted.values())


def test_what_a_model_learned_is_compared_question_by_question(data: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(adaptation, "adapt", lambda *_, **__: WORSE)
    name, without, after, difference, said = adapting.measure(data, HashEncoder())
    assert (name, without, difference) == ("data", after, "+0.000 [+0.000 +0.000]")
    assert float(after) > 0.5 and said.endswith("not kept.")


def test_phrases_are_measured_on_documents_with_several_questions(data: Path):
    with (data / "qrels.tsv").open("a") as file:
        file.writelines(f"{one}\t{one // 2 * 2}\t2\n" for one in range(1, 30, 2))
    asked, without, phrased, difference = phrasebook.measure(dataset.read(data), HashEncoder())
    assert asked == 15 and 0.2 < float(without) <= float(phrased), difference


def test_finding_at_size_is_compared_with_an_exact_search(data: Path, tmp_path: Path):
    desk = large.Large(data, HashEncoder(), 200, large.planted(data, 10))
    settings = scale.settings_of(tmp_path / "desk")
    runtime = Runtime(settings, encoder=desk.encoder, writes_words=True)
    runtime.migrate()
    large.fill(runtime, desk)
    rows = scale.recall(runtime, runtime.live.vectors, desk)
    assert len(rows) == 1 + len(large.SHARES) and rows[0][2] == "400"
    assert {row[3] for row in rows if row[2] != "0"} == {"1.0000"}
    assert max(scale.findable(settings.data, runtime, desk.plants.asked)) < PATIENCE_S
    runtime.close()


@pytest.mark.postgres
def test_both_indexes_are_measured_on_the_same_desk(
    data: Path, tmp_path: Path, postgresql_desks: PostgresDesks
):
    desk = large.Large(data, HashEncoder(), 200, large.planted(data, 10))
    database = postgresql_desks.address(postgresql_desks.fresh(tmp_path / "desk"))
    rows, recalls = postgresql.compared(desk, tmp_path / "index", database)
    assert [row[1] for row in rows] == ["embedded", "postgresql"] and rows[0][-1] == rows[1][-1]
    assert (
        {row[3] for row in recalls if row[2] != "0"}
        == {"1.0000"}
        == {row[5] for row in recalls if row[2] != "0"}
    )
