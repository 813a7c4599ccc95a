"""A process as a drawing: every state and every move is in it, and no box lies on another."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.desk import process
from assistant.desk.process import PHASES, Process, State
from assistant.web.diagram import WIDTH, draw

PRESETS = process.presets()


@pytest.mark.parametrize("name", PRESETS)
def test_every_state_and_every_move_of_a_preset_is_drawn(name):
    holds_everything(draw(process.preset(name)))


@st.composite
def ways(data):
    """Any process: up to nine states in any phase, any moves between them."""
    names = [f"state_{number}" for number in range(data(st.integers(1, 9)))]
    states = {
        name: State(name, data(st.text(max_size=40)), data(st.sampled_from(PHASES)), ("assignee",))
        for name in names
    }
    moves = {name: tuple(data(st.lists(st.sampled_from(names), max_size=4, unique=True))) for name in names}
    return Process("any", "Any", "", names[0], states, moves, {names[-1]: "article"}, {})


@settings(max_examples=150, deadline=None)
@given(way=ways())
def test_any_process_can_be_drawn(way):
    holds_everything(draw(way))


def holds_everything(drawing):
    way = drawing.process
    assert {box.state.name for box in drawing.boxes} == set(way.states)
    drawn = {(line.source.state.name, line.target.state.name) for line in drawing.lines}
    drawn |= {(line.target.state.name, line.source.state.name) for line in drawing.lines if line.both}
    assert drawn == {(one, other) for one, others in way.moves.items() for other in others if one != other}
    assert {box.state.name for box in drawing.boxes if box.gate} == set(way.gates)
    for one, other in combinations(drawing.boxes, 2):
        apart = one.x != other.x or one.y + one.height < other.y or other.y + other.height < one.y
        assert apart, (one.state.name, other.state.name)
    for box in drawing.boxes:
        assert box.x > 0 and box.x + WIDTH < drawing.width and box.y + box.height < drawing.height
    for line in drawing.lines:
        assert len(set(line.ends)) == 2
        assert line.path.startswith(f"M{line.ends[0][0]} {line.ends[0][1]}")
        assert line.path.endswith(f"L{line.ends[1][0]} {line.ends[1][1]}")


@pytest.mark.parametrize("name", PRESETS)
def test_no_line_of_a_preset_crosses_a_box(name):
    drawing = draw(process.preset(name))
    for line in drawing.lines:
        for (x1, y1), (x2, y2) in pairwise(line.corners):
            for box in drawing.boxes:
                inside_x = min(x1, x2) < box.x + WIDTH and max(x1, x2) > box.x
                inside_y = min(y1, y2) < box.y + box.height and max(y1, y2) > box.y
                assert not (inside_x and inside_y), (line.says, box.state.name)


def test_the_drawing_says_in_a_sentence_what_it_shows():
    assert draw(process.preset("itil")).summary == "ITIL: 5 states and 10 moves, from New."
