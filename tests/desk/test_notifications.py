"""What people are told stays in their list until they read it."""

from sqlalchemy import select

from assistant.desk import notifications
from assistant.desk.notifications import Notification
from tests import make


def told(db, who):
    return [one.text for one in notifications.of(db, make.person(db, who))]


def test_everybody_who_is_named_is_told_but_not_the_one_who_did_it(db, now):
    ada, ben = make.person(db, "ada"), make.person(db)
    notifications.tell(
        db, [ada, ben, None], "INC-000001 is resolved.", "/incidents/INC-000001", actor=ben, now=now
    )
    assert (told(db, "ada"), told(db, "ben")) == (["INC-000001 is resolved."], [])


def test_the_same_thing_is_not_told_twice_while_it_is_unread(db, now):
    ada = make.person(db, "ada")
    for _ in range(2):
        notifications.tell(db, [ada], "A new comment.", "/incidents/1", actor=None, now=now)
    assert notifications.unread(db, ada) == 1
    notifications.read_all(db, ada, now=now)
    notifications.tell(db, [ada], "A new comment.", "/incidents/1", actor=None, now=now)
    assert (notifications.unread(db, ada), len(told(db, "ada"))) == (1, 2)


def test_reading_ones_own_list_leaves_that_of_others(db, now):
    ada, eve = make.person(db, "ada"), make.person(db, "eve")
    notifications.tell(db, [ada, eve], "The mail is back.", "/help", actor=None, now=now)
    assert notifications.read_all(db, ada, now=now) == 1
    assert (notifications.unread(db, ada), notifications.unread(db, eve)) == (0, 1)


def test_who_has_left_is_told_nothing(db, now):
    eve = make.person(db, "eve", active=False)
    notifications.tell(db, [eve], "Hello.", "/help", actor=None, now=now)
    assert db.scalars(select(Notification)).all() == []
