"""A process as a drawing: states as boxes in a column for each phase, moves as lines that go round them; pure.

Neighbouring columns are joined across the gap between them. A line that passes a column goes through a lane above
the boxes when it leads forward, below them when it leads back, so that no line crosses a box.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from textwrap import wrap

from assistant.desk.process import PHASES, Process, State

WIDTH, GAP, MARGIN = 136, 68, 12  # of a box, between two columns, around everything
TOP = 36  # under the names of the phases
BETWEEN = 28  # two boxes of a column
LANE = 14  # between two lines that run side by side
LINE = 16  # of text
LETTERS = 17  # that fit into a line of a box
TURN = 6  # radius of a corner
NEEDS = {
    "assignee": "an assignee",
    "group": "a group",
    "hold_reason": "a hold reason",
    "resolution": "a resolution",
    "verification": "a verification",
    "closing_category": "a category",
}


@dataclass(frozen=True)
class Text:
    """A line of text. kind: title, need or gate."""

    kind: str
    x: int
    y: int
    words: str


@dataclass
class Box:
    """A state where it stands."""

    state: State
    column: int
    gate: bool
    x: int = 0
    y: int = 0
    first: bool = False

    def __post_init__(self) -> None:
        self.titles = wrap(self.state.label, LETTERS)[:3] or [self.state.name]
        self.needs = [NEEDS.get(need, need) for need in self.state.needs]

    @property
    def height(self) -> int:
        """How high it is, by what it says."""
        return 20 + LINE * (len(self.titles) + len(self.needs) + self.gate)

    @property
    def texts(self) -> list[Text]:
        """What it says, line by line."""
        said = [("title", line) for line in self.titles]
        said += [("need", f"needs {need}") for need in self.needs]
        said += [("gate", "gate: article")] * self.gate
        return [
            Text(kind, self.x + 12, self.y + 22 + LINE * number, words)
            for number, (kind, words) in enumerate(said)
        ]


@dataclass
class Line:
    """A move, or two that lead there and back. ends: where it leaves the first and meets the second box."""

    source: Box
    target: Box
    both: bool
    ends: list[tuple[int, int]] = field(default_factory=list)
    channels: list[int] = field(default_factory=list)
    lane: int = 0

    @property
    def step(self) -> int:
        """How many columns it goes to the right; below zero when it goes back."""
        return self.target.column - self.source.column

    @property
    def sides(self) -> tuple[str, str]:
        """The sides of the boxes where it leaves and arrives."""
        if self.step == 0:
            return "right", "right"
        return ("right", "left") if self.step > 0 else ("left", "right")

    @property
    def gaps(self) -> list[int]:
        """The gaps between columns in which it turns; gap 0 is left of the first column."""
        if self.step == 0:
            return [self.source.column + 1]
        if abs(self.step) == 1:
            return [max(self.source.column, self.target.column)]
        right = self.step > 0
        return [self.source.column + right, self.target.column + (not right)]

    @property
    def corners(self) -> list[tuple[int, int]]:
        """The points between which it runs straight, from end to end."""
        (x1, y1), (x2, y2) = self.ends
        first, last = self.channels[0], self.channels[-1]
        lane = [(first, self.lane), (last, self.lane)] if len(self.channels) > 1 else []
        return [(x1, y1), (first, y1), *lane, (last, y2), (x2, y2)]

    @property
    def path(self) -> str:
        """What an SVG path says: from end to end, with rounded corners."""
        return _rounded(self.corners)

    @property
    def says(self) -> str:
        """What it means, in words."""
        there, back = self.source.state.label, self.target.state.label
        return f"{there} to {back}, and back" if self.both else f"{there} to {back}"


@dataclass(frozen=True)
class Diagram:
    """The drawing of a process, and its columns: (x, phase)."""

    process: Process
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    columns: tuple[tuple[int, str], ...]
    width: int
    height: int

    @property
    def summary(self) -> str:
        """What the drawing shows, in a sentence for those who do not see it."""
        way = self.process
        moves = sum(map(len, way.moves.values()))
        return f"{way.title}: {len(way.states)} states and {moves} moves, from {way.states[way.start].label}."


def draw(way: Process) -> Diagram:
    """Return the drawing of a process."""
    phases = [phase for phase in PHASES if way.in_phase(phase)]
    boxes = {
        state.name: Box(state, column, way.gates.get(state.name) == "article", first=state.name == way.start)
        for column, phase in enumerate(phases)
        for state in way.in_phase(phase)
    }
    lines = _lines(way, boxes)
    above = [line for line in lines if line.step > 1]
    below = [line for line in lines if line.step < -1]
    top = TOP + LANE * len(above) + (LANE if above else 0)
    bottom = _place(boxes.values(), len(phases), top)
    _ends(lines)
    _channels(lines)
    for number, line in enumerate(sorted(above, key=lambda line: line.step)):
        line.lane = top - LANE * (number + 1)
    for number, line in enumerate(sorted(below, key=lambda line: -line.step)):
        line.lane = bottom + LANE * (number + 1)
    height = bottom + LANE * len(below) + (LANE if below else 0) + MARGIN
    turns = any(line.step == 0 and line.source.column == len(phases) - 1 for line in lines)
    width = _x(len(phases)) - GAP + MARGIN + (GAP // 2 if turns else 0)
    columns = tuple((_x(number) + WIDTH // 2, phase) for number, phase in enumerate(phases))
    return Diagram(way, tuple(boxes.values()), tuple(lines), columns, width, height)


def _x(column: int) -> int:
    return MARGIN + column * (WIDTH + GAP)


def _lines(way: Process, boxes: dict[str, Box]) -> list[Line]:
    """Return a line for each move, one for two that lead there and back."""
    moves = {
        (source, target) for source, targets in way.moves.items() for target in targets if source != target
    }
    order = list(boxes)
    ordered = sorted(moves, key=lambda move: (order.index(move[0]), order.index(move[1])))
    return [
        Line(boxes[source], boxes[target], (target, source) in moves)
        for source, target in ordered
        if (target, source) not in moves or order.index(source) < order.index(target)
    ]


def _place(boxes: Iterable[Box], columns: int, top: int) -> int:
    """Put the boxes of each column under each other, centred; return where the highest column ends."""
    stacks = [[box for box in boxes if box.column == column] for column in range(columns)]
    heights = [sum(box.height for box in stack) + BETWEEN * (len(stack) - 1) for stack in stacks]
    for column, stack in enumerate(stacks):
        y = top + (max(heights) - heights[column]) // 2
        for box in stack:
            box.x, box.y = _x(column), y
            y += box.height + BETWEEN
    return top + max(heights)


def _ends(lines: list[Line]) -> None:
    """Spread the ends of the lines over the sides of their boxes, in the order in which they go on."""
    ports: dict[tuple[str, str], list[tuple[int, Line, int]]] = defaultdict(list)
    for line in lines:
        for end, (box, other) in enumerate(((line.source, line.target), (line.target, line.source))):
            far = -9999 if line.step > 1 else 9999 if line.step < -1 else other.y
            ports[box.state.name, line.sides[end]].append((far, line, end))
        line.ends = [(0, 0), (0, 0)]
    for (_, side), taken in ports.items():
        for number, (_, line, end) in enumerate(sorted(taken, key=lambda port: port[0]), 1):
            box = (line.source, line.target)[end]
            y = box.y + box.height * number // (len(taken) + 1)
            line.ends[end] = (box.x + (WIDTH if side == "right" else 0), y)


def _channels(lines: list[Line]) -> None:
    """Give every line that turns in a gap its own place there.

    Those of the box on the left come first, then those from one box to the other, then those of the box on the right,
    each in the order that lets them run side by side.
    """
    gaps: dict[int, list[tuple[tuple[int, int], Line, int]]] = defaultdict(list)
    for line in lines:
        line.channels = [0] * len(line.gaps)
        for number, gap in enumerate(line.gaps):
            y = line.ends[0 if number == 0 else 1][1]
            on_left = line.sides[number] == "right"
            order = (1, y) if abs(line.step) == 1 else (0, y) if on_left else (2, -y)
            gaps[gap].append((order, line, number))
    for gap, taken in gaps.items():
        for place, (_, line, number) in enumerate(sorted(taken, key=lambda turn: turn[0]), 1):
            line.channels[number] = _x(gap) - GAP + 12 + (GAP - 24) * place // (len(taken) + 1)


def _rounded(points: list[tuple[int, int]]) -> str:
    """Return a path through points whose corners are round."""
    said = [f"M{points[0][0]} {points[0][1]}"]
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        near, far = _towards(at, before), _towards(at, after)
        said.append(f"L{near[0]} {near[1]}Q{at[0]} {at[1]} {far[0]} {far[1]}")
    return "".join([*said, f"L{points[-1][0]} {points[-1][1]}"])


def _towards(at: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Return the point where a corner begins: TURN away from it, or half the way when that is nearer."""
    away = [max(-TURN, min(TURN, (there - here) // 2)) for here, there in zip(at, other, strict=True)]
    return at[0] + away[0], at[1] + away[1]
