"""Processes in the browser: drawn, edited beside what the checker says, compared, taken back; their reasons too."""

import io
import re

import pytest

from assistant.desk import process, ways
from assistant.desk.incident import Incident
from tests import make

ITIL = process.preset_text("itil")
FRIENDLY = ITIL.replace('label = "New"', 'label = "Waiting room"')
BROKEN = ITIL.replace('phase = "waiting"', 'phase = "asleep"')


@pytest.fixture
def dan(browser):
    return browser("dan")


def newest(rows, name="itil"):
    with rows() as db:
        return ways.newest(db, name)


@pytest.mark.parametrize("name", process.presets())
def test_dan_sees_a_process_as_a_drawing_and_as_a_table(dan, name):
    text = dan.get(f"/admin/process/{name}").text
    drawing = text[text.index("<svg width") : text.index("</figure>")]
    for state in process.preset(name).states.values():
        assert state.label.split()[0] in drawing and state.label in text[text.index("</figure>") :]
    assert re.search(r"<title id=[^>]*>.+</title>\s*<desc", drawing)
    assert "style=" not in drawing


def test_dan_saves_a_version_and_new_incidents_begin_under_it(dan, rows, incident):
    answer = dan.post("/admin/process/itil/edit", text=FRIENDLY, version="0", note="Friendlier")
    assert answer.status_code == 303
    text = dan.get("/admin/process/itil").text
    assert "Version 1" in text and "Friendlier" in text and "Dan Novak" in text
    with rows() as db:
        assert make.incident(db).process_version == 1
        assert db.get(Incident, 1).process_version == 0


def test_a_text_with_mistakes_comes_back_whole_with_each_at_its_line(dan, rows):
    answer = dan.post("/admin/process/itil/edit", text=BROKEN, version="0", note="Sleepy")
    assert answer.status_code == 422
    assert "Line 9: " in answer.text and "<mark>on_hold" in answer.text
    assert "phase = &#34;asleep&#34;" in answer.text and "Sleepy" in answer.text
    assert newest(rows)[1] == 0


def test_the_checker_answers_while_dan_types(dan):
    part = dan.post("/admin/processes/check", htmx=True, text=BROKEN).text
    assert part.lstrip().startswith('<section id="checked"') and "“asleep” is not a phase" in part
    fine = dan.post("/admin/processes/check", htmx=True, text=FRIENDLY).text
    assert "It is sound." in fine and "<svg width" in fine and "Waiting room" in fine


def test_the_second_of_two_sees_both_texts(dan, rows):
    dan.post("/admin/process/itil/edit", text=FRIENDLY, version="0")
    mine = ITIL.replace('label = "Closed"', 'label = "Mended"')
    answer = dan.post("/admin/process/itil/edit", text=mine, version="0")
    assert answer.status_code == 409
    assert "Somebody else saved version 1" in answer.text
    assert re.search(r"<ins>[^<]*Mended", answer.text) and re.search(r"<del>[^<]*Waiting room", answer.text)
    assert 'name="version" value="1"' in answer.text, "saving again puts his text on top of theirs"


def test_two_versions_are_compared_and_dan_goes_back(dan, rows):
    dan.post("/admin/process/itil/edit", text=FRIENDLY, version="0")
    compared = dan.get("/admin/process/itil/compare?before=0&after=1").text
    assert re.search(r"<ins>new .*Waiting room", compared) and re.search(r"<del>new .*New", compared)
    assert dan.post("/admin/process/itil/versions/0/restore", seen="1").status_code == 303
    way, number = newest(rows)
    assert (way.states["new"].label, number) == ("New", 2)
    assert dan.post("/admin/process/itil/versions/1/restore", seen="1").status_code == 409


def test_a_new_process_starts_from_another_one(dan, rows):
    page = dan.get("/admin/processes/new?from=devops").text
    assert "Triggered" in page and "process_1" in page
    night = FRIENDLY.replace('"itil"', '"night"')
    assert dan.post("/admin/processes/new", text=night).status_code == 303
    assert newest(rows, "night")[1] == 1
    again = dan.post("/admin/processes/new", text=night)
    assert again.status_code == 422 and "There is a process “night” already." in again.text


