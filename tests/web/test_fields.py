"""The authorisation matrix of fields: who sees each column, who changes it, and by which form.

A column that is new has to be named here. What a row says is looked for on every page that there is, and every form
is sent with every column as one more field.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from assistant.desk import classification, conversation, lifecycle, people
from assistant.desk.classification import Category
from assistant.desk.corpora import CORPORA
from assistant.desk.incident import Entry, Incident
from assistant.desk.people import Group, Person
from assistant.desk.permissions import LEAST_ROLE
from assistant.web.policy import policy_of
from kb import embeddings
from kb.article import Article, Flag, Version
from kb.viewer import RANKS
from tests import make
from tests.web.test_matrix import ROUTES, ask
from tests.web.world import SIGNED_IN, WORKS, World

HERS = WORKS | {"ada"}  # everybody who works here, and the person whom it is about
NONE: set[str] = set()
WORDLESS = None  # an id, a time, a number or a choice: nothing on a page says which column it came from
STAMP = "*"  # every form that changes the row
SETTLES = "acts.confirm acts.reopen acts.close acts.move bulk.act family.resolve family.merge family.unmerge"
ENDS = f"{SETTLES} resolving.resolve suggestions.attach"


@dataclass(frozen=True)
class Field:
    """A column. see: who finds its words anywhere; change: the least role that changes it; by: the forms that do."""

    see: set[str] | None
    change: str = ""
    by: str = ""


EDIT = Field(WORKS, "agent", "incidents.save")
FIELDS: dict[type, dict[str, Field]] = {
    Incident: {
        **dict.fromkeys(("id", "source", "recorded_at", "recorded_by_id"), Field(WORDLESS)),
        **dict.fromkeys(("requester_id", "restricted_to_id"), Field(WORDLESS)),
        **dict.fromkeys(("process", "process_version"), Field(WORDLESS)),
        **dict.fromkeys(("version", "updated_at", "updated_by_id"), Field(WORDLESS, by=STAMP)),
        **dict.fromkeys(("service_id", "occurred_at"), Field(WORDLESS, "agent", "incidents.save")),
        **dict.fromkeys(("impact", "urgency", "priority"), Field(WORDLESS, "agent", "incidents.save")),
        **dict.fromkeys(("contact", "symptoms", "environment", "category_id", "priority_reason"), EDIT),
        **dict.fromkeys(
            ("workaround", "cause", "verification", "closing_category_id"),
            Field(WORKS, "agent", "incidents.save resolving.resolve family.resolve"),
        ),
        **dict.fromkeys(
            ("state", "phase", "resolved_at", "resolved_by_id", "closed_at", "reopen_count"),
            Field(WORDLESS, "requester", ENDS),
        ),
        **dict.fromkeys(
            ("closing_door", "nothing_reason", "merged_into_id"),
            Field(WORDLESS, "requester", ENDS),
        ),
        "external_id": Field(NONE),
        "reported_text": Field(HERS),
        "title": Field(HERS, "agent", "incidents.save"),
        "group_id": Field(HERS, "agent", "acts.assign bulk.act"),
        "assignee_id": Field(HERS, "agent", "acts.assign acts.take bulk.act"),
        "hold_reason": Field(HERS, "agent", "acts.move bulk.act resolving.resolve"),
        "resolution": Field(HERS, "agent", "incidents.save resolving.resolve family.resolve"),
    },
    Entry: {
        **dict.fromkeys(("id", "incident_id", "kind", "author_id", "at"), Field(WORDLESS)),
        **dict.fromkeys(("minutes", "to_all"), Field(WORDLESS)),
        "text": Field(WORKS),  # of a work note
    },
    Article: {
        **dict.fromkeys(("id", "created_at"), Field(WORDLESS)),
        **dict.fromkeys(("updated_at", "updated_by_id"), Field(WORDLESS, by=STAMP)),
        **dict.fromkeys(
            ("confidence", "audience", "governance", "team_id", "personal_data_checked"),
            Field(
                WORDLESS,
                "agent",
                "article_acts.state article_publish.publish article_publish.archive article_publish.revive",
            ),
        ),
        "latest": Field(
            WORDLESS,
            "agent",
            "articles.revise article_versions.restore resolving.resolve curation_merge.merge",
        ),
        "merged_into_id": Field(WORDLESS, "coach", "curation_merge.merge"),
        "external_id": Field(NONE),
        "category_id": Field(WORKS),
        "owner_id": Field(WORKS, "agent", "article_acts.hand_over"),
    },
    Version: {
        **dict.fromkeys(("id", "article_id", "number", "at"), Field(WORDLESS)),
        **dict.fromkeys(("title", "issue", "environment", "cause", "resolution"), Field(SIGNED_IN)),
        "note": Field(WORKS),
        "author_id": Field(WORKS),
    },
    Flag: {
        **dict.fromkeys(("id", "article_id", "person_id", "at"), Field(WORDLESS)),
        **dict.fromkeys(("owner_id", "due_at"), Field(WORDLESS, "agent", "article_acts.hand_flag")),
        **dict.fromkeys(("settled_at", "settled_by_id"), Field(WORDLESS, "agent", "article_acts.settle")),
        "reason": Field(WORKS),
        "outcome": Field(WORKS, "agent", "article_acts.settle"),
    },
    Person: {
        **dict.fromkeys(("id", "created_at"), Field(WORDLESS)),
        **dict.fromkeys(("role", "active"), Field(WORDLESS, "administrator", "admin_people.save")),
        "timezone": Field(WORDLESS, "requester", "profile.timezone admin_people.save"),
        "password_hash": Field(NONE, "requester", "profile.password"),
        "name": Field(WORKS | {"eve"}, "administrator", "admin_people.save"),
        "email": Field(WORKS | {"eve"}, "administrator", "admin_people.save"),
        "department": Field(WORKS, "administrator", "admin_people.save"),
        "place": Field(WORKS, "administrator", "admin_people.save"),
        "phone": Field({"dan"}, "administrator", "admin_people.save"),
    },
}
CONTENT = ("title", "issue", "environment", "cause", "resolution")


def mark(kind: type, column: str) -> str:
    """Return a word that stands nowhere else."""
    return f"{kind.__name__}qx{column.replace('_', '')}qx".lower()


def test_every_column_is_named():
    missing = {
        kind.__name__: set(kind.__table__.columns.keys()) ^ set(fields) for kind, fields in FIELDS.items()
    }
    assert {name: columns for name, columns in missing.items() if columns} == {}


def test_a_form_asks_for_the_role_that_may_change_its_fields(world):
    doors = {
        (kind.__name__, column): field
        for kind, fields in FIELDS.items()
        for column, field in fields.items()
        if field.by not in ("", STAMP)
    }
    least = {name: min(map(RANKS.index, roles(world, field.by))) for name, field in doors.items()}
    assert {name: RANKS[rank] for name, rank in least.items()} == {
        name: field.change for name, field in doors.items()
    }


def roles(world: World, doors: str) -> list[str]:
    """Return the least role of each form."""
    views = world.app.view_functions
    return [LEAST_ROLE[str(policy_of(views[door]).action)] for door in doors.split()]


@pytest.fixture(scope="module")
def world(tmp_path_factory, desks):
    """The desk whose forms are sent; each test puts back what it changed."""
    world = World(desks, tmp_path_factory.mktemp("forms"))
    yield world
    world.close()


def test_each_column_is_seen_by_those_who_may_and_by_nobody_else(tmp_path, desks):
    world = World(desks, tmp_path)
    write_marks(world)
    told = {who: "\n".join(pages(world, who)) for who in sorted(SIGNED_IN | {"nobody"})}
    told["ada"] += solved(world)
    world.close()
    wanted = {
        mark(kind, column): field.see
        for kind, fields in FIELDS.items()
        for column, field in fields.items()
        if field.see is not WORDLESS
    } | RESTRICTED
    found = {word: {who for who, text in told.items() if word in text} for word in wanted}
    assert {word: who for word, who in found.items() if who != wanted[word]} == {}


def solved(world: World) -> str:
    """Return Ada's page of her incident once it is resolved."""
    with world.runtime.writing() as db:
        ended = update(Incident).where(Incident.phase == "waiting")
        db.execute(ended.values(state="resolved", phase="resolved"))
        db.commit()
    number = world.objects["incident"]["Ada's"]["number"]
    return world.browser("ada").get(f"/incidents/{number}").text


