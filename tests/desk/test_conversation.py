"""What is said stands there once, also when its answer was lost on its way and it was sent again."""

from datetime import timedelta

import pytest

from assistant.desk import conversation
from tests import make


def test_the_same_words_sent_again_are_the_same_entry(db, now):
    incident, ben = make.incident(db), make.person(db)
    for minutes in range(3):
        at = now + timedelta(minutes=minutes)
        conversation.note(db, incident, " Restarted it.\r\n", actor=ben, now=at, minutes=5)
    assert [(entry.text, entry.at) for entry in incident.entries] == [("Restarted it.", now)]
    assert conversation.time_spent(incident) == [("Ben Sato", 5)]


@pytest.mark.parametrize("other", ["person", "words", "kind", "minutes", "time"])
def test_what_differs_in_anything_is_another_entry(db, now, other):
    incident, ben = make.incident(db), make.person(db)
    conversation.note(db, incident, "Restarted it.", actor=ben, now=now)
    say = conversation.comment if other == "kind" else conversation.note
    say(
        db,
        incident,
        "Restarted it again." if other == "words" else "Restarted it.",
        actor=make.person(db, "cleo") if other == "person" else ben,
        now=now + timedelta(minutes=10 if other == "time" else 9),
        minutes=5 if other == "minutes" else None,
    )
    assert len(incident.entries) == 2
