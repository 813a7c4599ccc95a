"""The priority matrix and the content standard in the browser."""

import pytest

from assistant.desk import content_standard, priority
from kb.standard import CHECKS
from tests import make

CELLS = {priority.cell(*pair): value for pair, value in priority.MATRIX.items()}
CHECKED = {f"level_{check.name}": check.level for check in CHECKS} | {
    f"number_{check.name}": str(check.number) for check in CHECKS if check.number
}


@pytest.fixture
def dan(browser):
    return browser("dan")


def test_dan_tries_a_matrix_before_he_saves_it(dan, rows, runtime):
    with rows() as db:
        make.incident(db, urgency="now", now=runtime.now())
    tried = dan.post("/admin/priority/try", htmx=True, **{**CELLS, "person_now": "P2"}).text
    assert tried.lstrip().startswith('<section id="tried"') and "1 of 1" in tried
    assert "P3" in tried and "Work stands still" in tried
    with rows() as db:
        assert priority.of(db, "person", "now") == "P3", "nothing is saved yet"


def test_dan_saves_a_matrix_and_goes_back(dan, rows):
    assert dan.post("/admin/priority", version="0", **{**CELLS, "person_now": "P2"}).status_code == 303
    assert "came as P3" in dan.get("/admin/priority").text
    assert dan.post("/admin/priority/reset", version="1").status_code == 303
    assert "came as" not in dan.get("/admin/priority").text


def test_a_matrix_upside_down_comes_back_with_the_finding_at_its_cell(dan):
    answer = dan.post("/admin/priority", version="0", **{**CELLS, "person_now": "P1"})
    assert answer.status_code == 422
    assert 'id="person_now-finding"' in answer.text and 'aria-describedby="person_now-finding"' in answer.text


def test_of_two_who_change_the_matrix_the_second_is_told(dan):
    dan.post("/admin/priority", version="0", **{**CELLS, "person_now": "P2"})
    answer = dan.post("/admin/priority", version="0", **{**CELLS, "person_later": "P3"})
    assert answer.status_code == 409 and "Somebody else changed the matrix" in answer.text


def test_dan_writes_the_standard_and_ben_reads_it_beside_the_editor(dan, ben, ada):
    form = {"text": "# Be short\n\nNobody reads **novels**.", "version": "0", **CHECKED}
    assert dan.post("/admin/standard", **form).status_code == 303
    assert "<strong>novels</strong>" in ben.get("/admin/standard/panel", htmx=True).text
    assert ada.get("/admin/standard/panel").status_code == 403


def test_a_check_that_is_off_is_silent_while_ben_writes(dan, ben):
    draft = {**make.content(environment="").values()}
    assert "The environment is missing." in ben.post("/articles/look", htmx=True, **draft).text
    dan.post("/admin/standard", text="x", version="0", **{**CHECKED, "level_environment": "off"})
    assert "The environment is missing." not in ben.post("/articles/look", htmx=True, **draft).text


def test_a_refused_standard_keeps_the_text(dan):
    answer = dan.post(
        "/admin/standard", text="Long work.", version="0", **{**CHECKED, "number_steps": "many"}
    )
    assert answer.status_code == 422 and "Long work." in answer.text and "number_steps-finding" in answer.text


def test_what_was_saved_before_is_shown_with_what_changed_and_comes_back(dan, rows):
    dan.post("/admin/standard", text="Be short.", version="0", **CHECKED)
    dan.post("/admin/standard", text="Be clear.", version="1", **CHECKED)
    with rows() as db:
        first = content_standard.past(db)[1].number
    text = dan.get(f"/admin/standard/versions/{first}").text
    assert "<del>Be short.</del>" in text and "<ins>Be clear.</ins>" in text
    assert dan.post(f"/admin/standard/versions/{first}/restore", version="2").status_code == 303
    with rows() as db:
        assert content_standard.text(db) == "Be short.\n"
    assert dan.get("/admin/standard/versions/999999").status_code == 404


def test_without_javascript_the_trial_stands_under_the_matrix_with_the_choice(dan):
    text = dan.post("/admin/priority/try", **{**CELLS, "person_now": "P2"}, version="0").text
    assert "<h1>Priority matrix</h1>" in text and "would have had another priority" in text
    assert '<option value="P2" selected>' in text.partition('name="person_now"')[2].partition("</select>")[0]
