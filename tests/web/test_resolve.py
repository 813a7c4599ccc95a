"""Resolving: four doors, findings at their field, two actions when a suggestion was used."""

import re

import pytest
from sqlalchemy import select

from assistant.desk import closure
from assistant.desk.incident import Incident
from kb import authoring
from kb.article import Article
from kb.feedback import Showing
from tests import make


@pytest.fixture
def look(runtime):
    def read(ask, number=1):
        with runtime.reading() as db:
            return ask(db.get_one(Incident, number))

    return read


def value(text, field):
    area = re.search(rf'<textarea id="{field}"[^>]*>\n(.*?)</textarea>', text, re.DOTALL)
    return area[1] if area else re.search(rf'id="{field}"[^>]*?value="([^"]*)"', text)[1]


def resolve(browser, number, **form):
    return browser.post(
        f"/incidents/{number}/resolve", **{"then": "close", "resolution": "Swapped it.", **form}
    )


def test_a_used_suggestion_resolves_and_closes_with_two_actions(ben, article, incident, look):
    panel = ben.get(f"/incidents/{incident}/suggestions", htmx=True).text
    use = re.search(r'hx-post="(/incidents/[^"]+/use)"', panel)[1]
    first = ben.post(use)
    assert first.location == f"/incidents/{incident}/resolve"
    form = ben.get(first.location).text
    assert re.search(r'value="link" checked', form)
    sent = {name: value(form, name) for name in ("resolution", "cause")}
    sent["article"] = value(form, "resolve-article")
    assert sent["article"] == article
    assert "Switch off power saving" in sent["resolution"]
    assert resolve(ben, incident, door="link", **sent).status_code == 303
    assert look(lambda incident: (incident.phase, incident.closing_door)) == ("closed", "link")


def test_a_used_suggestion_is_not_offered_again(ben, article, incident):
    panel = ben.get(f"/incidents/{incident}/suggestions", htmx=True).text
    use = re.search(r'hx-post="(/incidents/[^"]+/use)"', panel)[1]
    ben.post(use)
    again = ben.get(f"/incidents/{incident}/suggestions", htmx=True).text
    assert "Used here" in again and "Use this" in panel and "Use this" not in again


def test_under_htmx_the_form_opens_beside_the_conversation(ben, article, incident):
    panel = ben.get(f"/incidents/{incident}/suggestions", htmx=True).text
    answer = ben.post(re.search(r'hx-post="(/incidents/[^"]+/use)"', panel)[1], htmx=True)
    assert answer.status_code == 204
    assert "suggestion-used" in answer.headers["HX-Trigger"]


def test_the_draft_of_an_article_is_written_already(ben, rows):
    with rows() as db:
        make.incident(db, "Fax is dead", symptoms="No tone on line 3", environment="Model: F7")
    form = ben.get("/incidents/1/resolve", htmx=True).text
    assert value(form, "write_title") == "Fax is dead"
    assert value(form, "write_issue") == "No tone on line 3"
    assert "Model: F7" in value(form, "write_environment")


def test_names_and_numbers_are_taken_out_of_the_draft(ben, rows):
    with rows() as db:
        make.incident(db, "Phone", symptoms="Call Ada Okafor on +351 912 345 678 please")
    form = ben.get("/incidents/1/resolve", htmx=True).text
    assert "912 345 678" not in value(form, "write_issue")
    assert "Taken out:" in form


def test_ben_writes_a_new_article_while_he_resolves(ben, incident, look, runtime):
    answer = resolve(
        ben, incident, door="write", write_title="Cable loose", write_issue="VPN drops", cause="Age"
    )
    assert answer.status_code == 303
    assert look(lambda incident: (incident.phase, incident.closing_door)) == ("closed", "write")
    with runtime.reading() as db:
        article = db.scalars(select(Article)).one()
        assert (article.title, article.current.resolution, article.current.cause) == (
            "Cable loose",
            "Swapped it.",
            "Age",
        )
        assert article.confidence == "not_validated"


