"""What the desk knows of an item besides its text: from what the reader may read, and as of when it is asked."""

from datetime import timedelta

import pytest

from assistant.desk import lifecycle, suggestions
from assistant.desk.corpora import CORPORA
from assistant.desk.permissions import viewer_of
from assistant.desk.standing import occasion_of, words
from kb import votes
from kb.corpus import Occasion
from kb.feedback import Showing
from tests import make
from tests.make import NOON
from tests.web.world import showing

pytestmark = pytest.mark.both
LATER = NOON + timedelta(days=2)


def known(db, item, occasion=None, who="ben"):
    corpus = CORPORA["article" if hasattr(item, "audience") else "incident"]
    viewer = viewer_of(db, make.person(db, who))
    return corpus.standing(db, viewer, [item.id], occasion or Occasion(LATER))[item.id]


def ended(db, came_back=0, **more):
    incident = make.incident(db, state="resolved", **more)
    incident.resolved_at, incident.reopen_count, incident.assignee = NOON, came_back, make.person(db)
    return incident


def solved(db, article, **more):
    return make.resolved_by(db, ended(db, **more), article)


def test_what_an_incident_shares_with_an_item_is_named(db):
    mail, laptop = make.service(db, "Mail"), make.item(db)
    asks, other = (make.incident(db, service=mail, items=[laptop]) for _ in range(2))
    asks.group_id = other.group_id = make.group(db).id
    db.flush()
    article = make.article(db, services=[mail], team_id=asks.group_id)
    occasion = occasion_of(asks, NOON)
    shared = [list(words(known(db, one, occasion), what="recorded")) for one in (other, article)]
    assert shared == [
        ["same service", "same configuration item", "same group", "recorded today"],
        ["same service", "same group"],
    ]
    assert not known(db, other).service, "a question without an incident shares nothing"


def test_an_article_counts_its_uses_that_held_its_last_one_and_its_readers(db):
    article = make.article(db)
    for held in (True, True, False):
        solved(db, article).links[0].failed_at = None if held else NOON
    for who, helpful in (("ada", True), ("eve", False)):
        votes.cast(db, article, helpful=helpful, actor=make.person(db, who), now=NOON)
    found = known(db, article)
    assert (found.held, found.of, found.helped, found.asked) == (2, 3, 1, 2)
    assert list(words(found, what="used")) == ["used 2 days ago", "helped 1 of 2 readers"]


def test_an_incident_counts_how_it_ended_and_where_it_was_used(db):
    old = ended(db, came_back=1)
    for _ in range(2):
        user = ended(db)
        suggestions.use(db, user, showing(db, user, "incident", old.id), actor=make.person(db), now=NOON)
    lifecycle.reopen(db, user, actor=make.person(db), now=NOON)
    found = known(db, old)
    assert (found.held, found.of) == (2, 4), "it came back once, and so did one where it was used"


def test_what_is_used_again_after_it_failed_holds_again(db):
    old, user = make.incident(db), ended(db)
    shown = showing(db, user, "incident", old.id)
    suggestions.use(db, user, shown, actor=make.person(db), now=NOON)
    lifecycle.reopen(db, user, actor=make.person(db), now=NOON)
    db.refresh(shown)
    assert shown.failed_at == NOON
    suggestions.use(db, user, shown, actor=make.person(db), now=LATER)
    assert db.get_one(Showing, shown.id).failed_at is None


def test_uses_in_incidents_that_ben_may_not_read_count_for_those_who_may(db):
    staff = make.group(db, "Staff matters", make.person(db, "cleo"), restricted=True)
    article, old = make.article(db), make.incident(db)
    secret = solved(db, article, restricted_to=staff)
    shown = showing(db, secret, "incident", old.id)
    shown.choice, shown.chosen_at = "used", NOON
    db.flush()
    assert [known(db, one).of for one in (article, old)] == [0, 0]
    assert [known(db, one, who="cleo").of for one in (article, old)] == [1, 1]
    assert known(db, article, who="eve").age_days is None, "a requester's incidents are their own"


def test_nothing_is_known_before_it_happened_nor_from_the_incident_that_asks(db):
    article = make.article(db)
    asks = solved(db, article)
    asks.links[0].failed_at = LATER
    db.flush()
    assert known(db, article, Occasion(NOON - timedelta(days=1))).of == 0
    assert [known(db, article, Occasion(at)).held for at in (NOON, LATER)] == [1, 0]
    assert known(db, article, occasion_of(asks, LATER)).of == 0