def test_the_name_cannot_change_under_the_page(dan, rows):
    answer = dan.post("/admin/process/itil/edit", text=FRIENDLY.replace('"itil"', '"agile"'), version="0")
    assert answer.status_code == 422 and "this page is about “itil”" in answer.text
    assert newest(rows, "agile")[1] == 0


def load(dan, content, name="itil"):
    form = {"csrf_token": dan.token(), "of": name, "file": (io.BytesIO(content), "x.toml")}
    return dan.client.post("/admin/processes/load", data=form)


def test_a_file_comes_into_the_editor_and_is_not_saved_yet(dan, rows):
    answer = load(dan, FRIENDLY.encode())
    assert answer.status_code == 200 and "Waiting room" in answer.text and "It is sound." in answer.text
    assert newest(rows)[1] == 0


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"x" * 100_001])
def test_a_file_that_is_no_text_is_refused(dan, content):
    assert load(dan, content).status_code == 422


def test_pages_of_running_incidents_survive_a_retired_state(dan, ben, rows, cleo):
    with rows() as db:
        number = make.incident(db, state="on_hold").number
        closed = make.incident(db, "Nothing", state="closed")
        closed.closing_door, closed.nothing_reason = "nothing", "withdrawn"
    without = "\n".join(one for one in ITIL.splitlines() if not one.startswith(("on_hold", "withdrawn")))
    dan.post("/admin/process/itil/edit", text=without.replace('"on_hold", ', ""), version="0")
    assert newest(rows)[1] == 1
    assert "On hold" in ben.get(f"/incidents/{number}").text
    assert ben.get(f"/incidents/{number}/resolve").status_code == 200
    assert ben.get("/incidents?list=open").status_code == 200
    assert "Withdrawn by the requester" in cleo.get("/closures").text


def reasons_form(**more):
    """Return what the form of ITIL's reasons sends, with changes."""
    form = {"version": "0", "rows": "6"}
    for place, reason in enumerate(process.preset("itil").reasons.values()):
        form |= {f"name_{place}": reason.name, f"label_{place}": reason.label, f"proof_{place}": reason.proof}
        form |= {f"order_{place}": str(place + 1)}
    return form | more


def test_dan_adds_retires_and_orders_reasons(dan, rows):
    form = reasons_form(label_4="Planned work", order_4="1", order_0="9", retire_1="yes")
    assert dan.post("/admin/reasons/itil", **form).status_code == 303
    reasons = newest(rows)[0].reasons
    assert list(reasons) == ["planned_work", "not_an_incident", "recovered", "duplicate"]
    assert reasons["duplicate"].proof == "duplicate"


def test_a_refused_form_of_reasons_keeps_what_was_typed(dan, rows):
    answer = dan.post("/admin/reasons/itil", **reasons_form(label_1="", label_4="Planned work"))
    assert answer.status_code == 422
    assert "The words are missing." in answer.text and "Planned work" in answer.text
    assert newest(rows)[1] == 0


def test_reasons_after_a_lost_race_show_both(dan, rows):
    dan.post("/admin/reasons/itil", **reasons_form(label_4="Planned work"))
    answer = dan.post("/admin/reasons/itil", **reasons_form(label_4="A drill"))
    assert answer.status_code == 409 and "A drill" in answer.text and "Planned work" in answer.text


def test_how_often_a_reason_was_given_stands_beside_it(dan, rows):
    with rows() as db:
        closed = make.incident(db, "Nothing", state="closed")
        closed.closing_door, closed.nothing_reason = "nothing", "withdrawn"
    assert "given once" in dan.get("/admin/reasons/itil").text
    assert dan.get("/admin/reasons").status_code == 200


def test_what_is_not_there_is_not_found(dan):
    for path in ("/admin/process/none", "/admin/process/itil?version=7", "/admin/reasons/none"):
        assert dan.get(path).status_code == 404


def test_without_javascript_what_the_checker_says_stands_beside_the_text(dan):
    text = dan.post("/admin/processes/check", text=BROKEN, of="itil", version="0", note="Sleepy").text
    assert "<html" in text and "“asleep” is not a phase" in text
    assert "phase = &#34;asleep&#34;" in text and 'value="Sleepy"' in text
    assert 'action="/admin/process/itil/edit"' in text and 'name="version" value="0"' in text
