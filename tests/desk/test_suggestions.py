"""Suggestions: what is shown beside an incident, with its reasons, and what comes of using it."""

import pytest

from assistant import worker
from assistant.desk import conversation, lifecycle, link, suggestions
from assistant.desk.errors import NotAllowed
from assistant.desk.permissions import viewer_of
from kb.errors import Refused
from kb.feedback import Search
from tests import make


@pytest.fixture
def desk(runtime):
    """A writing session on a desk whose index follows at once."""
    with runtime.writing() as db:

        def show(incident, who="ben"):
            db.commit()
            worker.run_once(runtime, make.NOON)
            actor = make.person(db, who)
            panel = suggestions.suggest(db, runtime.live, incident, viewer_of(db, actor), now=make.NOON)
            return suggestions.record(
                db, panel, kind="suggestion", actor=actor, now=make.NOON, incident_id=incident.id
            )

        db.show = show
        yield db


def test_the_article_that_fits_is_shown_with_its_passage_and_how_often_it_held(desk):
    article, old = make.article(desk), make.incident(desk, state="closed")
    make.resolved_by(desk, old, article)
    shown = desk.show(make.incident(desk)).articles[0]
    assert shown.item is article
    assert "drops" in shown.found.passage and shown.held == "held 1 of 1 time"


def test_an_incident_is_never_suggested_to_itself_nor_what_it_is_related_to(desk):
    one, two = make.incident(desk), make.incident(desk)
    suggestions.relations.relate(desk, one, two, "related_to", actor=None, now=make.NOON)
    assert desk.show(one).all == []


def test_a_resolved_incident_is_shown_with_whether_it_held(desk):
    make.incident(desk, state="resolved").resolution = "Switched off power saving."
    desk.flush()
    shown = desk.show(make.incident(desk)).incidents[0]
    assert (shown.kind, shown.held) == ("resolved", "held")


def test_an_open_incident_of_the_same_meaning_is_shown_apart(desk):
    twin = make.incident(desk)
    panel = desk.show(make.incident(desk))
    assert [one.item for one in panel.open_incidents] == [twin] and panel.incidents == []


def test_what_differs_is_told(desk):
    make.article(desk, environment="Product: GlobalConnect 5.9", services=[make.service(desk, "Mail")])
    mine = make.incident(desk, environment="GlobalConnect 6.2", service=make.service(desk))
    told = [str(one) for one in desk.show(mine).articles[0].differs]
    assert told == ["service Mail, here Remote access", "GlobalConnect 5.9, here 6.2"]


def test_ben_never_sees_a_restricted_incident_or_a_foreign_teams_article(desk):
    hr = make.group(desk, "HR", make.person(desk, "cleo"), restricted=True)
    make.incident(desk, restricted_to=hr)
    make.article(desk, audience="team", team_id=hr.id)
    mine = make.incident(desk)
    assert desk.show(mine).all == []
    assert len(desk.show(mine, "cleo").all) == 2


def test_using_an_article_links_it_from_its_rank_and_fills_the_draft(desk, now):
    article, incident = make.article(desk), make.incident(desk)
    showing = desk.show(incident).articles[0].showing
    suggestions.use(desk, incident, showing, actor=make.person(desk), now=now)
    made = link.resolving(incident)[0]
    assert (made.article, made.showing, showing.rank, showing.choice) == (article, showing, 1, "used")
    assert incident.resolution == article.current.resolution


def test_what_is_used_of_an_article_stands_in_the_incident_without_marks(desk, now):
    code = "```powershell\n# every log\nrm **/*.tmp `\n  -Force\n```\n"
    make.article(desk, resolution=f"1. Open **Power** settings.\n{code}2. Set *saving* to `a*b*c`: 2 * 3.")
    incident = make.incident(desk)
    suggestions.use(desk, incident, desk.show(incident).articles[0].showing, actor=make.person(desk), now=now)
    kept = "# every log\nrm **/*.tmp `\n  -Force\n"
    assert incident.resolution == f"1. Open Power settings.\n{kept}2. Set saving to a*b*c: 2 * 3."


def test_using_a_suggestion_never_overwrites_what_ben_wrote(desk, now):
    make.article(desk)
    incident = make.incident(desk)
    lifecycle.edit(desk, incident, {"resolution": "My own way."}, seen=1, actor=make.person(desk), now=now)
    suggestions.use(desk, incident, desk.show(incident).articles[0].showing, actor=make.person(desk), now=now)
    assert incident.resolution == "My own way."


def test_using_a_resolved_incident_brings_its_article_along(desk, now):
    article, old = make.article(desk, issue="Unlike", title="Unlike"), make.incident(desk, state="closed")
    make.resolved_by(desk, old, article)
    incident = make.incident(desk)
    showing = next(one.showing for one in desk.show(incident).incidents if one.item is old)
    suggestions.use(desk, incident, showing, actor=make.person(desk), now=now)
    assert [made.article for made in link.resolving(incident)] == [article]


def test_reference_only_does_not_say_that_it_resolved(desk, now):
    make.article(desk)
    incident = make.incident(desk)
    suggestions.refer(
        desk, incident, desk.show(incident).articles[0].showing, actor=make.person(desk), now=now
    )
    assert incident.links[0].kind == "reference" and link.resolving(incident) == []


def test_not_this_needs_a_reason_and_keeps_it(desk, now):
    make.article(desk)
    incident = make.incident(desk)
    showing, ben = desk.show(incident).articles[0].showing, make.person(desk)
    with pytest.raises(Refused):
        suggestions.reject(desk, incident, showing, " ", actor=ben, now=now)
    suggestions.reject(desk, incident, showing, "Other version", actor=ben, now=now)
    assert (showing.choice, showing.reason) == ("rejected", "Other version")


def test_looking_again_at_the_same_is_kept_once_and_a_new_note_asks_anew(desk, now):
    make.article(desk)
    incident = make.incident(desk)
    for _ in range(3):
        desk.show(incident)
    assert desk.query(Search).filter(Search.person_id == make.person(desk).id).count() == 1
    conversation.note(desk, incident, "Power saving is on again.", actor=make.person(desk), now=now)
    desk.show(incident)
    assert desk.query(Search).order_by(Search.id.desc()).first().text.endswith("Power saving is on again.")


def test_a_showing_of_another_incident_cannot_be_used(desk, now):
    make.article(desk)
    mine, other = make.incident(desk), make.incident(desk, title="VPN drops at home")
    showing = desk.show(other).articles[0].showing
    with pytest.raises(NotAllowed):
        suggestions.use(desk, mine, showing, actor=make.person(desk), now=now)


def test_when_nothing_fits_the_desk_says_so(desk):
    panel = desk.show(make.incident(desk, title="Coffee machine leaks", text="Water on the floor."))
    assert panel.nothing and panel.best is None
