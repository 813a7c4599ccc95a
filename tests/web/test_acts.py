"""What is done with an incident in place: say, assign, move, link, relate, follow, open again, confirm, close."""

import pytest

from assistant.desk import lifecycle, relations
from assistant.desk.incident import Incident
from tests import make


@pytest.fixture
def look(runtime):
    """Read a value of the only incident: look(lambda incident: incident.state)."""

    def read(ask, number=1):
        with runtime.reading() as db:
            return ask(db.get_one(Incident, number))

    return read


def said(incident):
    return [(entry.kind, entry.text, entry.author.name) for entry in incident.entries]


def test_ben_adds_a_work_note_without_leaving_the_page(ben, incident, look):
    answer = ben.post(f"/incidents/{incident}/note", htmx=True, kind="note", text=" It is the driver \r\n")
    assert answer.status_code == 204
    assert "incident-changed" in answer.headers["HX-Trigger"]
    assert look(said) == [("note", "It is the driver", "Ben Sato")]


def test_and_without_javascript_he_comes_back_to_the_incident(ben, incident, look):
    answer = ben.post(f"/incidents/{incident}/note", kind="comment", text="Please try again")
    assert (answer.status_code, answer.location) == (303, f"/incidents/{incident}")
    assert "Comment sent." in ben.get(answer.location).text
    assert look(said) == [("comment", "Please try again", "Ben Sato")]


def test_an_empty_note_is_refused_where_it_was_written(ben, incident):
    answer = ben.post(f"/incidents/{incident}/note", htmx=True, kind="comment", text="  ")
    assert answer.status_code == 422
    assert answer.text.lstrip().startswith('<form class="composer" id="composer"')
    assert "There is nothing written." in answer.text
    assert (
        'value="comment" data-key="c" data-key-says="Write a comment" data-focuses="say" checked'
        in answer.text
    )


def test_a_refused_note_without_javascript_comes_back_on_the_whole_page(ben, incident):
    answer = ben.post(f"/incidents/{incident}/note", kind="whisper", text="My long text")
    assert answer.status_code == 422
    assert "<html" in answer.text
    assert "My long text</textarea>" in answer.text


def test_ada_writes_a_comment_and_never_a_note(ada, incident, look):
    assert ada.post(f"/incidents/{incident}/comment", text="Still slow", kind="note").status_code == 303
    assert ada.post(f"/incidents/{incident}/note", text="Hm", kind="note").status_code == 403
    assert look(said) == [("comment", "Still slow", "Ada Okafor")]


def test_eve_cannot_write_on_what_is_not_hers(eve, incident, look):
    assert eve.post(f"/incidents/{incident}/comment", text="Hello").status_code == 404
    assert look(said) == []


def test_ben_takes_it(ben, incident, look):
    assert ben.post(f"/incidents/{incident}/take").status_code == 303
    assert look(lambda incident: incident.assignee.name) == "Ben Sato"


def test_ben_assigns_it_to_a_group_and_a_person(ben, incident, rows, look):
    with rows() as db:
        group, cleo = make.group(db).id, make.person(db, "cleo").id
    ben.post(f"/incidents/{incident}/assign", group_id=group, assignee_id=cleo)
    assert look(lambda incident: (incident.group.name, incident.assignee.name)) == (
        "Network",
        "Cleo Marchetti",
    )
    ben.post(f"/incidents/{incident}/assign", group_id=group, assignee_id="")
    assert look(lambda incident: incident.assignee) is None


def test_a_requester_cannot_be_assigned(ben, incident, rows):
    with rows() as db:
        ada = make.person(db, "ada").id
    answer = ben.post(f"/incidents/{incident}/assign", htmx=True, assignee_id=ada)
    assert answer.status_code == 422
    assert answer.text.lstrip().startswith('<header class="head" id="head"')
    assert "Ada Okafor does not work on incidents." in answer.text
    assert '<details class="drop" open>' in answer.text


def test_a_state_says_what_it_needs(ben, incident, look):
    answer = ben.post(f"/incidents/{incident}/move", htmx=True, state="in_progress")
    assert answer.status_code == 422
    assert "Nobody is assigned." in answer.text
    ben.post(f"/incidents/{incident}/take")
    assert ben.post(f"/incidents/{incident}/move", state="in_progress").status_code == 303
    assert look(lambda incident: incident.state) == "in_progress"


def test_waiting_needs_a_reason_and_shows_it(ben, incident, look):
    ben.post(f"/incidents/{incident}/take")
    ben.post(f"/incidents/{incident}/move", state="in_progress")
    answer = ben.post(f"/incidents/{incident}/move", htmx=True, state="on_hold")
    assert answer.status_code == 422
    assert 'id="hold_reason-finding"' in answer.text
    ben.post(f"/incidents/{incident}/move", state="on_hold", hold_reason="the spare part")
    assert "waits for the spare part" in ben.get(f"/incidents/{incident}").text


@pytest.mark.parametrize("state", ["closed", "nirvana", ""])
def test_a_step_that_the_process_does_not_have_is_refused(ben, incident, state, look):
    assert ben.post(f"/incidents/{incident}/move", htmx=True, state=state).status_code == 422
    assert look(lambda incident: incident.state) == "new"


