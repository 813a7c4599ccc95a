"""Processes as data: the states an incident may have, the moves between them, what a state needs, what guards it.

A process is a TOML file. `check` reads one and says what is wrong with it, line by line; `preset` returns one that
came with the desk, `ways.py` those that were written here. States belong to a process; phases are the same in all.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assistant.desk.errors import DeskError

PHASES = ("new", "active", "waiting", "resolved", "closed")
NEEDS = ("assignee", "group", "hold_reason", "resolution", "verification", "closing_category")
GATES = ("article",)
PROOFS = ("duplicate", "none")  # what a reason of the fourth door has to show
LONGEST_NAME = 40  # characters of the name of a process, a state or a reason
FOLDER = Path(__file__).parent.parent / "processes"
WORDS = {  # key of an entry -> what it holds
    "label": str,
    "phase": str,
    "proof": str,
    "needs": list,
}
KEYS = {  # table -> what its entries may say
    "": {"name", "title", "description", "start", "states", "moves", "gates", "reasons"},
    "states": {"label", "phase", "needs"},
    "reasons": {"label", "proof"},
}


class ProcessDamaged(DeskError):
    """A process file does not pass its check."""


@dataclass(frozen=True)
class Problem:
    """Something wrong in a process file. line counts from 1; 0 means the whole file."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


@dataclass(frozen=True)
class State:
    """A state of a process. needs: what an incident must have to enter it."""

    name: str
    label: str
    phase: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reason:
    """Why there is nothing to learn. proof: what must be there before it may be given."""

    name: str
    label: str
    proof: str = "none"


@dataclass(frozen=True)
class Process:
    """A way of working."""

    name: str
    title: str
    description: str
    start: str
    states: Mapping[str, State]
    moves: Mapping[str, tuple[str, ...]]
    gates: Mapping[str, str]
    reasons: Mapping[str, Reason]

    def in_phase(self, phase: str) -> list[State]:
        """Return the states of a phase in the order of the file."""
        return [state for state in self.states.values() if state.phase == phase]

    def path(self, start: str, phase: str, avoid: Iterable[str] = ("waiting",)) -> list[str]:
        """Return the shortest list of moves from a state into a phase, without passing through phases to avoid.

        Empty when there is none, or when the state is in that phase already.
        """
        reached: dict[str, list[str]] = {start: []}
        front = [start]
        while front:
            state = front.pop(0)
            if self.states[state].phase == phase:
                return reached[state]
            if state != start and self.states[state].phase in avoid:
                continue
            for target in self.moves.get(state, ()):
                if target not in reached:
                    reached[target] = [*reached[state], target]
                    front.append(target)
        return []


def presets() -> list[str]:
    """Return the names of the processes that come with the desk."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def preset(name: str) -> Process:
    """Return a process that came with the desk. Raises ProcessDamaged when it is missing or does not pass its check."""
    text = preset_text(name)
    problems = check(text)
    if problems:
        raise ProcessDamaged(f"{name}.toml: " + "; ".join(map(str, problems)))
    return read(text)


def preset_text(name: str) -> str:
    """Return the file of a process that came with the desk. Raises ProcessDamaged when it is missing."""
    if name not in presets():
        raise ProcessDamaged(f"There is no process “{name}”. There are: {', '.join(presets())}.")
    return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def read(text: str) -> Process:
    """Turn the text of a sound process file into a Process."""
    data = tomllib.loads(text)
    states = {
        name: State(
            name,
            entry.get("label", name.replace("_", " ").capitalize()),
            entry["phase"],
            tuple(entry.get("needs", ())),
        )
        for name, entry in data["states"].items()
    }
    return Process(
        name=data["name"],
        title=data.get("title", data["name"]),
        description=data.get("description", ""),
        start=data["start"],
        states=states,
        moves={name: tuple(targets) for name, targets in data["moves"].items()},
        gates=dict(data["gates"]),
        reasons={
            name: Reason(name, entry["label"], entry.get("proof", "none"))
            for name, entry in data["reasons"].items()
        },
    )


def check(text: str) -> list[Problem]:
    """Return what is wrong with the text of a process file, in the order of its lines."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [_unreadable(error)]
    except RecursionError:
        return [Problem(0, "This is nested too deep for a process.")]
    lines = _lines(text)
    problems = [Problem(lines.get(where, 0), message) for where, message in _shape(data)]
    if not problems:
        problems = [Problem(lines.get(where, 0), message) for where, message in _sense(data)]
    return sorted(problems, key=lambda problem: problem.line)


Complaint = tuple[tuple[str, str], str]  # (table, key) that it is about, and what is wrong


def _shape(data: dict[str, Any]) -> Iterable[Complaint]:
    """Complain about missing, unknown and ill-formed entries."""
    for key in sorted(set(data) - KEYS[""]):
        yield ("", key), f"“{key}” is not a part of a process."
    for key in ("name", "start", "title", "description"):
        if not isinstance(data.get(key, "" if key in ("title", "description") else None), str):
            yield ("", key), f"“{key}” is missing; it is a text."
    name = data.get("name")
    if isinstance(name, str) and not re.fullmatch(rf"[a-z0-9][a-z0-9_-]{{0,{LONGEST_NAME - 1}}}", name):
        yield ("", "name"), "The name is short: small letters, digits, “-” and “_”."
    for table in ("states", "moves", "gates", "reasons"):
        if not isinstance(data.get(table), dict) or not data[table]:
            yield ("", table), f"The table [{table}] is missing or empty."
            continue
        yield from _entries(table, data[table])


