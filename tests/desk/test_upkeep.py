"""Looking after articles: flags are tasks, remarks and handing over reach those they concern."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from assistant.desk import site, upkeep
from assistant.desk.errors import Refused
from assistant.desk.notifications import Notification
from kb.errors import MoveNotAllowed
from tests import make


def told(db, who):
    mine = select(Notification.text).where(Notification.person_id == make.person(db, who).id)
    return list(db.scalars(mine.order_by(Notification.id)))


def test_a_flag_is_a_task_of_the_owner_until_a_day_the_desk_sets(db, now):
    ben, cleo = make.person(db), make.person(db, "cleo")
    site.put(db, "curation", {"flag_days": 3}, seen=0, actor=cleo, now=now)
    raised = upkeep.flag(db, make.article(db), "Outdated since 6.2", actor=ben, now=now)
    assert (raised.owner, raised.due_at) == (cleo, now + timedelta(days=3))
    assert "Ben Sato flagged KB-" in told(db, "cleo")[0]


@pytest.mark.parametrize("change", [{"active": False}, {"role": "requester"}])
def test_where_the_owner_cannot_see_to_it_a_coach_does(db, now, change):
    ben, cleo = make.person(db), make.person(db, "cleo")
    article = make.article(db, actor=ben)
    for name, value in change.items():
        setattr(ben, name, value)
    assert upkeep.flag(db, article, "Wrong", actor=make.person(db, "mia"), now=now).owner == cleo


def test_an_article_of_a_team_is_no_task_of_somebody_outside_it(db, now):
    ben = make.person(db)
    team = make.group(db, "Staff matters", ben)
    article = make.article(db, "validated", "team", team_id=team.id)
    make.person(db, "cleo")
    assert upkeep.flag(db, article, "Wrong", actor=ben, now=now).owner is None
    with pytest.raises(Refused, match="cannot see to this article"):
        upkeep.hand_over(db, article, make.person(db, "mia"), actor=ben, now=now)


def test_whoever_raised_a_flag_hears_what_became_of_it(db, now):
    ben, cleo = make.person(db), make.person(db, "cleo")
    raised = upkeep.flag(db, make.article(db), "Step 3 is wrong", actor=ben, now=now)
    upkeep.settle(db, raised, "Step 3 is mended.", actor=cleo, now=now)
    assert told(db, "ben") == [
        f"Your flag on {raised.article.number} “{raised.article.title}” is settled: Step 3 is mended."
    ]


def test_a_flag_is_settled_once(db, now):
    ben, cleo = make.person(db), make.person(db, "cleo")
    raised = upkeep.flag(db, make.article(db), "Wrong", actor=ben, now=now)
    upkeep.settle(db, raised, "Mended", actor=cleo, now=now)
    with pytest.raises(MoveNotAllowed, match="settled already: Mended"):
        upkeep.settle(db, raised, "Not at all", actor=ben, now=now)


def test_a_flag_goes_to_somebody_who_can_see_to_it(db, now):
    ben, cleo = make.person(db), make.person(db, "cleo")
    raised = upkeep.flag(db, make.article(db), "Wrong", actor=ben, now=now)
    for nobody in (None, make.person(db, "ada")):
        with pytest.raises(Refused):
            upkeep.hand_flag(db, raised, nobody, actor=cleo, now=now)
    upkeep.hand_flag(db, raised, ben, actor=cleo, now=now)
    assert raised.owner == ben
    assert told(db, "ben")[-1].startswith("Cleo Marchetti asks you to see to the flag on")


def test_the_owner_hears_of_a_remark_and_both_of_a_new_owner(db, now):
    ben, cleo, mia = make.person(db), make.person(db, "cleo"), make.person(db, "mia")
    article = make.article(db)
    upkeep.remark(db, article, "Needs a picture", actor=ben, now=now)
    upkeep.hand_over(db, article, mia, actor=ben, now=now)
    assert article.owner == mia
    assert [text.partition(":")[0].partition(" “")[0] for text in told(db, "cleo")] == [
        f"Ben Sato on {article.number}",
        article.number,
    ]
    assert len(told(db, "mia")) == 1
    assert cleo.id != mia.id


def test_owners_are_reminded_of_idle_drafts_once_while_they_have_not_read_it(db, now):
    make.article(db, "wip", "internal", actor=make.person(db))
    make.article(db, "wip", "internal", actor=make.person(db, "mia"), title="Fresh").updated_at = (
        now + timedelta(days=29)
    )
    later = now + timedelta(days=30)
    assert [upkeep.remind(db, now=later) for _ in range(2)] == [1, 1]
    assert len(told(db, "ben")) == 1
    assert told(db, "mia") == []