def test_ben_links_an_article_by_its_number(ben, incident, article, look):
    ben.post(f"/incidents/{incident}/link", article="kb1", link_kind="reference")
    assert look(lambda incident: [(link.article.number, link.kind) for link in incident.links]) == [
        (article, "reference")
    ]
    assert article in ben.get(f"/incidents/{incident}").text


@pytest.mark.parametrize("number", ["KB-000099", "", "x", "9" * 30])
def test_an_article_that_is_not_there_cannot_be_linked(ben, incident, number):
    answer = ben.post(f"/incidents/{incident}/link", htmx=True, article=number, link_kind="resolved")
    assert answer.status_code == 422
    assert 'id="article-finding"' in answer.text


def test_an_article_of_another_team_looks_like_a_missing_one(ben, incident, rows):
    with rows() as db:
        team = make.group(db, "Security", make.person(db, "mia"))
        make.article(db, audience="team", team_id=team.id)
    answer = ben.post(f"/incidents/{incident}/link", htmx=True, article="KB-000001", link_kind="resolved")
    assert "There is no article" in answer.text


def test_ben_relates_two_incidents_and_takes_it_back(ben, incident, rows):
    with rows() as db:
        other = make.incident(db, "The whole corridor").number
    ben.post(f"/incidents/{incident}/relate", other=other, kind="child_of")
    assert "Child of" in ben.get(f"/incidents/{incident}").text
    assert "1 of 1 open" in ben.get(f"/incidents/{other}/family").text
    ben.post(f"/incidents/{incident}/relations/1/remove")
    assert "The whole corridor" not in ben.get(f"/incidents/{incident}/facts", htmx=True).text
    assert ben.post(f"/incidents/{incident}/relations/1/remove").status_code == 404


def test_a_relation_of_another_incident_cannot_be_removed_here(ben, incident, rows):
    with rows() as db:
        other, third = make.incident(db), make.incident(db)
        relations.relate(db, other, third, "related_to", actor=make.person(db), now=make.NOON)
    assert ben.post(f"/incidents/{incident}/relations/1/remove").status_code == 404


def test_ben_cannot_relate_to_what_he_may_not_read(ben, incident, rows):
    with rows() as db:
        hr = make.group(db, "HR", make.person(db, "mia"), restricted=True)
        hidden = make.incident(db, "Secret", restricted_to=hr).number
    answer = ben.post(f"/incidents/{incident}/relate", htmx=True, other=hidden, kind="related_to")
    assert answer.status_code == 422
    assert "There is no incident" in answer.text


def test_ben_lets_cleo_follow_it(ben, incident, rows, look):
    with rows() as db:
        make.person(db, "cleo")
    ben.post(f"/incidents/{incident}/watch", watcher="cleo@example.org")
    ben.post(f"/incidents/{incident}/watch", watcher="")
    names = look(lambda incident: sorted(watcher.person.name for watcher in incident.watchers))
    assert names == ["Ben Sato", "Cleo Marchetti"]
    assert "Followed by" in ben.get(f"/incidents/{incident}").text


@pytest.fixture
def resolved(rows, incident):
    with rows() as db:
        row, ben = relations.by_number(db, incident), make.person(db)
        lifecycle.assign(db, row, None, ben, actor=ben, now=make.NOON)
        lifecycle.move(db, row, "in_progress", actor=ben, now=make.NOON)
        row.resolution = "Changed the cable."
        lifecycle.move(db, row, "resolved", actor=ben, now=make.NOON)
    return incident


def test_ada_opens_it_again_and_says_why(ada, resolved, look):
    assert "We think this is solved. Is it?" in ada.get(f"/incidents/{resolved}").text
    ada.post(f"/incidents/{resolved}/reopen", text="It is back")
    assert look(lambda incident: (incident.phase, incident.reopen_count)) == ("active", 1)
    assert look(said) == [("comment", "It is back", "Ada Okafor")]


def test_what_is_open_cannot_be_opened_again(ada, incident):
    answer = ada.post(f"/incidents/{incident}/reopen")
    assert answer.status_code == 422
    assert "is open already" in answer.text


def test_what_ada_confirms_closes_when_it_has_its_article(ada, resolved, rows, look):
    with rows() as db:
        make.resolved_by(db, relations.by_number(db, resolved), make.article(db))
    ada.post(f"/incidents/{resolved}/confirm")
    assert look(lambda incident: incident.phase) == "closed"


def test_and_waits_for_its_article_when_it_has_none(ada, resolved, look):
    assert ada.post(f"/incidents/{resolved}/confirm").status_code == 303
    assert look(lambda incident: incident.phase) == "resolved"
    assert look(said) == [("comment", "It works again.", "Ada Okafor")]


def test_ben_closes_what_has_its_article_with_one_press(ben, resolved, rows, look):
    with rows() as db:
        make.resolved_by(db, relations.by_number(db, resolved), make.article(db))
    assert ">Close <kbd>r</kbd>" in ben.get(f"/incidents/{resolved}").text
    assert ben.post(f"/incidents/{resolved}/close").status_code == 303
    assert look(lambda incident: incident.phase) == "closed"


def test_what_has_no_article_does_not_close_and_the_doors_are_shown(ben, resolved, look):
    answer = ben.post(f"/incidents/{resolved}/close")
    assert answer.status_code == 422
    assert "No article says yet what resolved this." in answer.text
    assert 'name="door" value="nothing"' in answer.text
    assert look(lambda incident: incident.phase) == "resolved"
