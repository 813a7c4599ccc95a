"""What somebody may not read changes nothing in what they find: not the hits, not their order, not a single figure."""

import random
from dataclasses import replace

import pytest

from assistant.desk import link, notice
from assistant.desk.incident import Incident
from assistant.desk.people import Group, Person
from assistant.desk.permissions import viewer_of
from assistant.settings import POSTGRESQL
from assistant.worker import run_once
from index import plan, postgres, snapshot
from kb.article import Article
from kb.corpus import Occasion
from kb.search import Within, find
from tests import make
from tests.web.world import showing

SEEDS = 4
HIDDEN = 5  # items that are added one after another for each seed
QUESTIONS = 3
EARLY = {  # so small is what has shelves and cells here, so little is looked at, and so soon they are made anew
    "SHELVED_FROM": 12,
    "CELLS_FROM": 24,
    "ROWS_A_CELL": 6,
    "LEAST_PROBES": 3,
    "PROPOSED": 1,
    "LEAST_PROPOSED": 20,
    "MOST_GROWN": 4,
}
LITTLE = {"LEAST_LOOKED": 20, "PASSAGES": 1, "PROPOSED": 1, "POSTINGS": 30}  # and so little with PostgreSQL
PORTAL = {"corpora": ("article", "notice"), "unfinished": True}
NARROWED = {"within": Within({"article": range(1, 26)})}
VISIBLE = 30  # of each kind: together more than the candidates that either half proposes
COMMON = (
    "vpn",
    "printer",
    "update",
    "screen",
    "login",
    "slow",
    "error",
    "adapter",
    "cable",
    "mail",
    "driver",
)
RARE = ("0x800704CF", "SRV-21", *(f"{word}{n}" for word in ("gateway", "badge", "proxy") for n in range(12)))


def sentence(chance: random.Random) -> str:
    """Return words of which some are everywhere and some are rare."""
    return " ".join(chance.sample(COMMON, 4) + chance.sample(RARE, chance.randint(0, 2)))


def mistyped(text):
    """Return a text with a letter of its first word left out and its last word begun only, as people type."""
    return text[:2] + text[3:-2]


def hide_one(db, chance):
    """Add an item that some people may not read: restricted, of a team, not for requesters, or told and ended."""
    title, text = sentence(chance), f"{sentence(chance)}. {sentence(chance)}."
    group = chance.choice(db.query(Group).order_by(Group.id).all())
    kind = chance.choice(
        ("incident", "solved", "solved", "team", "wip", "internal", "notice", "ended notice")
    )
    if kind == "incident":
        incident = make.incident(
            db, title, symptoms=text, restricted_to=group, requester=make.person(db, "ada")
        )
        use_in_secret(db, incident, random.Random(incident.id))
    elif kind == "solved":  # by articles that everybody may read
        solve(db, chance, title, symptoms=text, restricted_to=group, requester=make.person(db, "ada"))
    elif kind.endswith("notice"):
        incident = make.incident(db, title, symptoms=text, restricted_to=group, requester=None)
        use_in_secret(db, incident, random.Random(incident.id))
        told = notice.announce(
            db, incident, sentence(chance), text, actor=make.person(db), now=make.NOON, confirmed=True
        )
        if kind == "ended notice":
            notice.end(db, told, actor=None, now=make.NOON)
    elif kind == "team":
        make.article(db, "validated", "team", team_id=group.id, title=title, issue=text)
    else:
        make.article(db, kind if kind == "wip" else "validated", "internal", title=title, issue=text)


def solve(db, chance, title, **more):
    """Add an incident that some articles solved: they are known in its words, to those who may read it."""
    incident = make.incident(db, title, state="resolved", **more)
    for article in chance.sample(db.query(Article).order_by(Article.id).limit(VISIBLE).all(), 3):
        make.resolved_by(db, incident, article)


def use_in_secret(db, incident, chance):
    """Let an incident of a group be solved by what others may read too, for good or not for long."""
    article = chance.choice(db.query(Article).order_by(Article.id).all())
    other = chance.choice(db.query(Incident).order_by(Incident.id).all())
    used = showing(db, incident, "incident", other.id)
    used.choice, used.chosen_at = "used", make.NOON
    made = link.add(db, incident, article, "resolved", actor=None, now=make.NOON)
    made.failed_at = used.failed_at = chance.choice((None, make.NOON))


