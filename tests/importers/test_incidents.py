"""Incidents come in from a table: whole, once, and as they were."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from assistant.desk import lifecycle, people, timeline
from assistant.desk.incident import Incident
from assistant.desk.people import Group, Person
from assistant.importers import incidents
from assistant.importers.run import Imported, ImportFailed, ImportRun
from kb.embeddings import Embedding
from kb.viewer import Viewer
from tests import make
from tests.importers.conftest import row, write_csv, write_jsonl, write_xlsx


def only(runtime):
    with runtime.reading() as db:
        incident = db.scalars(select(Incident)).one()
        _ = (
            incident.requester,
            incident.service,
            incident.entries,
            incident.spans,
            incident.group,
            incident.assignee,
        )
        _ = incident.category and incident.category.path
        db.expunge_all()
        return incident


def count(runtime, kind=Incident):
    with runtime.reading() as db:
        return db.scalar(select(func.count()).select_from(kind))


def test_a_closed_incident_stays_closed_with_its_dates_and_its_resolution(runtime, bring, tmp_path):
    bring(write_csv(tmp_path / "old.csv", [row()]), timezone="Europe/Lisbon")
    incident = only(runtime)
    assert (incident.state, incident.phase, incident.closing_door) == ("closed", "closed", None)
    assert incident.recorded_at == datetime(2025, 3, 3, 8, 15, tzinfo=UTC)
    assert incident.closed_at == datetime(2025, 3, 4, 10, 0, tzinfo=UTC)
    assert incident.resolution == "Replaced toner cartridge 1."
    assert incident.source == "import" and incident.external_id == "old:INC0000001"
    assert incident.service.name == "Printing" and incident.priority == "P2"


@pytest.mark.parametrize("write", [write_csv, write_jsonl, write_xlsx])
def test_every_form_of_file_brings_the_same(runtime, bring, tmp_path, write):
    name = {write_csv: "a.csv.gz", write_jsonl: "a.jsonl.gz", write_xlsx: "a.xlsx.gz"}[write]
    summary = bring(write(tmp_path / name, [row(number) for number in range(1, 4)]))
    assert summary.counts == {"rows": 3, "added": 3, "rejected": 0}
    assert count(runtime) == 3


def test_a_second_import_changes_nothing(runtime, bring, tmp_path):
    path = write_csv(tmp_path / "old.csv", [row(number) for number in range(1, 8)])
    bring(path)
    with runtime.reading() as db:
        before = (
            db.scalars(select(Incident.updated_at)).all(),
            db.scalar(select(func.max(Embedding.sequence))),
        )
    summary = bring(path)
    assert summary.counts["unchanged"] == 7 and not summary.counts["added"]
    with runtime.reading() as db:
        assert before == (
            db.scalars(select(Incident.updated_at)).all(),
            db.scalar(select(func.max(Embedding.sequence))),
        )


def test_a_changed_row_brings_what_changed(runtime, bring, tmp_path):
    bring(
        write_csv(
            tmp_path / "old.csv", [row(State="In Progress", **{"Closed at": "", "Resolution notes": ""})]
        )
    )
    summary = bring(write_csv(tmp_path / "old.csv", [row()]))
    assert summary.counts["changed"] == 1 and count(runtime) == 1
    assert only(runtime).phase == "closed" and only(runtime).resolution == "Replaced toner cartridge 1."


def test_what_ben_changed_here_stays(runtime, bring, tmp_path):
    bring(write_csv(tmp_path / "old.csv", [row(State="In Progress")]))
    with runtime.writing() as db:
        incident = db.scalars(select(Incident)).one()
        changes = {"resolution": "Ben cleaned the drum."}
        lifecycle.edit(
            db, incident, changes, seen=incident.version, actor=make.person(db, "ben"), now=runtime.now()
        )
        db.commit()
    for _ in range(2):
        summary = bring(
            write_csv(
                tmp_path / "old.csv",
                [
                    row(
                        **{
                            "State": "In Progress",
                            "Resolution notes": "Their new text",
                            "Short description": "New title",
                        }
                    )
                ],
            )
        )
    incident = only(runtime)
    assert incident.resolution == "Ben cleaned the drum." and incident.title == "New title"
    assert summary.counts["kept"] == 0 and summary.counts["unchanged"] == 1  # told once, not at every import


def test_rows_that_repeat_an_identifier_become_one_incident(runtime, bring, tmp_path):
    path = write_csv(tmp_path / "old.csv", [row(State="New"), row(State="In Progress"), row(State="Closed")])
    bring(path)
    assert only(runtime).phase == "closed"


def test_ada_is_found_by_mail_and_by_name_and_strangers_are_added(runtime, bring, tmp_path):
    with runtime.writing() as db:
        make.person(db, "ada")
        make.person(db, "ben")
        db.commit()
    rows = [
        row(1, Caller="ada@EXAMPLE.org", **{"Assigned to": "Sato, Ben"}),
        row(2, Caller="Ada Okafor"),
        row(3, Caller="Grace Novák"),
        row(4, Caller="Grace Novák <grace@example.org>"),
    ]
    bring(write_csv(tmp_path / "old.csv", rows))
    with runtime.reading() as db:
        found = {incident.external_id[-1]: incident for incident in db.scalars(select(Incident))}
        assert found["1"].requester.email == found["2"].requester.email == "ada@example.org"
        assert found["1"].assignee.email == "ben@example.org"
        grace = found["3"].requester
        assert (grace.role, grace.active, grace.name) == ("requester", False, "Grace Novák")
        assert grace.email.endswith("@imported.invalid") and found["4"].requester.email == "grace@example.org"
        assert people.password_matches(grace, "") is False


def test_a_name_that_two_people_have_is_nobodys(runtime, bring, tmp_path):
    with runtime.writing() as db:
        people.add(db, "Ada Okafor", "ada1@example.org", now=make.NOON)
        people.add(db, "Ada Okafor", "ada2@example.org", now=make.NOON)
        db.commit()
    bring(write_csv(tmp_path / "old.csv", [row()]))
    assert only(runtime).requester.email == "ada.okafor@imported.invalid"


def test_groups_are_added_on_request_only(runtime, bring, tmp_path):
    path = write_csv(tmp_path / "old.csv", [row(**{"Assignment group": "Print team", "State": "New"})])
    summary = bring(path)
    assert only(runtime).group is None
    assert summary.notes["name groups that are not here; add them with --create-missing groups"] == 1
    bring(path, create_missing=("groups", "services", "categories"))
    assert (
        only(runtime).group.name == "Print team"
        and only(runtime).spans[-1].group_id == only(runtime).group_id
    )


def test_nothing_is_added_when_nothing_may_be(runtime, bring, tmp_path):
    bring(write_csv(tmp_path / "old.csv", [row()]), create_missing=())
    assert only(runtime).service is None and only(runtime).category_id is None


def test_notes_and_comments_keep_author_and_time(runtime, bring, tmp_path):
    said = [{"text": "Called back.", "author": "Ben Sato", "at": "2025-03-03T09:00:00Z"}]
    path = write_jsonl(tmp_path / "old.jsonl", [row(work_notes=said, comments="Thank you.")])
    bring(path)
    bring(write_jsonl(path, [row(work_notes=[*said, {"text": "Again."}], comments="Thank you.")]))
    assert [(one.kind, one.text) for one in only(runtime).entries] == [
        *[("note", "Called back."), ("comment", "Thank you."), ("note", "Again.")]
    ]


def test_states_of_other_processes_fall_into_place(runtime, bring, tmp_path):
    path = write_csv(
        tmp_path / "old.csv", [row(1, State="On hold"), row(2, State="Resolved"), row(3, State="Open")]
    )
    bring(path, process="adhoc", create_missing=())
    with runtime.reading() as db:
        found = db.execute(select(Incident.state, Incident.phase).order_by(Incident.external_id)).all()
    assert [tuple(one) for one in found] == [("paused", "waiting"), ("open", "new"), ("open", "new")]


def test_a_dry_run_counts_and_leaves_everything_as_it_was(runtime, bring, tmp_path):
    bring(write_csv(tmp_path / "old.csv", [row(1), row(2)]))
    with runtime.reading() as db:
        before = db.scalar(select(func.max(Person.id))), db.scalar(select(func.max(ImportRun.id)))
    changed = [
        row(1),
        row(2, **{"Short description": "Other"}),
        row(3, Caller="Eve", Category="New"),
        row(4, **{"Opened at": "x"}),
    ]
    summary = bring(write_csv(tmp_path / "old.csv", changed), dry_run=True)
    assert summary.counts == {"rows": 4, "added": 1, "changed": 1, "unchanged": 1, "rejected": 1, "kept": 0}
    assert summary.created == {"people who cannot sign in": 1, "categories": 2}
    assert summary.samples[0].startswith("row 2: “Printer 1 prints blank pages” · closed · P2 · Printing")
    assert "Nothing was changed: this was a dry run." in summary.lines()
    with runtime.reading() as db:
        assert before == (db.scalar(select(func.max(Person.id))), db.scalar(select(func.max(ImportRun.id))))
    assert not (tmp_path / "rejects.csv").exists()


def test_what_comes_in_can_be_found_and_is_told_in_the_timeline(runtime, bring, tmp_path):
    bring(write_csv(tmp_path / "old.csv", [row()]))
    with runtime.reading() as db:
        parts = set(db.scalars(select(Embedding.part).where(Embedding.corpus == "incident")))
        incident = db.scalars(select(Incident)).one()
        assert {"title", "symptoms", "resolution"} <= parts
        assert [event.text for event in timeline.of(db, incident, Viewer(None, "agent"))] == [
            "Recorded, source: import."
        ]


def test_other_words_can_be_given_a_meaning(runtime, bring, tmp_path):
    (tmp_path / "map.toml").write_text(
        '[columns]\nid = "Number"\ntitle = "Short description"\nstate = "State"\npriority = "Priority"\n'
        '[values.priority]\npurple = "P1"\n[values.state]\n"Parked" = "waiting"\n"Built in" = "in_progress"\n'
    )
    rows = [row(1, Priority="purple", State="Parked"), row(2, State="Built in")]
    bring(write_csv(tmp_path / "old.csv", rows), mapping=tmp_path / "map.toml")
    with runtime.reading() as db:
        first, second = db.scalars(select(Incident).order_by(Incident.id))
        assert (first.priority, first.state, second.state) == ("P1", "on_hold", "in_progress")


def test_the_plan_shows_columns_examples_and_what_is_left_out(runtime, tmp_path):
    path = write_csv(tmp_path / "old.csv", [row(Colour="blue", **{"Opened at": "03/04/2025"})], delimiter=";")
    told = "\n".join(incidents.plan(runtime, path, incidents.Options()).lines())
    assert "CSV, semicolon between the cells, UTF-8" in told
    assert "Category + Subcategory           → category           such as “Hardware”" in told
    assert "not imported: Colour" in told
    assert "the day stands first (not certain: name it)" in told


def test_a_meaning_that_does_not_exist_is_told_with_the_choices(runtime, tmp_path):
    (tmp_path / "map.toml").write_text(
        '[columns]\ntitle = "Short description"\n[values.state]\nOpen = "begun"\n'
    )
    with pytest.raises(ImportFailed, match=r"begun: no such state\. Use one of: new, active"):
        incidents.plan(
            runtime,
            write_csv(tmp_path / "old.csv", [row()]),
            incidents.Options(mapping=tmp_path / "map.toml"),
        )


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"timezone": "Mars/Olympus"}, "not a time zone"),
        ({"process": "chaos"}, "no process"),
        ({"state": "done"}, "no state to import into"),
        ({"create_missing": ("people",)}, "cannot be added"),
    ],
)
def test_a_wrong_option_is_told_with_the_choices(runtime, tmp_path, options, told):
    with pytest.raises(ImportFailed, match=told):
        incidents.plan(runtime, write_csv(tmp_path / "old.csv", [row()]), incidents.Options(**options))


def test_a_file_without_any_text_is_refused(runtime, tmp_path):
    with pytest.raises(ImportFailed, match="looks like a title or a text"):
        incidents.plan(runtime, write_csv(tmp_path / "old.csv", [{"a": "1", "b": "2"}]), incidents.Options())


def test_two_imports_of_one_file_at_once_do_not_double(runtime, bring, tmp_path):
    path = write_csv(tmp_path / "old.csv", [row(number) for number in range(1, 1200)])
    planned = incidents.plan(runtime, path, incidents.Options(rejects=tmp_path / "r.csv"))

    def meddle(share, summary):
        if summary.counts["rows"] == 500:
            bring(path)

    with pytest.raises(ImportFailed, match="another process"):
        incidents.run(runtime, planned, meddle)
    assert count(runtime) == count(runtime, Imported) == 1199


def test_an_imported_group_name_is_not_cut(runtime, bring, tmp_path):
    summary = bring(
        write_csv(tmp_path / "old.csv", [row(**{"Assignment group": "x" * 101})]), create_missing=("groups",)
    )
    assert summary.counts["rejected"] == 1 and count(runtime, Group) == 0
