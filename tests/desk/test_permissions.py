"""Who may read what: the predicate of the database and the permission classes of the index say the same."""

from itertools import product

import pytest
from sqlalchemy import select

from assistant.desk import lifecycle, permissions
from assistant.desk.incident import Incident
from assistant.desk.permissions import (
    allowed,
    may_read_incident,
    readable_articles,
    readable_incidents,
    viewer_of,
)
from kb.article import AUDIENCES, CONFIDENCES, Article
from kb.viewer import ANONYMOUS, READS
from tests import make

EVERYBODY = ("ada", "ben", "cleo", "mia", "dan")


@pytest.fixture
def security(db):
    return make.group(db, "Security", make.person(db, "ben"), restricted=True)


def test_ada_reads_her_own_and_watched_incidents_only(db, now):
    ada, eve, ben = make.person(db, "ada"), make.person(db, "eve"), make.person(db)
    own, foreign, watched = (
        make.incident(db),
        make.incident(db, requester=eve),
        make.incident(db, requester=eve),
    )
    lifecycle.watch(db, watched, ada, actor=ben, now=now)
    viewer = viewer_of(db, ada)
    assert [may_read_incident(db, viewer, one) for one in (own, foreign, watched)] == [True, False, True]
    assert viewer.own == {own.id, watched.id}


def test_a_restricted_incident_is_read_by_its_group_alone(db, security):
    incident = make.incident(db, restricted_to=security)
    readers = [
        who for who in EVERYBODY if may_read_incident(db, viewer_of(db, make.person(db, who)), incident)
    ]
    assert readers == ["ada", "ben"]  # she reported it, he is in the group


@pytest.mark.parametrize(("confidence", "audience"), list(product(CONFIDENCES, AUDIENCES)))
def test_index_and_database_agree_on_who_reads_an_article(db, security, confidence, audience):
    article = make.article(db, confidence, audience, team_id=security.id)
    for viewer in (ANONYMOUS, *(viewer_of(db, make.person(db, who)) for who in EVERYBODY)):
        in_database = db.scalar(select(Article.id).where(readable_articles(viewer))) is not None
        assert viewer.reads(article.scope) == in_database, (viewer.role, confidence, audience)


def test_index_and_database_agree_on_who_reads_an_incident(db, security):
    make.incident(db)
    make.incident(db, restricted_to=security)
    for viewer in (ANONYMOUS, *(viewer_of(db, make.person(db, who)) for who in EVERYBODY)):
        in_database = set(db.scalars(select(Incident.id).where(readable_incidents(viewer))))
        by_scope = {
            one.id for one in db.scalars(select(Incident)) if viewer.reads(one.scope) or one.id in viewer.own
        }
        assert by_scope == in_database, viewer.role


def test_what_no_table_names_nobody_may(db):
    dan = make.person(db, "dan")
    assert not allowed(dan, "everything")
    assert not viewer_of(db, dan).reads("article:secret")
    assert not viewer_of(db, dan).reads("incident:group:")


def test_an_inactive_person_may_nothing(db):
    ben = make.person(db)
    ben.active = False
    assert not any(allowed(ben, action) for action in permissions.LEAST_ROLE)
    assert viewer_of(db, ben) == ANONYMOUS


def test_every_permission_class_names_a_known_role():
    assert set(READS.values()) <= {"anonymous", "requester", "agent"}
