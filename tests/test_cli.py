"""The command line: it explains itself, does its work, and ends with a sentence when it cannot."""

import json
import re
from datetime import timedelta

import pytest
from click import Group
from click.testing import CliRunner
from sqlalchemy import text

from assistant import measuring, worker
from assistant.backtest import run
from assistant.cli import main
from assistant.desk import people
from assistant.runtime import Runtime
from tests import make
from tests.make import PASSWORD


@pytest.fixture
def kintsugi(runtime: Runtime):
    """Run a command on the desk of this test."""

    def run(*words, **more):
        return CliRunner().invoke(main, ["--data", str(runtime.settings.data), *words], **more)

    return run


def commands(group=main, path=()):
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_command_explains_itself(path):
    answer = CliRunner().invoke(main, [*path, "--help"])
    assert answer.exit_code == 0
    assert len(answer.output.splitlines()[2].strip()) > 10


@pytest.mark.parametrize(
    "words",
    [("demo",), ("status",), ("user", "list"), ("verify",), ("run",), ("worker",), ("index", "check")],
)
def test_a_folder_without_a_desk_is_told_how_to_prepare_it(tmp_path, words):
    answer = CliRunner().invoke(main, ["--data", str(tmp_path / "new"), *words])
    assert answer.exit_code == 1
    assert answer.output == "Error: There is no desk here yet. Prepare it with: kintsugi init\n"


@pytest.mark.parametrize(
    ("revision", "said"), [("0001", "of an earlier version"), ("9999", "of a later version")]
)
def test_a_database_of_another_version_is_not_touched(kintsugi, runtime, revision, said):
    with runtime.writing() as db:
        db.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": revision})
        db.commit()
    answer = kintsugi("user", "list")
    assert answer.exit_code == 1 and said in answer.output


def test_dan_adds_a_person_who_can_sign_in(kintsugi, runtime):
    added = kintsugi(
        "user", "add", "ben@example.org", "--name", "Ben Sato", "--role", "agent", "--password", PASSWORD
    )
    assert added.exit_code == 0, added.output
    with runtime.reading() as db:
        assert people.password_matches(people.by_email(db, "ben@example.org"), PASSWORD)
    assert "Ben Sato" in kintsugi("user", "list").output


def test_a_short_password_is_refused_in_a_sentence(kintsugi):
    answer = kintsugi("user", "add", "ben@example.org", "--name", "Ben Sato", "--password", "short")
    assert answer.exit_code == 1
    assert "The password has 5 characters. Use at least 12" in answer.output


def test_a_process_file_is_checked_line_by_line(kintsugi, tmp_path):
    assert "5 processes are sound." in kintsugi("process", "check").output
    wrong = tmp_path / "ours.toml"
    wrong.write_text('name = "ours"\nstart = 3\n')
    answer = kintsugi("process", "check", str(wrong))
    assert answer.exit_code == 1
    assert "ours.toml, line 2: “start” is missing; it is a text." in answer.output


def test_verify_says_what_is_missing_and_ends_with_1(kintsugi, runtime):
    with runtime.writing() as db:
        make.incident(db)
        db.commit()
    worker.run_once(runtime, runtime.now())
    answer = kintsugi("verify")
    assert (answer.exit_code, answer.output.count("\n")) == (1, 1)
    assert "There is no exported model" in answer.output


def test_status_says_that_the_worker_is_silent(kintsugi):
    answer = kintsugi("status")
    assert answer.exit_code == 0, answer.output
    assert "The worker is silent" in answer.output


def test_settings_that_cannot_be_used_end_with_a_sentence(kintsugi, monkeypatch):
    monkeypatch.setenv("KINTSUGI_PORT", "many")
    answer = kintsugi("status")
    assert answer.exit_code == 1
    assert "KINTSUGI_PORT" in answer.output and "Traceback" not in answer.output


def test_the_laboratory_prints_its_figures_and_writes_them(kintsugi, runtime, tmp_path):
    with runtime.writing() as db:
        article = make.article(db)
        for number in (1, 2):
            incident = make.incident(db, now=make.NOON + timedelta(days=number))
            make.resolved_by(db, incident, article)
            incident.phase = incident.state = "closed"
            incident.resolved_at = incident.recorded_at
        db.commit()
    answer = kintsugi("laboratory", "--json", str(tmp_path / "figures.json"))
    assert answer.exit_code == 0
    assert "2 incidents with a confirmed answer: 2 had been solved before, 0 were new" in answer.output
    assert re.search(r"recall@1 +1\.000 \[1\.000 1\.000\]", answer.output)
    assert json.loads((tmp_path / "figures.json").read_text())["known"] == 2


def test_the_laboratory_ends_with_1_when_a_part_alone_finds_better(kintsugi, runtime, monkeypatch):
    beaten = [make.outcome(number, [3]) for number in range(40)]
    for one in beaten:
        one.places["words"] = [1]

    def carry_out(runtime, tell, **more):
        with runtime.writing() as db:
            return make.laboratory(db, *beaten)

    monkeypatch.setattr(run, "carry_out", carry_out)
    answer = kintsugi("laboratory")
    assert answer.exit_code == 1
    assert "recall@1: Words alone (BM25) is better by 1.000 to 1.000." in answer.output


def test_another_model_that_finds_worse_ends_with_1(kintsugi, tmp_path, monkeypatch):
    gains = {name: [0.01, -0.02, 0.04] for name in ("recall@1", "recall@5", "recall@10", "MRR@10")}
    found = {"known": 40, **gains, "nDCG@10": [-0.2, -0.3, -0.1]}
    monkeypatch.setattr(run, "trial", lambda *_, **__: found)
    monkeypatch.setattr(measuring, "OnnxEncoder", lambda *_: None)
    answer = kintsugi("laboratory", "--model", str(tmp_path))
    assert answer.exit_code == 1
    assert re.search(r"recall@1 +\+0\.010 \[-0\.020 \+0\.040\]", answer.output)
    assert answer.output.endswith("nDCG@10: the desk's own model is better by 0.100 to 0.300.\n")
