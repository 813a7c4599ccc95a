"""What an administrator sets counts at once; whoever comes second with the same subject is told."""

import pytest

from assistant.desk import audit, priority, site
from assistant.desk.errors import EditConflict
from tests import make


def test_what_was_never_set_has_its_default(db):
    assert site.of(db, "portal")["public"] is False
    assert site.version(db, "portal") == 0


def test_setting_one_thing_leaves_the_others_as_they_were(db, now):
    site.put(db, "portal", {"public": True}, seen=0, actor=make.person(db, "dan"), now=now)
    assert site.of(db, "portal") == {**site.PORTAL, "public": True}


def test_the_second_of_two_is_told(db, now):
    site.put(db, "brand", {"name": "Ovens"}, seen=0, actor=None, now=now)
    with pytest.raises(EditConflict):
        site.put(db, "brand", {"name": "Kilns"}, seen=0, actor=None, now=now)
    assert site.of(db, "brand")["name"] == "Ovens"


def test_the_trail_says_who_set_what(db, now):
    dan = make.person(db, "dan")
    row = site.put(db, "brand", {"name": "Ovens"}, seen=0, actor=dan, now=now)
    site.put(db, "brand", {"name": "Kilns"}, seen=1, actor=dan, now=now)
    last = audit.of(db, "setting", row.number)[-1]
    assert (last.person_id, last.changes["value"]) == (dan.id, [{"name": "Ovens"}, {"name": "Kilns"}])


def test_a_desk_may_have_its_own_matrix(db, now):
    site.put(db, "priority", {"person later": "P3"}, seen=0, actor=None, now=now)
    assert make.incident(db, impact="person", urgency="later").priority == "P3"
    assert priority.of(db, "person", "soon") == "P3"
    assert priority.of(db, "organisation", "now") == "P1"