def write_marks(world: World) -> None:
    """Let every column of one row of each kind say its own word, beside what everybody is told anyway."""
    with world.runtime.writing() as db:
        ben, eve = make.person(db), make.person(db, "eve")
        incident = db.get_one(Incident, world.objects["incident"]["Ada's"]["id"])
        article = db.get_one(Article, world.objects["article"]["for requesters"]["id"])
        conversation.note(db, incident, mark(Entry, "text"), actor=ben, now=make.NOON)
        group = make.group(db, mark(Incident, "group_id"))
        workers = {
            column: people.add(db, mark(kind, column), f"{column}@example.org", role="agent", now=make.NOON)
            for kind, column in ((Incident, "assignee_id"), (Article, "owner_id"), (Version, "author_id"))
        }
        lifecycle.assign(db, incident, group, workers["assignee_id"], actor=ben, now=make.NOON)
        restricted = db.get_one(Incident, world.objects["incident"]["restricted"]["id"])
        restricted.title = f"secrettitleqx {FINDS}"
        conversation.note(db, restricted, "secretnoteqx", actor=ben, now=make.NOON)
        rows = {  # kind -> its row, and what stands in columns that name another row
            Incident: (incident.id, {**WAITS, **categories(db, Incident)}),
            Article: (article.id, {"owner_id": workers["owner_id"].id, **categories(db, Article)}),
            Version: (article.current.id, {"author_id": workers["author_id"].id}),
            Flag: (article.flags[0].id, {"settled_at": make.NOON}),
            Person: (eve.id, {}),
        }
        for kind, (row_id, given) in rows.items():
            words = {
                column: f"{mark(kind, column)} {FINDS}"
                for column, field in FIELDS[kind].items()
                if (field.see is not WORDLESS and not column.endswith("_id")) or column == "external_id"
            }
            db.execute(update(kind).where(kind.id == row_id).values({**words, **given}))
        db.commit()
    embeddings.rebuild(world.runtime.sessions, CORPORA)
    embeddings.refresh(world.runtime.sessions, world.runtime.encoder, limit=1000)