def _entries(table: str, entries: dict[str, Any]) -> Iterable[Complaint]:
    for name, entry in entries.items():
        if table == "moves" and not (
            isinstance(entry, list) and all(isinstance(target, str) for target in entry)
        ):
            yield (table, name), f"The moves of “{name}” are a list of states."
        if table == "gates" and not isinstance(entry, str):
            yield (table, name), f"The gate of “{name}” is a text."
        if len(name) > LONGEST_NAME:
            yield (
                (table, name),
                f"“{name}” is longer than {LONGEST_NAME} characters; its label may be longer.",
            )
        if table not in KEYS:
            continue
        if not isinstance(entry, dict):
            yield (table, name), f"“{name}” is written like {{ {', '.join(sorted(KEYS[table]))} }}."
            continue
        for key in sorted(set(entry) - KEYS[table]):
            yield (table, name), f"“{name}” has an unknown entry “{key}”."
        yield from (
            ((table, name), f"“{key}” of “{name}” is not written as a {'text' if kind is str else 'list'}.")
            for key, kind in WORDS.items()
            if not isinstance(entry.get(key, kind()), kind)
        )
        required = "phase" if table == "states" else "label"
        if required not in entry:
            yield (table, name), f"“{name}” has no {required}."


def _sense(data: dict[str, Any]) -> Iterable[Complaint]:
    """Complain about entries that do not fit together."""
    states, moves = data["states"], data["moves"]
    for name, state in states.items():
        if state["phase"] not in PHASES:
            yield ("states", name), f"“{state['phase']}” is not a phase. Phases are {', '.join(PHASES)}."
        for need in state.get("needs", ()):
            if need not in NEEDS:
                yield ("states", name), f"“{need}” cannot be needed. Possible are {', '.join(NEEDS)}."
    yield from _names(data)
    if data["start"] in states:
        yield from _reach(data["start"], states, moves)
    yield from _closing(data)


def _names(data: dict[str, Any]) -> Iterable[Complaint]:
    states = data["states"]
    if data["start"] not in states:
        yield ("", "start"), f"The start “{data['start']}” is not a state."
    for name, targets in data["moves"].items():
        for state in [name, *targets]:
            if state not in states:
                yield ("moves", name), f"“{state}” is not a state."
    for name, gate in data["gates"].items():
        if name not in states:
            yield ("gates", name), f"“{name}” is not a state."
        if gate not in GATES:
            yield ("gates", name), f"“{gate}” is not a gate. Possible are {', '.join(GATES)}."
    for name, reason in data["reasons"].items():
        if reason.get("proof", "none") not in PROOFS:
            yield ("reasons", name), f"“{reason['proof']}” is not a proof. Possible are {', '.join(PROOFS)}."


def _reach(start: str, states: dict[str, Any], moves: dict[str, list[str]]) -> Iterable[Complaint]:
    forward = {name: list(moves.get(name, ())) for name in states}
    reachable = _spread([start], forward)
    backward: dict[str, list[str]] = {name: [] for name in states}
    for name, targets in forward.items():
        for target in targets:
            backward.setdefault(target, []).append(name)
    closing = _spread([name for name, state in states.items() if state["phase"] == "closed"], backward)
    for name in states:
        if name not in reachable:
            yield ("states", name), f"No move leads to “{name}” from the start “{start}”."
        elif name not in closing:
            yield ("states", name), f"“{name}” is a dead end: no moves lead from it to a closed state."


def _closing(data: dict[str, Any]) -> Iterable[Complaint]:
    closed = [name for name, state in data["states"].items() if state["phase"] == "closed"]
    if not closed:
        yield ("", "states"), "No state has the phase “closed”."
    for name in closed:
        if data["gates"].get(name) != "article":
            yield (
                ("states", name),
                f"“{name}” closes incidents without the gate “article”; add it under [gates].",
            )


def _spread(front: list[str], steps: Mapping[str, list[str]]) -> set[str]:
    seen: set[str] = set()
    while front:
        name = front.pop()
        if name not in seen:
            seen.add(name)
            front += steps.get(name, [])
    return seen


def _lines(text: str) -> dict[tuple[str, str], int]:
    """Return the line of every key as (table, key), and of every table as ("", table)."""
    lines: dict[tuple[str, str], int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([\w-]+)\]", line):
            table = header[1]
            lines.setdefault(("", table), number)
        elif key := re.match(r"\s*\"?([\w-]+)\"?\s*=", line):
            lines.setdefault((table, key[1]), number)
    return lines


def _unreadable(error: tomllib.TOMLDecodeError) -> Problem:
    where = re.search(r"line (\d+)", str(error))
    message = re.sub(r"\s*\(at .*\)$", "", str(error))
    return Problem(int(where[1]) if where else 0, f"This is not TOML: {message}.")
