"""Merging duplicates: nobody and nothing is lost, nothing goes round in circles, nobody reads more than before."""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from assistant.desk import (
    audit,
    closure,
    conversation,
    curation,
    family,
    lifecycle,
    merging,
    reasons,
    timeline,
    worklist,
)
from assistant.desk.closure import Outcome
from assistant.desk.curation_queries import Asked
from assistant.desk.errors import MoveNotAllowed, Refused
from assistant.desk.notifications import Notification
from assistant.desk.permissions import viewer_of
from assistant.migrations.rows import METADATA
from kb.store import Sessions, make_engine
from tests import make

LATER = timedelta(minutes=5)


@pytest.fixture
def two(db):
    """An incident of Ada's and one of Eve's that says the same."""
    return make.incident(db), make.incident(db, "VPN gone again", requester=make.person(db, "eve"))


def test_a_duplicate_is_closed_at_once_and_goes_on_in_the_other(db, now, two):
    first, second = two
    assert merging.merge(db, second, first, actor=make.person(db), now=now) is first
    assert (second.phase, second.merged_into, second.nothing_reason) == ("closed", first, "duplicate")
    assert [(one.kind, one.other) for one in second.relations] == [("duplicate_of", first)]
    assert first.phase == "new"


def test_agents_who_follow_the_duplicate_follow_the_other_and_requesters_read_no_more_than_before(
    db, now, two
):
    first, second = two
    cleo, ada = make.person(db, "cleo"), make.person(db, "joe")
    for person in (cleo, ada):
        lifecycle.watch(db, second, person, actor=make.person(db), now=now)
    merging.merge(db, second, first, actor=make.person(db), now=now + LATER)
    assert [watcher.person for watcher in first.watchers] == [cleo]
    assert first.id not in viewer_of(db, ada).own


def test_the_history_of_the_duplicate_stands_in_the_other_with_its_origin(db, now, two):
    first, second = two
    ben = make.person(db)
    conversation.note(db, second, "The same as with Ada.", actor=ben, now=now)
    merging.merge(db, second, first, actor=ben, now=now + LATER)
    told = {event.text: event.origin for event in timeline.of(db, first, viewer_of(db, ben))}
    assert told["The same as with Ada."] == second.number
    assert "The same as with Ada." not in {
        event.text for event in timeline.of(db, first, viewer_of(db, make.person(db, "ada")))
    }


def test_an_answer_to_all_reaches_the_requester_of_the_duplicate(db, now, two):
    first, second = two
    ben = make.person(db)
    merging.merge(db, second, first, actor=ben, now=now)
    family.comment(db, first, "The gateway is up again.", actor=ben, now=now + LATER)
    assert [entry.text for entry in second.entries] == ["The gateway is up again."]
    assert first.entries[0].to_all


def test_chains_collapse(db, now, two):
    first, second = two
    third, ben = make.incident(db, "No tunnel"), make.person(db)
    merging.merge(db, third, second, actor=ben, now=now)
    merging.merge(db, second, first, actor=ben, now=now + LATER)
    assert (third.merged_into, second.merged_into) == (first, first)
    fourth = make.incident(db, "No tunnel either")
    assert merging.merge(db, fourth, third, actor=ben, now=now) is first


def test_circles_are_refused(db, now, two):
    first, second = two
    ben = make.person(db)
    merging.merge(db, second, first, actor=ben, now=now)
    for incident in (first, second):
        with pytest.raises(Refused, match="into itself"):
            merging.merge(db, first, incident, actor=ben, now=now)


def test_a_restricted_incident_is_not_merged_with_one_that_others_read(db, now, two):
    ben = make.person(db)
    staff = make.group(db, "Staff matters", ben, restricted=True)
    secret = make.incident(db, "Complaint", restricted_to=staff)
    for one, other in ((secret, two[0]), (two[0], secret)):
        with pytest.raises(Refused, match="not read by the same people"):
            merging.merge(db, one, other, actor=ben, now=now)
    with pytest.raises(Refused, match="no such incident"):
        merging.merge(db, two[0], secret, actor=make.person(db, "cleo"), now=now)
    assert secret.merged_into is two[0].merged_into is None


def test_a_merged_incident_is_not_opened_again_but_what_is_said_there_reaches_who_works_on_it(db, now, two):
    first, second = two
    ben, eve = make.person(db), make.person(db, "eve")
    first.assignee = make.person(db, "cleo")
    merging.merge(db, second, first, actor=ben, now=now)
    with pytest.raises(MoveNotAllowed, match="goes on there"):
        lifecycle.reopen(db, second, actor=ben, now=now)
    merging.came_back(db, second, "Still gone.", actor=eve, now=now)
    assert [entry.text for entry in second.entries] == ["Still gone."]
    assert db.query(Notification).one().person_id == first.assignee.id


