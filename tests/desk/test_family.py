"""Parents and children: answered once, resolved the same way, each through its own gate."""

import pytest

from assistant.desk import closure, conversation, family, merging, relations, timeline
from assistant.desk.errors import Refused
from assistant.desk.permissions import viewer_of
from tests import make


@pytest.fixture
def home(db, now):
    """A parent with two open children, a closed one, and a restricted one that Cleo may not read."""
    ben = make.person(db)
    staff = make.group(db, "Staff matters", ben, restricted=True)
    parent = make.incident(db, "VPN gateway is down")
    children = [make.incident(db, f"No VPN {n}") for n in range(3)]
    children.append(make.incident(db, "No VPN for staff matters", restricted_to=staff))
    for child in children:
        relations.relate(db, child, parent, "child_of", actor=ben, now=now)
    children[2].state = children[2].phase = "closed"
    db.flush()
    return parent, children


def test_a_parent_lists_the_children_that_one_may_read_open_ones_first(db, home):
    parent, (first, second, closed, staff) = home
    assert family.children(db, parent, viewer_of(db, make.person(db))) == [first, second, staff, closed]
    assert family.children(db, parent, viewer_of(db, make.person(db, "cleo"))) == [first, second, closed]
    assert family.parent(db, first, viewer_of(db, make.person(db))) is parent


def test_one_answer_reaches_every_open_child_that_the_writer_may_read(db, now, home):
    parent, (first, second, closed, staff) = home
    said = family.comment(db, parent, "Up again at noon.", actor=make.person(db, "cleo"), now=now)
    assert said.to_all
    assert [[entry.text for entry in child.entries] for child in (first, second, closed, staff)] == [
        ["Up again at noon."],
        ["Up again at noon."],
        [],
        [],
    ]


def test_children_are_resolved_as_their_parent_was_and_refused_ones_are_named(db, now, home):
    parent, (first, second, *_) = home
    ben, article = make.person(db), make.article(db)
    second.process = "devops"
    second.state, second.phase = "triggered", "new"
    outcome = closure.Outcome("link", resolution="Restarted the gateway.", article_id=article.id)
    closure.resolve(db, parent, outcome, close=False, actor=ben, now=now)
    done = family.resolve_children(db, parent, [first, second], actor=ben, now=now)
    assert done.done == [first]
    assert [one.incident for one in done.refused] == [second]
    assert "verification" in {finding.field for finding in done.refused[0].findings}
    assert (first.phase, first.resolution, first.links[0].article) == (
        "resolved",
        "Restarted the gateway.",
        article,
    )
    assert second.phase == "new"


def test_time_is_told_with_what_was_done_and_added_up_by_person(db, now):
    incident, ben = make.incident(db), make.person(db)
    conversation.note(db, incident, "Looked at it.", actor=ben, now=now, minutes=10)
    conversation.comment(db, incident, "Try now.", actor=ben, now=now, minutes=5)
    conversation.note(db, incident, "Helped.", actor=make.person(db, "cleo"), now=now, minutes=20)
    assert conversation.time_spent(incident) == [("Cleo Marchetti", 20), ("Ben Sato", 15)]
    with pytest.raises(Refused) as refused:
        conversation.note(db, incident, "Long day.", actor=ben, now=now, minutes=0)
    assert refused.value.findings[0].field == "minutes"


def test_what_was_said_to_all_stands_once_in_what_happened(db, now, home):
    parent, (first, *_) = home
    ben = make.person(db)
    merging.merge(db, first, parent, actor=ben, now=now)
    conversation.comment(db, first, "Still no VPN here.", actor=ben, now=now)
    family.comment(db, parent, "Up again at noon.", actor=ben, now=now)
    told = [
        (event.text, event.origin) for event in timeline.of(db, parent, viewer_of(db, ben)) if event.entry
    ]
    assert sorted(told) == [("Still no VPN here.", first.number), ("Up again at noon.", "")]