RESTRICTED = {"secrettitleqx": {"ben", "eve"}, "secretnoteqx": {"ben"}}  # its group, and its requester
WAITS = {"state": "on_hold", "phase": "waiting"}


def categories(db: Session, kind: type) -> dict[str, int]:
    """Return a category of its own for each column that names one."""
    columns = [column for column in FIELDS[kind] if column.endswith("category_id")]
    return {column: classification.ensure(db, mark(kind, column)).id for column in columns}


def pages(world: World, who: str) -> Iterator[str]:
    """Yield the text of every page that somebody may open, about the rows with the marks where it has a choice."""
    chosen = {"incident": ("Ada's", "restricted"), "article": ("for requesters",)}
    client = world.browser(who).client
    for rule in world.app.url_map.iter_rules():
        case = ROUTES.get(rule.endpoint)
        if case is None or "GET" not in rule.methods:
            continue
        objects = world.objects[case.about] if case.about else {"": {}}
        for name in chosen.get(case.about, (next(iter(objects)),)):
            path = rule.build({key: objects[name][key] for key in rule.arguments})[1]
            yield client.get(path, follow_redirects=True).text
    for path in ASKED:
        yield client.get(path).text


FINDS = "samovar"  # a word in every text, by which it is found
ASKED = (  # what is found only by asking
    f"/search?q={FINDS}",
    f"/help?q={FINDS}",
    f"/palette?q={FINDS}",
    f"/people?requester={FINDS}",
    f"/admin/people?q={FINDS}",
    "/incidents?list=all",
    "/articles?sort=reuse",
)


def hostile(world: World, who: str) -> dict[str, Any]:
    """Return a value for every column, such that a form which took it would change something."""
    with world.runtime.reading() as db:
        staff, network = (db.scalars(select(Group).where(Group.name == name)).one().id for name in TEAMS)
        tom, eve = make.person(db, "tom").id, make.person(db, "eve").id
        branch = db.scalars(select(Category.id)).first()
    everywhere = dict.fromkeys((column for fields in FIELDS.values() for column in fields), "1")
    return {
        **everywhere,
        **dict.fromkeys((*CONTENT, *WORDS), "Hostile words"),
        **dict.fromkeys(("occurred_at", "closed_at", "resolved_at", "created_at"), "2026-01-01T08:00"),
        **dict.fromkeys(("category_id", "closing_category_id"), branch),
        "requester_id": eve,
        "requester": "eve@example.org",
        "person_id": tom,
        "owner_id": tom,
        "assignee_id": tom,
        "group_id": network,
        "role": "administrator",
        "active": "",
        "state": "on_hold",
        "phase": "closed",
        "priority": "P1",
        "impact": "organisation",
        "urgency": "now",
        "process": "adhoc",
        "source": "phone",
        "closing_door": "nothing",
        "nothing_reason": "withdrawn",
        "email": "hostile@example.org",
        "timezone": "Asia/Tokyo",
        "external_id": "X-1",
        **MORE[who],
        **(
            {"team_id": staff, "restricted_to_id": staff}
            if who == "ben"
            else {"team_id": "", "restricted_to_id": ""}
        ),
    }


