"""Merging: nothing that hung on either article is lost, and the old number leads to the one that stays."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, true

from assistant.desk import article_merging as merging
from assistant.desk import link, upkeep
from assistant.desk.link import Link
from assistant.desk.notifications import Notification
from kb import authoring, remarks
from kb.article import Article, Flag, Version
from kb.errors import EditConflict, Refused
from kb.merging import history, merged_into, proposal
from kb.remarks import Remark
from kb.votes import Vote
from tests import make

WHO = ("ada", "ben", "eve", "mia")


def merge(db, stays, goes, content=None, **more):
    seen = more.pop("seen", (stays.latest, goes.latest))
    cleo = make.person(db, "cleo")
    text = content or proposal(stays, goes)
    checked = {"personal_data_checked": True, **more}
    return merging.merge(db, stays, goes, text, seen=seen, actor=cleo, now=make.NOON, **checked)


def vote(db, article, who, *, helpful=False, hours=0):
    at = make.NOON + timedelta(hours=hours)
    db.add(Vote(article_id=article.id, version=1, helpful=helpful, person_id=make.person(db, who).id, at=at))
    db.flush()


def test_the_other_is_archived_and_its_number_leads_to_the_one_that_stays(db):
    stays, goes = make.article(db), make.article(db, issue="VPN goes away")
    merge(db, stays, goes)
    assert (goes.confidence, goes.merged_into) == ("archived", stays)
    assert merged_into(db, stays) == [goes]
    assert stays.current.note == f"Merged with {goes.number}"


def test_the_wordings_and_environments_of_both_are_proposed(db):
    stays = make.article(db, issue="VPN drops.", environment="Product: A", cause="")
    goes = make.article(
        db, issue="The tunnel goes away.", environment="Product: A\nProduct: B", cause="Old driver"
    )
    said = proposal(stays, goes)
    assert said.issue == "VPN drops.\n\nThe tunnel goes away."
    assert said.environment == "Product: A\nProduct: B"
    assert said.cause == "Old driver"
    assert said.resolution == stays.current.resolution


def test_an_incident_with_a_link_to_both_counts_once_and_keeps_the_stronger(db):
    stays, goes, incident = make.article(db), make.article(db), make.incident(db)
    link.add(db, incident, stays, "reference", actor=None, now=make.NOON)
    link.add(db, incident, goes, "resolved", actor=None, now=make.NOON)
    merge(db, stays, goes)
    kinds = db.scalars(select(Link.kind).where(Link.article_id == stays.id)).all()
    assert kinds == ["resolved"]
    assert link.held(db, [stays.id], true())[stays.id].of == 1


def test_a_reader_who_voted_on_both_has_one_vote_and_it_is_the_newer(db):
    stays, goes = make.article(db), make.article(db)
    vote(db, stays, "ada", helpful=False)
    vote(db, goes, "ada", helpful=True, hours=1)
    merge(db, stays, goes)
    assert db.scalars(select(Vote.helpful).where(Vote.article_id == stays.id)).all() == [True]


def test_what_became_part_of_it_earlier_comes_along(db):
    first, second, third = (make.article(db, title=f"Article {n}") for n in range(3))
    merge(db, second, first)
    merge(db, third, second)
    db.refresh(first)
    assert first.merged_into_id == third.id
    assert {version.article_id for version in history(db, third)} == {first.id, second.id, third.id}


def test_the_owners_are_told(db):
    ben = make.person(db)
    stays, goes = make.article(db), make.article(db, actor=ben)
    merge(db, stays, goes)
    told = db.scalars(select(Notification.text).where(Notification.person_id == ben.id)).all()
    assert told == [f"{goes.number} is part of {stays.number} “{stays.title}” now."]


def test_a_revision_that_came_in_between_is_not_overwritten(db):
    stays, goes, ben = make.article(db), make.article(db), make.person(db)
    authoring.revise(db, goes, make.content(cause="New"), seen=1, actor=ben, now=make.NOON)
    with pytest.raises(EditConflict):
        merge(db, stays, goes, seen=(1, 1))


def test_what_cannot_become_one_is_refused(db):
    stays, goes, third = make.article(db), make.article(db), make.article(db)
    with pytest.raises(Refused, match="same article"):
        merge(db, stays, stays)
    merge(db, stays, goes)
    with pytest.raises(Refused, match="was merged before"):
        merge(db, third, goes)
    third.confidence = "archived"
    with pytest.raises(Refused, match="archived and cannot stay"):
        merge(db, third, stays)


def test_personal_data_of_the_other_does_not_slip_into_what_others_read(db):
    stays, goes = make.article(db), make.article(db, issue="Call +351 912 345 678")
    with pytest.raises(Refused, match="phone number"):
        merge(db, stays, goes, personal_data_checked=False)


THINGS = st.lists(
    st.tuples(
        st.sampled_from(["link", "vote", "flag", "remark", "version"]),
        st.sampled_from([0, 1]),
        st.sampled_from(WHO),
    ),
    max_size=14,
)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(things=THINGS)
def test_everything_of_both_is_reachable_from_the_one_that_stays(db, things):
    pair = [make.article(db, title="One"), make.article(db, title="Other")]
    incidents = [make.incident(db, "Plain"), make.incident(db, "Other")]
    for number, (kind, which, who) in enumerate(things):
        hang(db, kind, pair[which], who, incidents, number)
    before = counts(db, pair)
    stays, goes = pair
    merge(db, stays, goes)
    assert goes.merged_into_id == stays.id
    reachable = [stays, *merged_into(db, stays)]
    after = counts(db, reachable)
    assert after.pop("versions") == before.pop("versions") + (stays.current.note != "")
    assert after == before
    assert {
        row.article_id
        for row in db.scalars(select(Flag).where(Flag.article_id.in_([one.id for one in pair])))
    } <= {stays.id}
    assert not db.scalar(select(func.count()).select_from(Remark).where(Remark.article_id == goes.id))


def hang(db, kind, article, who, incidents, number):
    person, at = make.person(db, who), make.NOON + timedelta(hours=number)
    if kind == "link":
        link.add(db, incidents[number % 2], article, "resolved", actor=person, now=at)
    elif kind == "vote":
        mine = select(Vote).where(Vote.article_id == article.id, Vote.person_id == person.id)
        if db.scalar(mine) is None:
            vote(db, article, who, hours=number)
    elif kind == "flag":
        upkeep.flag(db, article, f"Flag {number}", actor=person, now=at)
    elif kind == "remark":
        remarks.add(db, article, f"Remark {number}", actor=person, now=at)
    else:
        said = make.content(title=article.title, cause=f"Cause {number}")
        authoring.revise(db, article, said, seen=article.latest, actor=person, now=at)


def counts(db, articles):
    ids = [one.id for one in articles]
    kinds = {"links": Link, "votes": Vote, "flags": Flag, "remarks": Remark, "versions": Version}
    return {
        name: db.scalar(select(func.count()).select_from(kind).where(kind.article_id.in_(ids)))
        for name, kind in kinds.items()
    }


def test_the_numbers_of_articles_never_change(db):
    stays, goes = make.article(db), make.article(db)
    numbers = stays.number, goes.number
    merge(db, stays, goes)
    assert tuple(one.number for one in db.scalars(select(Article).order_by(Article.id)))[:2] == numbers