def test_a_merge_is_taken_back_as_if_it_had_not_been(db, now, two):
    first, second = two
    third, ben = make.incident(db, "No tunnel"), make.person(db)
    lifecycle.assign(db, second, None, ben, actor=ben, now=now)
    lifecycle.move(db, second, "in_progress", actor=ben, now=now)
    lifecycle.move(db, second, "on_hold", actor=ben, now=now, hold_reason="a part")
    lifecycle.watch(db, second, make.person(db, "cleo"), actor=ben, now=now)
    merging.merge(db, third, second, actor=ben, now=now)
    merging.merge(db, second, first, actor=ben, now=now + LATER)
    merging.unmerge(db, second, actor=ben, now=now + 2 * LATER)
    assert (second.state, second.hold_reason, second.reopen_count) == ("on_hold", "a part", 0)
    assert (second.closed_at, second.resolved_at, second.nothing_reason) == (None, None, None)
    assert (first.watchers, second.relations, third.merged_into) == ([], [], second)


def test_a_merge_on_which_something_hangs_stays(db, now, two):
    first, second = two
    ben = make.person(db)
    merging.merge(db, second, first, actor=ben, now=now)
    family.comment(db, first, "Up again.", actor=ben, now=now + LATER)
    with pytest.raises(MoveNotAllowed, match="cannot be unsaid"):
        merging.unmerge(db, second, actor=ben, now=now + 2 * LATER)


def test_one_that_is_closed_is_merged_and_taken_back_without_being_opened(db, now, two):
    first, second = two
    ben = make.person(db)
    second.nothing_reason = "withdrawn"
    lifecycle.move(db, second, "closed", actor=ben, now=now)
    merging.merge(db, second, first, actor=ben, now=now)
    merging.unmerge(db, second, actor=ben, now=now + LATER)
    assert (second.phase, second.nothing_reason) == ("closed", "withdrawn")


class Merges(RuleBasedStateMachine):
    """Agents merge, take back and talk in any order; whatever they do, people and words stay and nothing circles."""

    SIZE = 5

    @initialize()
    def begin(self):
        self.engine = make_engine("sqlite://")
        METADATA.create_all(self.engine)
        sessions = Sessions(self.engine)
        audit.listen(sessions.writer)
        self.context = sessions.writing()
        self.db = self.context.__enter__()
        self.ben = make.person(self.db)
        self.rows = [make.incident(self.db, f"Incident {n}") for n in range(self.SIZE)]
        self.said, self.clock = {}, make.NOON
        for row, name in zip(self.rows, ("ann", "bob", "cid", "dot", "eli"), strict=True):
            watcher = make.person(self.db, name, role="agent")
            lifecycle.watch(self.db, row, watcher, actor=self.ben, now=self.clock)

    def at(self):
        self.clock += timedelta(minutes=1)
        return self.clock

    def attempt(self, verb, *args):
        try:
            with self.db.begin_nested():
                verb(self.db, *args, actor=self.ben, now=self.at())
        except (Refused, MoveNotAllowed):
            self.db.expire_all()

    @rule(one=st.integers(0, SIZE - 1), other=st.integers(0, SIZE - 1))
    def merge(self, one, other):
        self.attempt(merging.merge, self.rows[one], self.rows[other])

    @rule(one=st.integers(0, SIZE - 1))
    def take_back(self, one):
        self.attempt(merging.unmerge, self.rows[one])

    @rule(one=st.integers(0, SIZE - 1))
    def say(self, one):
        text = f"Words {len(self.said)}"
        conversation.note(self.db, self.rows[one], text, actor=self.ben, now=self.at())
        self.said[text] = one

    @invariant()
    def where_it_goes_on_is_one_step_away(self):
        for row in self.rows:
            assert row.merged_into is None or row.merged_into.merged_into is None
            assert row.merged_into is not row

    @invariant()
    def merged_means_closed_and_only_that(self):
        for row in self.rows:
            assert (row.merged_into is None) == (row.phase == "new")

    @invariant()
    def nobody_and_nothing_is_lost(self):
        for place, row in enumerate(self.rows):
            last = row.merged_into or row
            follows = {watcher.person_id for watcher in last.watchers}
            assert {watcher.person_id for watcher in row.watchers} <= follows
            told = [event.text for event in timeline.of(self.db, last, viewer_of(self.db, self.ben))]
            for text, at in self.said.items():
                assert at != place or told.count(text) == 1

    def teardown(self):
        if hasattr(self, "db"):
            self.context.__exit__(None, None, None)
            self.engine.dispose()


TestMerges = Merges.TestCase
TestMerges.settings = settings(max_examples=15, stateful_step_count=10, deadline=None)


def test_a_duplicate_that_was_merged_is_not_among_what_taught_nothing_until_the_merge_is_taken_back(db, now):
    cleo = make.person(db, "cleo")
    viewer = viewer_of(db, cleo)
    asked = Asked(db, viewer, now)
    goes, stays = make.incident(db, "Same again"), make.incident(db, "First")
    merging.merge(db, goes, stays, actor=cleo, now=now)
    assert goes.closing_door == "nothing"
    assert curation.page(asked, "closures").tasks == [] and curation.counts(asked)["closures"] == 0
    assert worklist.nothing_learned(db, viewer).incidents == [] and worklist.nothing_counts(db, viewer) == {}
    assert reasons.uses(db, viewer, goes.process) == {}
    told_a_joke = make.incident(db, "Told a joke")
    closure.close_with_nothing(db, told_a_joke, Outcome("nothing", reason="withdrawn"), actor=cleo, now=now)
    assert worklist.nothing_learned(db, viewer).incidents == [told_a_joke]
    assert worklist.nothing_counts(db, viewer) == {"withdrawn": 1}