TEAMS = ("Staff matters", "Network")
WORDS = (
    "contact",
    "symptoms",
    "priority_reason",
    "hold_reason",
    "workaround",
    "verification",
    "reported_text",
)
WORDS += ("name", "department", "place", "phone", "password_hash", "note", "reason", "outcome", "text")
MORE = {
    "ada": {"audience": "public", "confidence": "validated", "governance": "compliance"},
    "ben": {"audience": "team", "confidence": "not_validated", "governance": ""},
    "cleo": {"audience": "internal", "confidence": "validated", "governance": "compliance"},
}
WORKED = {("Incident", name) for name in ("state", "resolution", "assignee_id", "hold_reason")}
EDITED = {("Incident", column) for column, field in FIELDS[Incident].items() if field == EDIT}
TRIES = {  # who -> what they change when every form is sent
    "ada": {("Person", "timezone")},
    "ben": WORKED | EDITED | {("Article", name) for name in ("audience", "confidence", "owner_id", "latest")},
    "cleo": WORKED | EDITED | {("Article", "governance")},
}
ROWS_OF = (Incident, Article, Flag, Person)
SENT_ABOUT = {"incident": ("Ada's",), "article": ("for requesters", "archived", "of a team")}


def columns_of(world: World) -> dict[tuple[str, int, str], Any]:
    """Return what stands in every column of every row now."""
    with world.runtime.reading() as db:
        return {
            (kind.__name__, row["id"], column): value
            for kind in ROWS_OF
            for row in db.execute(select(kind.__table__)).mappings()
            for column, value in row.items()
        }


@pytest.mark.parametrize("who", TRIES)
def test_each_column_is_changed_by_its_own_forms_and_by_no_other(world, who):
    changed = sent(world, who)
    wrong = {
        (kind.__name__, column): by - set(field.by.split())
        for kind in ROWS_OF
        for column, field in FIELDS[kind].items()
        if field.by != STAMP and (by := changed[kind.__name__, column])
    }
    assert {place: by for place, by in wrong.items() if by} == {}
    assert TRIES[who] <= {place for place, by in changed.items() if by}  # otherwise nothing was tried


def sent(world: World, who: str) -> dict[tuple[str, str], set[str]]:
    """Send every form with every column as one more field; return which forms changed each (kind, column)."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    before, more = columns_of(world), hostile(world, who)
    for endpoint, path in forms(world):
        case = ROUTES[endpoint]
        answer = ask(world.browser(who), "POST", path, replace(case, form={**more, **case.form}))
        if answer.status_code >= 400:
            continue
        for place, value in columns_of(world).items():
            if place in before and before[place] != value:
                found[place[0], place[2]].add(endpoint)
        world.put_back()
    return found


def forms(world: World) -> Iterator[tuple[str, str]]:
    """Yield every form with its address."""
    for rule in world.app.url_map.iter_rules():
        case = ROUTES.get(rule.endpoint)
        if case is None or "POST" not in rule.methods:
            continue
        objects = world.objects[case.about] if case.about else {"": {}}
        for name in SENT_ABOUT.get(case.about, (next(iter(objects)),)):
            yield rule.endpoint, rule.build({key: objects[name][key] for key in rule.arguments})[1]


@pytest.mark.parametrize(
    ("who", "endpoint", "kind", "own"),
    [
        ("ada", "portal_ask.send", Incident, {"reported_text"}),
        ("ben", "articles.create", Article, {"category_id"}),
    ],
)
def test_what_is_added_takes_from_its_form_what_the_form_asks_and_nothing_more(
    world, who, endpoint, kind, own
):
    path = next(path for name, path in forms(world) if name == endpoint)
    added = []
    for more in ({}, hostile(world, who)):
        case = ROUTES[endpoint]
        assert (
            ask(world.browser(who), "POST", path, replace(case, form={**more, **case.form})).status_code
            == 303
        )
        with world.runtime.reading() as db:
            newest = select(kind.__table__).order_by(kind.id.desc()).limit(1)
            added.append(
                {k: v for k, v in db.execute(newest).mappings().one().items() if not k.endswith("_at")}
            )
        world.put_back()
    plain, extra = added
    assert {column for column in plain if plain[column] != extra[column]} == own
