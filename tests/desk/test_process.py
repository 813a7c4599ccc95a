"""Processes: the presets are sound, and the checker says what is wrong in which line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.desk import process

SOUND = """name = "small"
start = "open"

[states]
open = { phase = "new" }
done = { phase = "closed" }

[moves]
open = ["done"]
done = ["open"]

[gates]
done = "article"

[reasons]
withdrawn = { label = "Withdrawn" }
"""
WRONG = [
    ('open = { phase = "new" }', 'open = { phase = "fresh" }', 5, "“fresh” is not a phase"),
    (
        'done = { phase = "closed" }',
        'done = { phase = "closed" }\nlost = { phase = "active" }',
        7,
        "No move leads to “lost”",
    ),
    ('open = ["done"]', 'open = ["done", "gone"]', 9, "“gone” is not a state"),
    ('start = "open"', 'start = "begin"', 2, "The start “begin” is not a state"),
    ('done = "article"', 'done = "wall"', 13, "“wall” is not a gate"),
    (
        'done = { phase = "closed" }',
        'done = { phase = "closed", needs = ["luck"] }',
        6,
        "“luck” cannot be needed",
    ),
    ('withdrawn = { label = "Withdrawn" }', 'withdrawn = { text = "Withdrawn" }', 16, "unknown entry “text”"),
    ('name = "small"', 'name = "small"\ncolour = "red"', 2, "“colour” is not a part of a process"),
    ('[gates]\ndone = "article"\n', "", 0, "The table [gates] is missing"),
    ('open = ["done"]', "open = 3", 9, "are a list of states"),
    ("[moves]", "[moves", 8, "not TOML"),
]


@pytest.mark.parametrize("name", ["itil", "hybrid", "agile", "devops", "adhoc"])
def test_every_preset_is_sound_and_can_be_closed_from_its_start(name):
    way = process.preset(name)
    assert way.path(way.start, "closed")
    assert all(way.gates[state.name] == "article" for state in way.in_phase("closed"))


@pytest.mark.parametrize(("right", "wrong", "line", "message"), WRONG)
def test_the_checker_names_the_line_and_what_is_wrong(right, wrong, line, message):
    assert process.check(SOUND) == []
    problems = process.check(SOUND.replace(right, wrong, 1))
    assert any(problem.line == line and message in problem.message for problem in problems), problems


def test_a_state_without_a_way_to_the_end_is_a_dead_end():
    text = SOUND.replace(
        'done = { phase = "closed" }', 'done = { phase = "closed" }\nstuck = { phase = "waiting" }'
    )
    text = text.replace('open = ["done"]', 'open = ["done", "stuck"]')
    assert "dead end" in str(process.check(text)[0])


def test_a_closed_state_without_the_gate_is_refused():
    text = SOUND.replace('done = "article"', 'open = "article"')
    assert any("without the gate" in problem.message for problem in process.check(text))


@given(st.text(max_size=300))
def test_the_checker_never_fails_on_any_text(text):
    assert isinstance(process.check(text), list)


NAMES = st.sampled_from(["a", "b", "c", "d"])
TABLES = st.dictionaries(NAMES, st.lists(NAMES, max_size=4, unique=True), max_size=4)


@given(moves=TABLES, phases=st.dictionaries(NAMES, st.sampled_from(process.PHASES), min_size=1, max_size=4))
def test_what_passes_the_check_can_always_reach_a_closed_state(moves, phases):
    def table(name, rows):
        return f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in rows.items())

    closed = {name: '"article"' for name, phase in phases.items() if phase == "closed"} or {"a": '"article"'}
    text = 'name = "x"\nstart = "a"\n' + table(
        "states", {n: f'{{ phase = "{p}" }}' for n, p in phases.items()}
    )
    text += table("moves", {n: str(list(t)).replace("'", '"') for n, t in moves.items()} or {"a": "[]"})
    text += table("gates", closed) + table("reasons", {"r": '{ label = "R" }'})
    if process.check(text) == []:
        way = process.read(text)
        for state in way.states:
            assert way.states[state].phase == "closed" or way.path(state, "closed", avoid=())