def test_what_the_article_lacks_is_said_at_its_field_and_no_text_is_lost(ben, incident, look):
    answer = resolve(
        ben,
        incident,
        htmx=True,
        door="write",
        write_title="",
        write_issue="",
        message="All good",
        cause="Old age",
    )
    assert answer.status_code == 422
    assert answer.text.lstrip().startswith('<section class="mend" id="resolve"')
    assert 'id="write_title-finding"' in answer.text or "The title is missing." in answer.text
    assert value(answer.text, "cause") == "Old age"
    assert value(answer.text, "message") == "All good"
    assert re.search(r'value="write" checked', answer.text)
    assert look(lambda incident: incident.state) == "new"


def test_personal_data_must_be_removed_or_confirmed(ben, incident, look):
    form = {"door": "write", "write_title": "Cable", "write_issue": "Call +351 912 345 678 for VPN"}
    answer = resolve(ben, incident, **form)
    assert answer.status_code == 422
    assert "912 345 678" in answer.text
    assert resolve(ben, incident, **form, personal_data_checked="yes").status_code == 303


def test_ben_improves_the_article_that_solved_it(ben, incident, article, runtime):
    form = ben.get(f"/incidents/{incident}/resolve?article={article}", htmx=True).text
    assert 'name="seen" value="1"' in form
    sent = {name: value(form, name) for name in ("improve_title", "improve_issue", "improve_environment")}
    answer = resolve(
        ben, incident, door="improve", article=article, seen=1, improve_resolution="Better", **sent
    )
    assert answer.status_code == 303
    with runtime.reading() as db:
        assert db.get(Article, 1).latest == 2
        assert db.get(Article, 1).current.resolution == "Better"


def test_when_somebody_improved_it_first_nothing_is_lost(ben, incident, article, rows, look):
    with rows() as db:
        row, cleo = db.get(Article, 1), make.person(db, "cleo")
        authoring.revise(db, row, make.content(resolution="Cleo's way"), seen=1, actor=cleo, now=make.NOON)
    answer = resolve(
        ben,
        incident,
        htmx=True,
        door="improve",
        article=article,
        seen=1,
        improve_title="T",
        improve_resolution="My way",
    )
    assert answer.status_code == 409
    assert "was changed by somebody else while you wrote" in answer.text
    assert value(answer.text, "improve_resolution") == "My way"
    assert 'name="seen" value="2"' in answer.text
    assert look(lambda incident: incident.phase) == "new"


def test_nothing_to_learn_needs_a_reason(ben, incident, look):
    answer = resolve(ben, incident, htmx=True, door="nothing", resolution="")
    assert answer.status_code == 422
    assert 'id="nothing_reason-finding"' in answer.text
    assert (
        resolve(ben, incident, door="nothing", resolution="", nothing_reason="withdrawn").status_code == 303
    )
    assert look(lambda incident: (incident.phase, incident.nothing_reason)) == ("closed", "withdrawn")


def test_what_was_resolved_has_something_to_learn(ben, incident, look):
    answer = resolve(ben, incident, htmx=True, door="nothing", nothing_reason="withdrawn")
    assert answer.status_code == 422
    assert "there is something to learn" in answer.text


def test_no_door_at_all_is_a_finding(ben, incident):
    answer = resolve(ben, incident, htmx=True)
    assert answer.status_code == 422
    assert 'id="door-finding"' in answer.text


def test_an_article_must_be_named_to_be_linked(ben, incident):
    answer = resolve(ben, incident, htmx=True, door="link", article="KB-000099")
    assert answer.status_code == 422
    assert "No article is chosen." in answer.text


def test_resolving_only_leaves_it_to_be_closed_later(ben, incident, article, look):
    answer = ben.post(
        f"/incidents/{incident}/resolve", then="wait", door="link", article=article, message="Done"
    )
    assert answer.status_code == 303
    assert look(lambda incident: incident.phase) == "resolved"
    assert look(lambda incident: incident.entries[-1].text) == "Done"


def test_near_duplicates_are_shown_while_the_draft_is_open(ben, incident, article, embed):
    embed()
    sent = {f"write_{name}": text for name, text in make.content().values().items()}
    sent["resolution"], ticked = sent["write_resolution"], re.compile(r'name="different"[^>]* checked')
    answer = ben.post(f"/incidents/{incident}/resolve/near", htmx=True, **sent)
    assert answer.text.lstrip().startswith('<div id="near"')
    assert article in answer.text
    assert not ticked.search(answer.text)
    assert ticked.search(
        ben.post(f"/incidents/{incident}/resolve/near", htmx=True, different="yes", **sent).text
    )


