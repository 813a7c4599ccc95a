"""Notices: what requesters are told of an incident, who says “me too”, and that nothing else of it comes through."""

import pytest

from assistant.desk import conversation, lifecycle, notice, notifications
from assistant.desk.corpora import CORPORA
from assistant.desk.errors import EditConflict, Refused
from assistant.desk.permissions import viewer_of
from kb.viewer import ANONYMOUS
from tests import make


@pytest.fixture
def told(db, now):
    """The notice of an incident of Eve's that Ben works on."""
    incident = make.incident(db, "srv-mail-02 out of memory", requester=make.person(db, "eve"))
    lifecycle.assign(db, incident, None, make.person(db), actor=make.person(db), now=now)
    return notice.announce(
        db, incident, "Mail is late", "It comes, but late.", actor=make.person(db), now=now
    )


def news(db, who):
    return [one.text for one in notifications.of(db, make.person(db, who))]


def fields(refused):
    return [finding.field for finding in refused.value.findings]


def test_what_is_announced_is_found_by_its_own_words_only(db, told):
    item = CORPORA["notice"].items(db, [told.incident_id])[told.incident_id]
    assert item.scope == "notice"
    assert [passage.text for passage in item.passages] == ["Mail is late", "It comes, but late."]


def test_requesters_find_it_and_people_who_are_not_signed_in_do_not(db, told):
    ids = [told.incident_id]
    assert CORPORA["notice"].readable(db, viewer_of(db, make.person(db, "ada")), ids) == set(ids)
    assert CORPORA["notice"].readable(db, ANONYMOUS, ids) == set()


def test_ada_says_me_too_once_and_is_told_what_changes(db, told, now):
    ada, ben = make.person(db, "ada"), make.person(db)
    notice.join(db, told, "Nothing since nine.", actor=ada, now=now)
    notice.join(db, told, actor=ada, now=now)
    assert [(hurt.person, hurt.words) for hurt in notice.affected(db, told.incident_id)] == [
        (ada, "Nothing since nine.")
    ]
    notice.announce(db, told.incident, "Mail is late", "Until noon.", actor=ben, now=now, seen=told.seen)
    assert news(db, "ada") == ["There is news: Mail is late"]


def test_a_comment_to_all_reaches_those_it_hurts_and_another_one_does_not(db, told, now):
    notice.join(db, told, actor=make.person(db, "ada"), now=now)
    entry = conversation.comment(db, told.incident, "For Eve alone.", actor=make.person(db), now=now)
    assert news(db, "ada") == []
    entry.to_all = True
    notice.say_to_all(db, told.incident, actor=make.person(db), now=now)
    assert news(db, "ada") == ["The service desk wrote about: Mail is late"]
    assert notice.told_to_all(told.incident) == [entry]


def test_a_notice_ends_with_its_incident_and_leaves_the_index(db, told, now):
    notice.join(db, told, actor=make.person(db, "ada"), now=now)
    told.incident.resolution = "More memory."
    lifecycle.advance(db, told.incident, "resolved", actor=make.person(db), now=now)
    assert told.ended_at == now
    assert news(db, "ada") == ["It is solved: Mail is late"]
    assert CORPORA["notice"].items(db, [told.incident_id]) == {}
    assert notice.may_read(db, told, make.person(db, "ada"))
    assert not notice.may_read(db, told, make.person(db, "cleo"))


def test_it_works_again_for_ada_and_ben_hears_of_it(db, told, now):
    ada = make.person(db, "ada")
    notice.join(db, told, actor=ada, now=now)
    notice.back(db, told, actor=ada, now=now)
    assert f"{told.incident.number}: it works again for Ada Okafor" in news(db, "ben")
    notice.end(db, told, actor=make.person(db), now=now)
    assert news(db, "ada") == []


def test_nobody_joins_what_has_ended(db, told, now):
    notice.end(db, told, actor=make.person(db), now=now)
    with pytest.raises(Refused):
        notice.join(db, told, actor=make.person(db, "ada"), now=now)


def test_a_restricted_incident_is_announced_only_on_purpose(db, now):
    staff = make.group(db, "Staff matters", make.person(db), restricted=True)
    incident = make.incident(db, "Complaint", restricted_to=staff)
    with pytest.raises(Refused) as refused:
        notice.announce(db, incident, "Office 3 is closed", "", actor=make.person(db), now=now)
    assert fields(refused) == ["confirmed"]
    assert notice.of(db, incident) is None
    notice.announce(db, incident, "Office 3 is closed", "", actor=make.person(db), now=now, confirmed=True)
    assert notice.standing(db)[0].title == "Office 3 is closed"


def test_a_notice_has_a_title_and_its_incident_is_open(db, now):
    incident = make.incident(db, state="closed")
    with pytest.raises(Refused) as refused:
        notice.announce(db, incident, " ", "", actor=make.person(db), now=now)
    assert fields(refused) == ["", "notice_title"]


def test_two_who_change_a_notice_do_not_overwrite_each_other(db, told, now):
    with pytest.raises(EditConflict):
        notice.announce(db, told.incident, "Mine", "", actor=make.person(db, "cleo"), now=now, seen="")
    assert told.title == "Mail is late"
