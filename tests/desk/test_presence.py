"""Who else is here: seen for a minute, those who write first, forgotten afterwards."""

from datetime import timedelta

from assistant.desk import presence
from assistant.desk.presence import Presence
from tests import make

SOON = timedelta(seconds=30)


def there(db, incident, who, now):
    return [(one.person.name, one.writing) for one in presence.others(db, incident, who, now=now)]


def test_ben_sees_that_cleo_writes_and_dan_looks_and_never_himself(db, now):
    incident = make.incident(db)
    ben, cleo, dan = make.person(db), make.person(db, "cleo"), make.person(db, "dan")
    for person, writing in ((ben, True), (dan, False), (cleo, True)):
        presence.note(db, incident, person, writing=writing, now=now)
    assert there(db, incident, ben, now + SOON) == [("Cleo Marchetti", True), ("Dan Novak", False)]
    presence.note(db, incident, cleo, writing=False, now=now + SOON)
    assert there(db, incident, dan, now + SOON) == [("Ben Sato", True), ("Cleo Marchetti", False)]


def test_whoever_gave_no_sign_for_a_minute_is_gone_and_is_tidied_away(db, now):
    incident, ben = make.incident(db), make.person(db)
    presence.note(db, incident, make.person(db, "cleo"), writing=True, now=now)
    assert there(db, incident, ben, now + 2 * SOON) == []
    presence.note(db, incident, ben, writing=False, now=now + SOON)
    assert presence.purge(db, now=now + 2 * SOON) == 1
    assert [row.person_id for row in db.query(Presence)] == [ben.id]
