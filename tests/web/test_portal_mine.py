"""My incidents, and one of them: where it stands, what happens next, answers and files both ways."""

import io

import pytest
from sqlalchemy import select

from assistant.desk import attachment, conversation
from assistant.desk.incident import Incident
from tests import make


def test_ada_sees_her_incidents_and_not_those_of_others(ada, eve, rows):
    with rows() as db:
        make.incident(db, "Mine alone")
    assert "Mine alone" in ada.get("/help/incidents").text
    assert "You have not asked anything yet" in eve.get("/help/incidents").text


@pytest.mark.parametrize(
    ("state", "stands", "follows"),
    [
        ("new", "We have it.", "Somebody of the service desk reads it"),
        ("in_progress", "Somebody is working on it.", "We write here when we need something"),
        ("on_hold", "We are waiting for something", "we go on"),
        ("resolved", "We think this is solved. Is it?", "If it works again, say so."),
        ("closed", "This is solved and closed.", "open it again with a few words"),
    ],
)
def test_each_phase_says_where_it_stands_and_what_happens_next(ada, rows, state, stands, follows):
    with rows() as db:
        make.incident(db, state=state)
    text = ada.get("/incidents/1").text
    assert stands in text
    assert follows in text


def test_ada_answers_with_files_that_hang_on_her_words(ada, incident, runtime):
    files = [(io.BytesIO(b"one"), "a.log"), (io.BytesIO(b"two"), "b.log")]
    assert ada.post(f"/help/incidents/{incident}/reply", text="Here they are.", file=files).status_code == 303
    with runtime.reading() as db:
        row = db.scalar(select(Incident))
        assert {file.entry_id for file in row.attachments} == {row.entries[0].id}
    text = ada.get(f"/incidents/{incident}").text
    assert text.index("Here they are.") < text.index("a.log") < text.index("b.log")


def test_a_file_alone_is_an_answer_and_nothing_at_all_is_none(ada, incident):
    path = f"/help/incidents/{incident}/reply"
    assert ada.post(path, file=[(io.BytesIO(b"one"), "a.log")]).status_code == 303
    assert "See the file." in ada.get(f"/incidents/{incident}").text
    refused = ada.post(path, htmx=True, text=" ")
    assert refused.status_code == 422
    assert '<form class="form" id="reply"' in refused.text


def test_each_file_sent_alone_is_an_answer_of_its_own(ada, incident, runtime):
    for name in ("a.log", "b.log"):
        ada.post(f"/help/incidents/{incident}/reply", text="", file=[(io.BytesIO(b"one"), name)])
    with runtime.reading() as db:
        row = db.scalar(select(Incident))
        assert [file.entry_id for file in row.attachments] == [entry.id for entry in row.entries]
        assert len(row.entries) == 2


def test_a_file_of_a_work_note_is_not_hers_to_read(ada, ben, incident, rows, runtime):
    with rows() as db:
        row, actor = db.scalar(select(Incident)), make.person(db)
        note = conversation.note(db, row, "Her log.", actor=actor, now=make.NOON)
        about = {"actor": actor, "now": make.NOON, "entry_id": note.id}
        file = attachment.attach(db, runtime.attachments, row.id, "agents.log", io.BytesIO(b"x"), **about)
        path = f"/attachments/{file.id}"
    assert "agents.log" not in ada.get(f"/incidents/{incident}").text
    assert ada.get(path).status_code == 404
    assert ben.get(path).status_code == 200


def test_a_merged_duplicate_says_that_others_report_the_same(ada, rows):
    with rows() as db:
        main = make.incident(db, "Theirs", requester=make.person(db, "eve"))
        make.incident(db, "Mine", state="closed").merged_into_id = main.id
    text = ada.get("/incidents/2").text
    assert "Others report the same." in text
    assert "stands here" in text
    assert "Theirs" not in text


def test_what_happened_is_told_in_plain_words_and_only_where_it_means_something(ada, ben, incident):
    ben.post(f"/incidents/{incident}/take")
    ben.post(f"/incidents/{incident}/move", state="in_progress")
    ben.post(f"/incidents/{incident}/move", state="on_hold", hold_reason="A spare part.")
    told = ada.get(f"/incidents/{incident}").text.partition("What happened")[2]
    for words in (
        "We got it.",
        "It is with Ben Sato.",
        "We are working on it.",
        "It waits for: A spare part.",
    ):
        assert words in told
    assert "State:" not in told and "part.." not in told
    assert "State: On hold, waiting for: A spare part." in ben.get(f"/incidents/{incident}").text
