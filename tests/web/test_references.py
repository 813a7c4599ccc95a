"""What a form or an address names besides its main object: it is authorised too, and foreign looks like missing."""

import ast
import re
from pathlib import Path

import pytest

import assistant.web
from assistant.desk import relations, suggestions
from assistant.desk.incident import Incident
from assistant.desk.link import Link
from assistant.web.article_page import MAY
from kb.article import Article
from kb.viewer import RANKS
from tests import make
from tests.web.test_matrix import without_ids
from tests.web.world import MISSING, PEOPLE, World, showing

pytestmark = pytest.mark.both
READS_A_NAME = {
    "chosen",
    "chosen_id",
    "named_article",
    "named_incident",
    "named_items",
    "named_person",
    "own_group",
}
READS_A_NAME |= {"forms.number", "forms.numbers"}
TRIED = {
    "article",
    "assignee_id",
    "into",
    "other",
    "parent",
    "restricted_to_id",
    "team_id",
}  # and duplicate_of, which the domain reads
OPEN = {  # field -> why there is nothing to authorise
    "service_id": "everybody chooses among all services",
    "category_id": "everybody chooses among all categories",
    "closing_category_id": "everybody chooses among all categories",
    "items": "those who work on incidents choose among all configuration items",
    "group_id": "an incident may be given to any group",
    "requester": "an incident may be recorded for anybody",
    "watcher": "anybody may be told of an incident by those who work on it",
    "shown": "an answer that was shown to somebody else is left alone, which test_portal tries",
    "upto": "how much is shown of what may be read",
    "view": "a view that is not there changes nothing on the page, nor does one of others",
    "seen": "the version of an article that is named beside it",
    "version": "the version of the object in the address",
    "against": "a version of the article in the address",
    "other_version": "a version of the article that is named beside it",
    "with": "an article named as in the field article, by the same function",
    "after": "the mark of a page; whatever it is, only what may be read is listed",
    "before": "the mark of a page; whatever it is, only what may be read is listed",
    "hour": "an hour of the day, which the domain checks",
    "gap": "a search that found nothing, which only says that somebody wrote about it",
    "person": "the audit trail and the administrator know everybody",
    "person_id": "a flag or an article is handed to anybody who may keep it; others are refused",
    "owner": "the administrator chooses among all people who work",
    "groups": "the administrator chooses among all groups",
    "group": "the administrator chooses among all groups",
    "service": "the administrator chooses among all services",
    "parent_id": "the administrator chooses among all categories",
    "for_service": "the administrator tries any service",
    "for_category": "the administrator tries any category",
    "rows": "how many rows a form has",
    "start": "the mark of a page; whatever it is, only what may be read is listed",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory, desks):
    """The desk that these tests share; each puts back what it changed."""
    world = World(desks, tmp_path_factory.mktemp("world"))
    yield world
    world.close()


def test_every_field_that_names_something_is_tried_here():
    files = [path for path in Path(assistant.web.__file__).parent.glob("*.py") if path.name != "subjects.py"]
    calls = [
        node
        for path in files
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
    ]
    named = {
        argument.value
        for call in calls
        if ast.unparse(call.func) in READS_A_NAME
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }
    assert named <= TRIED | OPEN.keys(), (
        "Try these fields with what is foreign and what is missing, or say why not"
    )