def test_closures_without_an_article_are_listed_for_the_coach(cleo, ben, rows):
    with rows() as db:
        outcome = closure.Outcome("nothing", reason="withdrawn")
        closure.resolve(
            db, make.incident(db, "New mouse"), outcome, close=True, actor=make.person(db), now=make.NOON
        )
    text = cleo.get("/closures").text
    assert "New mouse" in text
    assert "New mouse" in cleo.get("/closures?reason=withdrawn").text
    assert "New mouse" not in cleo.get("/closures?reason=duplicate").text
    assert ben.get("/closures").status_code == 403


def test_every_choice_is_kept_with_its_rank(ben, article, incident, runtime):
    panel = ben.get(f"/incidents/{incident}/suggestions", htmx=True).text
    refer = re.search(r'hx-post="(/incidents/[^"]+/reference)"', panel)[1]
    assert ben.post(refer).status_code == 303
    with runtime.reading() as db:
        showing = db.scalars(select(Showing).where(Showing.choice == "reference")).one()
        assert showing.rank == 1


def test_not_this_needs_one_of_the_reasons(ben, article, incident, runtime):
    panel = ben.get(f"/incidents/{incident}/suggestions", htmx=True).text
    reject = re.search(r'hx-post="(/incidents/[^"]+/reject)"', panel)[1]
    assert ben.post(reject, reason="").status_code == 422
    assert ben.post(reject, reason="environment").status_code == 303
    with runtime.reading() as db:
        assert (
            db.scalars(select(Showing.reason).where(Showing.choice == "rejected")).one().startswith("Other")
        )


def test_a_showing_of_another_incident_cannot_be_chosen_here(ben, article, incident, rows):
    with rows() as db:
        other = make.incident(db).number
    panel = ben.get(f"/incidents/{incident}/suggestions", htmx=True).text
    use = re.search(r'hx-post="(/incidents/[^"]+/use)"', panel)[1]
    assert ben.post(use.replace(incident, other)).status_code == 404


def test_an_open_incident_of_the_same_meaning_becomes_the_original(ben, incident, rows, look, embed):
    with rows() as db:
        other = make.incident(db).number
    embed()
    panel = ben.get(f"/incidents/{incident}/suggestions", htmx=True).text
    assert other in panel
    ben.post(re.search(r'hx-post="(/incidents/[^"]+/attach)"', panel)[1])
    assert look(lambda incident: [relation.kind for relation in incident.relations]) == ["duplicate_of"]


def test_when_nothing_fits_it_says_so(ben, incident):
    text = ben.get(f"/incidents/{incident}/suggestions", htmx=True).text
    assert "Nobody here has solved this before" in text


def test_looking_twice_is_kept_once(ben, article, incident, runtime):
    for _ in range(2):
        ben.get(f"/incidents/{incident}/suggestions", htmx=True)
    with runtime.reading() as db:
        assert len(db.scalars(select(Showing)).all()) == 1


def test_from_the_list_of_what_is_to_write_down_it_is_two_steps_to_closed(ben, article, incident, look, rows):
    """Close it, Close: what stands in the form is enough when the article is there."""
    with rows() as db:
        row = db.get_one(Incident, 1)
        outcome = closure.Outcome("link", article_id=db.get_one(Article, 1).id, resolution="Swapped it.")
        closure.resolve(db, row, outcome, close=False, actor=make.person(db), now=make.NOON)
        assert row.phase == "resolved"
    listed = ben.get("/incidents?list=document").text
    first = re.search(r'<a class="write" href="([^"]+)">Close it</a>', listed)[1]
    form = ben.get(first).text
    assert re.search(r'value="close"[^>]*>Close</button>', form)
    sent = {name: value(form, name) for name in ("resolution", "cause", "verification")}
    sent |= {"article": value(form, "resolve-article"), "door": re.search(r'value="(\w+)" checked', form)[1]}
    assert ben.post(first, then="close", **sent).status_code == 303
    assert look(lambda incident: (incident.phase, incident.closing_door)) == ("closed", "link")
