"""Saved views: one's own under names, and those that one's groups share."""

import pytest

from assistant.desk import saved_view
from assistant.desk.errors import Refused
from tests import make

ASKED = {"list": "open", "sort": "newest", "priority": ["P1", "P2"]}


def names(db, person):
    return [view.name for view in saved_view.of(db, person)]


def test_ben_saves_a_view_and_saving_it_again_replaces_it(db, now):
    ben = make.person(db)
    saved_view.save(db, "  Urgent   ones ", ASKED, actor=ben, now=now)
    view = saved_view.save(db, "urgent ones", {"list": "mine"}, actor=ben, now=now)
    assert names(db, ben) == ["urgent ones"]
    assert view.asked == {"list": "mine"}


def test_a_shared_view_is_seen_by_the_group_and_by_nobody_else(db, now):
    ben, cleo, dan = make.person(db), make.person(db, "cleo"), make.person(db, "dan")
    group = make.group(db, "Network", ben, cleo)
    view = saved_view.save(db, "Urgent", ASKED, actor=ben, now=now)
    assert names(db, cleo) == []
    saved_view.share(db, view, group, actor=ben)
    saved_view.save(db, "Zero", ASKED, actor=cleo, now=now)
    assert (names(db, cleo), names(db, dan)) == (["Zero", "Urgent"], [])
    saved_view.share(db, view, None, actor=ben)
    assert names(db, cleo) == ["Zero"]


def test_a_view_is_not_shared_with_a_group_of_others(db, now):
    view = saved_view.save(db, "Urgent", ASKED, actor=make.person(db), now=now)
    with pytest.raises(Refused, match="not in this group"):
        saved_view.share(db, view, make.group(db, "HR"), actor=make.person(db))


def test_a_name_is_needed_short_and_one_s_own_only_once(db, now):
    ben = make.person(db)
    view = saved_view.save(db, "Urgent", ASKED, actor=ben, now=now)
    saved_view.save(db, "Mine", ASKED, actor=ben, now=now)
    for name in ("", "x" * 61, "mine"):
        with pytest.raises(Refused) as refused:
            saved_view.rename(db, view, name, actor=ben)
        assert refused.value.findings[0].field == "name"
    assert saved_view.rename(db, view, "URGENT", actor=ben).name == "URGENT"


def test_there_are_at_most_twelve_and_a_removed_one_makes_room(db, now):
    ben = make.person(db)
    for n in range(saved_view.MOST):
        view = saved_view.save(db, f"View {n}", ASKED, actor=ben, now=now)
    with pytest.raises(Refused, match="already"):
        saved_view.save(db, "One more", ASKED, actor=ben, now=now)
    saved_view.remove(db, view)
    saved_view.save(db, "One more", ASKED, actor=ben, now=now)
    assert len(names(db, ben)) == saved_view.SHOWN