@pytest.mark.parametrize(
    ("route", "field", "kind", "form"),
    [
        ("link", "article", "KB", {"link_kind": "resolved"}),
        ("relate", "other", "INC", {"kind": "related_to"}),
        ("merge", "into", "INC", {}),
        ("resolve", "article", "KB", {"door": "link", "resolution": "Done."}),
        ("resolve", "article", "KB", {"door": "improve", "improve_title": "Mine", "seen": "1"}),
        ("resolve", "duplicate_of", "INC", {"door": "nothing", "nothing_reason": "duplicate"}),
    ],
)
def test_tom_cannot_name_what_he_may_not_read(world, route, field, kind, form):
    foreign = (
        world.objects["article"]["of a team"] if kind == "KB" else world.objects["incident"]["restricted"]
    )
    path = f"/incidents/{world.objects['incident']['watched by Ada']['number']}/{route}"
    before, tom = world.changes, world.browser("tom")
    answers = [
        tom.post(path, **form, **{field: number}) for number in (foreign["number"], f"{kind}-{MISSING}")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert len(set(map(without_ids, answers))) == 1
    assert world.changes == before


@pytest.mark.parametrize("form", [{"do": "parent"}, {"do": "take"}])
def test_tom_cannot_name_them_among_many_either(world, form):
    """Neither as the parent of others, nor as one of those that are changed."""
    foreign, own = (world.objects["incident"][name]["number"] for name in ("restricted", "Eve's"))
    before, tom = world.changes, world.browser("tom")
    field, more = ("parent", {"number": own}) if form["do"] == "parent" else ("number", {})
    answers = [
        tom.post("/incidents/bulk", **form, **more, **{field: number})
        for number in (foreign, f"INC-{MISSING}")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert len(set(map(without_ids, answers))) == 1
    assert world.changes == before


@pytest.mark.parametrize("act", ["use", "reference", "attach", "reject"])
def test_tom_cannot_choose_what_was_shown_to_others(world, act):
    eve, restricted = world.objects["incident"]["Eve's"], world.objects["incident"]["restricted"]
    with world.runtime.writing() as db:
        hidden = showing(db, db.get(Incident, eve["id"]), "incident", restricted["id"]).id
        db.commit()
    answers = [
        world.browser("tom").post(f"/incidents/{eve['number']}/suggestions/{one}/{act}", reason="tried")
        for one in (hidden, restricted["showing_id"], MISSING)
    ]
    world.put_back()
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len(set(map(without_ids, answers))) == 1


def test_tom_cannot_take_back_a_relation_that_he_does_not_see(world):
    eve, restricted = world.objects["incident"]["Eve's"], world.objects["incident"]["restricted"]
    with world.runtime.writing() as db:
        one, other = db.get(Incident, eve["id"]), db.get(Incident, restricted["id"])
        hidden = relations.relate(db, one, other, "related_to", actor=make.person(db), now=make.NOON).id
        db.commit()
    answers = [
        world.browser("tom").post(f"/incidents/{eve['number']}/relations/{relation}/remove")
        for relation in (hidden, restricted["relation_id"], MISSING)
    ]
    world.put_back()
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_cleo_settles_flags_of_the_article_in_the_address_only(world):
    here, foreign = world.objects["article"]["public"], world.objects["article"]["of a team"]
    for flag in (foreign["flag_id"], MISSING):
        answer = world.browser("cleo").post(f"/articles/{here['number']}/flags/{flag}/settle", outcome="Done")
        assert answer.status_code == 404


def test_nobody_shuts_an_incident_or_an_article_into_a_group_of_others(world):
    with world.runtime.reading() as db:
        staff = db.get(Article, world.objects["article"]["of a team"]["id"]).team_id
    tom, before = world.browser("tom"), world.changes
    report = {"title": "Mine", "impact": "person", "urgency": "soon", "source": "phone"}
    number = world.objects["article"]["internal"]["number"]
    assert tom.post("/incidents", **report, restricted_to_id=staff).status_code == 422
    assert tom.post(f"/articles/{number}/state", audience="team", team_id=staff).status_code == 422
    assert world.changes == before


@pytest.mark.parametrize("who", ["ada", "ina", "tom"])
def test_a_restricted_incident_goes_to_members_who_work_here_only(world, who):
    with world.runtime.reading() as db:
        person_id = make.person(db, who).id
    path = f"/incidents/{world.objects['incident']['restricted']['number']}/assign"
    assert world.browser("ben").post(path, assignee_id=person_id).status_code == 422


WIDENING = {("audience", "requesters"), ("audience", "public")}


@pytest.mark.parametrize(("part", "value"), MAY)
@pytest.mark.parametrize("who", ["ben", "cleo", "mia", "dan"])
def test_what_an_article_may_become_depends_on_the_role(world, who, part, value):
    number = world.objects["article"]["internal"]["number"]
    screen = (
        "publish" if (part, value) in WIDENING else "state"
    )  # more readers only by the screen that shows who
    answer = world.browser(who).post(f"/articles/{number}/{screen}", **{part: value})
    world.put_back()
    present = value == "experience"  # it is that already, so nothing is asked for
    coach = RANKS.index(PEOPLE[who]) >= RANKS.index("coach")
    assert answer.status_code == (303 if coach or present else 403)


@pytest.mark.parametrize("part", ["", "/resolve", "/facts", "/timeline", "/suggestions", "/head"])
def test_an_incident_tells_nothing_of_articles_and_incidents_that_its_reader_may_not_read(world, part):
    eve, restricted = world.objects["incident"]["Eve's"], world.objects["incident"]["restricted"]
    team = world.objects["article"]["of a team"]
    with world.runtime.writing() as db:
        incident, ben = db.get(Incident, eve["id"]), make.person(db)
        make.resolved_by(db, incident, db.get(Article, team["id"]))
        relations.relate(
            db, incident, db.get(Incident, restricted["id"]), "child_of", actor=ben, now=make.NOON
        )
        db.commit()
    told = world.browser("tom").get(f"/incidents/{eve['number']}{part}").text
    seen = world.browser("ben").get(f"/incidents/{eve['number']}").text
    world.put_back()
    secrets = (team["number"], "How complaints are kept", restricted["number"], "Complaint about a colleague")
    assert not [secret for secret in secrets if secret in told]
    assert all(secret in seen for secret in secrets)


def test_taking_what_resolved_another_incident_brings_no_article_that_tom_may_not_read(world):
    eve, ada = world.objects["incident"]["Eve's"], world.objects["incident"]["Ada's"]
    with world.runtime.writing() as db:
        make.resolved_by(
            db, db.get(Incident, ada["id"]), db.get(Article, world.objects["article"]["of a team"]["id"])
        )
        shown, tom = showing(db, db.get(Incident, eve["id"]), "incident", ada["id"]), make.person(db, "tom")
        suggestions.use(db, db.get(Incident, eve["id"]), shown, actor=tom, now=make.NOON)
        linked = db.query(Link).filter_by(incident_id=eve["id"]).all()
        db.rollback()
    assert linked == []


def test_the_page_of_a_missing_object_names_nothing(world):
    answer = world.browser("tom").get(f"/incidents/{world.objects['incident']['restricted']['number']}")
    assert not re.search("Complaint|Staff matters", answer.text)
