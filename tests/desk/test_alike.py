"""More like this: what reads alike, without what stands beside it already and what the reader may not read."""

import pytest

from assistant import worker
from assistant.desk import alike, suggestions
from assistant.desk.permissions import viewer_of
from kb.viewer import ANONYMOUS
from tests import make

pytestmark = pytest.mark.both
SAYS = "The spooler of the label printer stops with error 0x800704CF after the update."


@pytest.fixture
def desk(runtime):
    """A writing session on a desk whose index follows: desk.follow, then what somebody is shown as numbers."""
    with runtime.writing() as db:

        def follow():
            db.commit()
            worker.run_once(runtime, make.NOON)
            return runtime.live

        def like(item, who="ben"):
            live, viewer = follow(), viewer_of(db, make.person(db, who))
            of = alike.like_article if hasattr(item, "audience") else alike.like_incident
            return {one.item.number: one for one in of(db, live, item, viewer, now=make.NOON)}

        db.follow, db.like = follow, like
        yield db


def printer(desk, title="Label printer stops", **more):
    return make.incident(desk, title, symptoms=SAYS, **more)


def test_an_incident_shows_what_is_not_suggested_already(desk):
    one, others = printer(desk), [printer(desk) for _ in range(5)]
    found = desk.like(one)
    panel = suggestions.suggest(desk, desk.follow(), one, viewer_of(desk, make.person(desk)), now=make.NOON)
    assert panel.open_incidents and found
    assert not {shown.item.number for shown in panel.all} & found.keys()
    assert found.keys() < {other.number for other in others}
    assert "spooler" in next(iter(found.values())).found.terms


def test_what_hangs_on_it_is_left_out_in_either_direction(desk):
    one, others = printer(desk), [printer(desk) for _ in range(8)]
    for other in others[:4]:
        suggestions.relations.relate(desk, other, one, "related_to", actor=None, now=make.NOON)
    article = (
        make.resolved_by(desk, one, make.article(desk, title="Label printer", issue=SAYS)).links[0].article
    )
    assert not desk.like(one).keys() & {article.number, *(other.number for other in others[:4])}


def test_an_article_shows_articles_and_incidents_but_not_those_that_it_resolved(desk):
    article = make.article(desk, title="Label printer stops", issue=SAYS)
    twin = make.article(desk, title="Label printers stop", issue=SAYS)
    archived = make.article(desk, "archived", title="Label printer stopped", issue=SAYS)
    linked, other = make.resolved_by(desk, printer(desk), article), printer(desk)
    found = desk.like(article)
    assert found.keys() == {twin.number, other.number}
    assert not found.keys() & {article.number, archived.number, linked.number}


def test_nothing_is_shown_that_one_may_not_read(desk):
    staff = make.group(desk, "Staff matters", make.person(desk, "cleo"), restricted=True)
    article = make.article(desk, title="Label printer stops", issue=SAYS)
    hidden = printer(desk, restricted_to=staff)
    of_team = make.article(desk, "validated", "team", team_id=staff.id, title="Label printer", issue=SAYS)
    assert desk.like(article, "ben") == {}
    assert desk.like(article, "cleo").keys() == {hidden.number, of_team.number}


def test_readers_see_articles_of_their_audience_only(desk):
    of = {
        name: make.article(desk, state, name, title=f"Label printer, {name}", issue=SAYS)
        for name, state in (
            ("internal", "validated"),
            ("requesters", "validated"),
            ("public", "not_validated"),
        )
    }
    drafted = make.article(desk, "wip", "requesters", title="Label printer, drafted", issue=SAYS)
    article = make.article(desk, "validated", "public", title="Label printer stops", issue=SAYS)
    printer(desk)
    live = desk.follow()
    ada = viewer_of(desk, make.person(desk, "ada"))

    def shown(viewer, besides=()):
        return {one.item.number for one in alike.articles_like(desk, live, article, viewer, besides)}

    assert shown(ada) == {of["requesters"].number, of["public"].number}
    assert shown(ANONYMOUS) == {of["public"].number}
    assert shown(ada, [of["public"]]) == {of["requesters"].number}
    assert drafted.number not in shown(ada)


def test_its_text_can_be_searched_with(desk):
    asked = alike.question(printer(desk, 'The "spooler" kind:x'))
    assert asked.startswith("The spooler kind: x The spooler of the label printer")
