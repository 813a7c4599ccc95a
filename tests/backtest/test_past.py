"""What can be asked of the past is exactly what was there, whatever began and ended around the moment."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.backtest.cases import Case
from assistant.backtest.past import Past
from assistant.backtest.states import State
from index.encoder import HashEncoder
from kb.corpus import Occasion, Passage
from tests.make import NOON

HOURS = st.integers(0, 30)


def at(hour):
    return NOON + timedelta(hours=hour)


def case(hour, groups=()):
    return Case(0, at(hour), "kettle", frozenset(groups), None, "", {}, Occasion(at(hour)))


def state(number, since, until, scope="incident"):
    until_at = None if until is None else at(until)
    return State("incident", number, 0, scope, at(since), until_at, [Passage("title", "A kettle")])


@settings(max_examples=15, deadline=None)
@given(
    st.lists(HOURS, min_size=1, max_size=20),
    st.lists(st.tuples(HOURS, st.one_of(st.none(), HOURS)), max_size=25),
)
def test_at_every_moment_exactly_what_had_begun_and_not_ended_is_found(hours, spans):
    states = [state(number, *span) for number, span in enumerate(spans, 1)]
    with TemporaryDirectory() as room:
        past = Past(HashEncoder(), Path(room), [at(hour) for hour in hours])
        past.add(states, {}, lambda: None)
        past.settle()
        for hour in hours:
            found = {past.seen[one.item].state.item_id for one in past.ask(case(hour), 100).ranked()}
            wanted = {
                number
                for number, (since, until) in enumerate(spans, 1)
                if since < hour and (until is None or until >= hour)
            }
            assert found == wanted
            names = past.standing(case(hour), [("incident", number) for number in wanted])
            assert {number for _, number in names.values()} == wanted
        past.live.close()


def test_what_began_within_a_block_keeps_to_its_group_too(tmp_path):
    past = Past(HashEncoder(), tmp_path, [at(hour) for hour in range(1, 20)])
    past.add([state(1, 5, None, "incident:group:7"), state(2, 6, 9, "incident:group:7")], {}, lambda: None)
    past.settle()
    assert past.ask(case(8)).ranked() == []
    assert len(past.ask(case(8, {7})).ranked()) == 2
