"""An article is known in the words in which people told what it solved, to those who may read both."""

import pytest

from assistant import worker
from assistant.desk import article_merging, lifecycle, phrasebook
from assistant.desk.incident import Incident
from assistant.desk.permissions import viewer_of
from kb.article import Article
from kb.embeddings import Embedding, row_findings
from kb.merging import proposal
from kb.phrases import PHRASE
from kb.search import Within, find
from tests import make

pytestmark = pytest.mark.both
WHO = ("ben", "cleo", "eve")
TOLD = "The little blue padlock hops away whenever the train enters a tunnel"


@pytest.fixture
def desk(runtime):
    """A desk with an article and an incident that it solved."""
    with runtime.writing() as db:
        article = make.article(db)
        incident = make.incident(db, "Padlock hops away", symptoms=TOLD, state="resolved")
        make.resolved_by(db, incident, article)
        make.article(db, title="Printer jams", issue="Paper jams.", environment="", cause="Dust")
        make.incident(db, "Mailbox is full", text="Outlook says so.")
        db.commit()
    worker.run_once(runtime, make.NOON)
    return runtime


def phrases(runtime, article_id=1):
    with runtime.reading() as db:
        assert not list(row_findings(db, runtime.live.corpora))
        rows = db.query(Embedding).filter_by(part=PHRASE, item_id=article_id, deleted=False)
        return {row.ordinal: (row.scope, row.text) for row in rows}


def change(runtime, act, number=1):
    """Do something with an incident, as the desk does it, and let the worker follow."""
    with runtime.writing() as db:
        act(db, db.get_one(Incident, number), make.person(db))
        db.commit()
    worker.run_once(runtime, make.NOON)


def score(runtime, who="tom", text=TOLD, **more):
    """Return the score of the article for a question of somebody, as an agent unless the cast says otherwise."""
    with runtime.writing() as db:
        viewer = viewer_of(db, make.person(db, who, **({"role": "agent"} if who == "tom" else {})))
        hits = find(db, runtime.live, text, viewer, **more).hits
        return next((hit.score for hit in hits if (hit.corpus, hit.item_id) == ("article", 1)), None)


def restrict(db, incident, ben):
    incident.restricted_to = make.group(db, "Staff matters", ben, restricted=True)


def test_an_article_is_found_in_the_words_of_an_incident_that_it_solved(desk):
    assert phrases(desk) == {1: ("phrase", f"Padlock hops away\n{TOLD}")}
    known = score(desk)
    change(desk, lambda db, incident, ben: setattr(incident.links[0], "kind", "reference"))
    assert phrases(desk) == {}
    assert (score(desk) or 0.0) < known


def test_nobody_is_helped_by_an_incident_that_they_may_not_read(desk):
    helped, requester = score(desk), score(desk, "eve")
    change(desk, restrict)
    assert [scope for scope, _ in phrases(desk).values()] == ["phrase:1"]
    assert score(desk, "ben") == helped
    assert score(desk, "tom") < helped
    assert score(desk, "eve") == requester
    change(desk, lambda db, incident, ben: setattr(incident.links[0], "kind", "reference"))
    assert score(desk, "eve") == requester


def test_its_own_words_do_not_help_an_incident(desk):
    without = score(desk, within=Within(without=frozenset({("incident", 1)})))
    assert without < score(desk)
    change(desk, lambda db, incident, ben: setattr(incident.links[0], "kind", "reference"))
    assert score(desk, within=Within(without=frozenset({("incident", 1)}))) == without


def test_a_phrase_is_never_the_passage_that_is_shown(desk):
    with desk.reading() as db:
        found = find(db, desk.live, TOLD, viewer_of(db, make.person(db)))
    assert all("padlock" not in hit.passage for hit in found.hits if hit.corpus == "article")


def fail(db, incident, ben):
    incident.assignee = ben
    lifecycle.reopen(db, incident, actor=ben, now=make.NOON)


def tell_a_name(db, incident, ben):
    incident.symptoms = "Please call Ada Okafor back, the padlock hops away."


def name_a_watcher(db, incident, ben):
    incident.symptoms = "Please call Eve Marsh back, the padlock hops away."
    db.flush()
    lifecycle.watch(db, incident, make.person(db, "eve"), actor=ben, now=make.NOON)


def delete(db, incident, ben):
    db.delete(incident)


@pytest.mark.parametrize("act", [fail, tell_a_name, name_a_watcher, delete], ids=lambda act: act.__name__)
def test_a_phrase_goes_with_what_made_it_one(desk, act):
    change(desk, act)
    assert phrases(desk) == {}


def test_what_is_merged_gives_its_phrases_to_what_stays(desk):
    with desk.writing() as db:
        goes, stays = db.get_one(Article, 1), db.get_one(Article, 2)
        seen = (stays.latest, goes.latest)
        cleo = make.person(db, "cleo")
        how = {"seen": seen, "personal_data_checked": True, "actor": cleo, "now": make.NOON}
        article_merging.merge(db, stays, goes, proposal(stays, goes), **how)
        db.commit()
    assert phrases(desk, 1) == {}
    assert list(phrases(desk, 2)) == [1]


def test_what_others_may_not_read_takes_no_place_among_the_phrases(desk):
    with desk.writing() as db:
        group = make.group(db, "Staff matters", make.person(db, "cleo"), restricted=True)
        article = db.get_one(Article, 1)
        for number in range(20):
            words = " ".join(f"word{number}{letter}" for letter in "abcdefgh")
            secret = make.incident(db, words, symptoms=TOLD, restricted_to=group, state="resolved")
            make.resolved_by(db, secret, article)
        db.commit()
        seen = {who: phrasebook.known_as(db, article, viewer_of(db, make.person(db, who))) for who in WHO}
    assert [one.incident.id for one in seen["ben"]] == [1]
    assert len(seen["cleo"]) > 1
    assert seen["eve"] == []