def readers(db):
    """Return everybody as finding sees them, and somebody who is not signed in."""
    people = db.query(Person).filter(Person.email != "ada@example.org").order_by(Person.id).all()
    return {person.email: viewer_of(db, person) for person in people} | {"nobody": viewer_of(db, None)}


def said(db, corpus, viewer):
    """Return what somebody may read of a kind: items with their text."""
    items = corpus.items(db, corpus.readable(db, viewer, corpus.all_ids(db, 0, 10_000)))
    return {number: item.passages for number, item in items.items()}


def see(runtime, questions):
    """Return what everybody gets for every question, without how long it took, and what they may read."""
    seen, may = {}, {}
    with runtime.reading() as db:
        for who, viewer in readers(db).items():
            may[who] = {name: said(db, corpus, viewer) for name, corpus in runtime.live.corpora.items()}
            for question in questions:
                for way, how in (("desk", {}), ("portal", PORTAL), ("narrowed", NARROWED)):
                    asked = mistyped(question) if way == "portal" else question
                    found = find(db, runtime.live, asked, viewer, k=20, occasion=Occasion(make.NOON), **how)
                    seen[who, f"{asked} ({way})"] = replace(found, took_ms=0)
    return seen, may


def unhide_one(db, chance):
    """Delete an incident that only a group may read, or change what it says."""
    hidden = db.query(Incident).filter(Incident.restricted_to_id.is_not(None)).order_by(Incident.id).all()
    for incident in hidden[:1] if not hidden or chance.random() < 0.5 else []:
        db.delete(incident)
    for incident in hidden[1:2]:
        incident.symptoms = f"{sentence(chance)}. {sentence(chance)}."


def own_indexes(runtime):
    """Return the permission classes that are large enough for an index of their own."""
    if runtime.settings.index == POSTGRESQL:
        with runtime.reading() as db:
            return {scope for scope, one in runtime.live.view(db).vectors.classes.items() if one.near}
    return {scope for scope, _ in snapshot.peek(runtime.live.folder_of(runtime.encoder))["shelves"]}


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("early", [{}, EARLY], ids=["searched exactly", "on shelves, in cells"])
def test_what_is_hidden_from_somebody_changes_nothing_for_them(runtime, monkeypatch, early, seed):
    for name, value in early.items():
        monkeypatch.setattr(plan, name, value)
    hide_and_look(runtime, random.Random(seed), HIDDEN, QUESTIONS)
    assert own_indexes(runtime) >= ({"incident", "article:requesters"} if early else set())


@pytest.mark.shared(alone=True)
@pytest.mark.parametrize("seed", range(2))
def test_nor_does_it_where_postgresql_holds_the_index(runtime, monkeypatch, seed):
    for module, values in ((plan, EARLY), (postgres, LITTLE)):
        for name, value in values.items():
            monkeypatch.setattr(module, name, value)
    hide_and_look(runtime, random.Random(seed), hidden=3, asked=2)
    assert own_indexes(runtime) >= {"incident", "article:requesters"}


def hide_and_look(runtime, chance, hidden, asked):
    """Hide items from some people one after another, and see whether those notice who may read no more than before."""
    with runtime.writing() as db:
        ben, cleo = make.person(db), make.person(db, "cleo")
        make.group(db, "Staff matters", ben, restricted=True)
        make.group(db, "Security", cleo, restricted=True)
        make.person(db, "tom", role="agent")
        eve = make.person(db, "eve")
        for _ in range(VISIBLE):
            make.article(db, title=sentence(chance), issue=sentence(chance), resolution=sentence(chance))
        for number in range(VISIBLE):
            who = eve if number % 9 == 0 else None
            solve(db, chance, sentence(chance), symptoms=sentence(chance), requester=who)
        db.commit()
    embed(runtime)
    questions = [sentence(chance) for _ in range(asked)]
    before, could = see(runtime, questions)
    unchanged = 0
    for step in range(hidden):
        with runtime.writing() as db:
            (unhide_one if step % 3 == 2 else hide_one)(db, chance)
            db.commit()
        embed(runtime)
        after, can = see(runtime, questions)
        for (who, question), answer in after.items():
            if can[who] == could[who]:
                assert answer == before[who, question], f"{who} sees a difference for “{question}”"
                unchanged += 1
        before, could = after, can
    assert unchanged > 0


def embed(runtime):
    """Be the worker until everything is in the index."""
    run_once(runtime, runtime.now())
    while (stale := runtime.live.status(runtime.sessions.reader()).stale) > 0:
        run_once(runtime, runtime.now())
        assert runtime.live.status(runtime.sessions.reader()).stale < stale
