"""An index in which every state of every item lies with its time, so that it can be asked as of any moment.

It is the desk's own index in a folder that goes away: the same halves, the same passages, the same vectors where
the desk has them. The moments are cut into blocks, as many as each is long. What lay there for the same whole blocks is
one permission class more; what began or ended within a block is allowed by its name, so that every answer is exact.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isqrt
from pathlib import Path

from assistant.backtest.cases import Case, Item
from assistant.backtest.knowing import Knows
from assistant.backtest.states import State
from index import vectors, words
from index.encoder import Encoder
from index.hits import Allowed
from index.standing import Standing
from kb.asking import POOL, Asking
from kb.live import Live
from kb.manner import AS_SHIPPED, Manner
from kb.passages import NAMING, TITLE, Piece, number_of
from kb.phrases import MOST
from kb.viewer import Viewer

AT_ONCE = 64  # passages embedded together, of those whose vector is gone
OLDER = 10**10  # from which on a state that was replaced has a number of its own
Vector = vectors.Vector


@dataclass(frozen=True)
class Seen:
    """A state as the index knows it. first, last: from which moment it is there, and from which not any more."""

    state: State
    first: int
    last: int

    def at(self, moment: int) -> bool:
        """Say whether it is there at a moment."""
        return self.first <= moment < self.last


class Past:
    """Everything that could be found at some of these moments. encoder: None finds by words alone.

    knows: tells what the desk knew of items besides their text.
    """

    def __init__(
        self,
        encoder: Encoder | None,
        folder: Path,
        moments: Collection[datetime],
        knows: Knows = lambda case, items: {},
    ) -> None:
        self.knows = knows
        self.moments = sorted(set(moments))
        self.live = Live(folder, {}, encoder=encoder, writes=True)
        self._words = self.live.words = words.Words.create(folder / "words")
        self.seen: dict[str, Seen] = {}
        self.pieces: dict[int, tuple[str, int]] = {}  # passage -> its part, and its place there
        self.told: dict[int, list[str]] = defaultdict(list)  # article -> its phrases
        self._asked: Case | None = None
        self._length = max(1, isqrt(len(self.moments)))  # of a block
        self._scopes: set[tuple[str, int, int]] = set()
        self._parts: dict[int, list[str]] = defaultdict(list)  # block -> what is there for a part of it
        self._names: dict[Item, list[str]] = defaultdict(list)

    def add(self, found: Sequence[State], known: Mapping[str, Vector], tell: Callable[[], object]) -> None:
        """Take states in. known: vectors by the digest of what was read. tell: called while it embeds anew."""
        taken = [(name, state, state.pieces) for state in found if (name := self._taken(state))]
        made = self._embed([piece for *_, pieces in taken for piece in pieces], known, tell)
        self._words.put(self._entry(*one) for one in taken if not one[1].told_of)
        entries = [
            vectors.Entry(self._number(piece), name, self._scope(name), piece.part, made[piece.digest])
            for name, _, pieces in taken
            for piece in pieces
            if piece.digest in made
        ]
        if self.live.vectors is not None:
            self.live.vectors.put(entries)

    def settle(self) -> None:
        """Let everything that was taken in be found."""
        self._words.commit(1)

    def ask(self, case: Case, pool: int = POOL, manner: Manner = AS_SHIPPED) -> Asking:
        """Return a case's question to what was there at its moment and could be read by those who worked on it."""
        if case is not self._asked:
            self._asked = case
            self._words.reload()  # forgets what it counted for other moments
        how = {"phrases": Known(self, case), "manner": manner}
        return Asking(self.live.parts(), case.text, self.allowed(case), pool, **how)

    def allowed(self, case: Case) -> Allowed:
        """Return what may be looked at for a case."""
        block, viewer = self._at(case) // self._length, _viewer(case)
        whole = (one for one in self._scopes if one[1] <= block < one[2] and viewer.reads(one[0]))
        parts = (name for name in self._parts[block] if self.can_find(case, name))
        return Allowed(frozenset(_coded(*one) for one in whole), frozenset(parts))

    def can_find(self, case: Case, name: str) -> bool:
        """Say whether a state was there at a case's moment and could be read; a question may quote any number."""
        seen = self.seen.get(name)
        return seen is not None and seen.at(self._at(case)) and _viewer(case).reads(seen.state.scope)

    def standing(self, case: Case, items: Collection[Item]) -> dict[str, Item]:
        """Return those of the items that were there at a case's moment, by their names in this index."""
        at = self._at(case)
        names = [(name, item) for item in items for name in self._names[item]]
        return {name: item for name, item in names if self.seen[name].at(at)}

    def known(self, case: Case, names: Collection[str]) -> dict[str, Standing]:
        """Return what the desk knew of states at a case's moment, by their names in this index."""
        items = {name: (self.seen[name].state.corpus, self.seen[name].state.item_id) for name in names}
        told = self.knows(case, items.values())
        return {name: told[item] for name, item in items.items() if item in told}

    def _at(self, case: Case) -> int:
        return bisect_right(self.moments, case.at) - 1

    def _taken(self, state: State) -> str:
        """Return the name of a state in this index, nothing when no moment saw it: what began then came after it."""
        first = bisect_right(self.moments, state.since)
        last = bisect_right(self.moments, state.until) if state.until else len(self.moments)
        if first >= last:
            return ""
        number = OLDER + len(self.seen) if state.until or state.told_of else state.item_id
        name = f"{state.corpus}:{number}"
        self.seen[name] = Seen(state, first, last)
        self._scopes.add(self._whole(name))
        for end in {first, last}:
            if end % self._length and end < len(self.moments):
                self._parts[end // self._length].append(name)
        self._names[state.corpus, state.item_id].append(name)
        if state.told_of:
            self.told[state.told_of].append(name)
        return name

    def _whole(self, name: str) -> tuple[str, int, int]:
        """Return the permission class of a state, and from which block to which it is there for all of it."""
        seen = self.seen[name]
        open_end = seen.last == len(self.moments)
        ends = seen.last if not open_end else seen.last + self._length  # the last block may be shorter
        return seen.state.scope, -(-seen.first // self._length), ends // self._length

    def _scope(self, name: str) -> str:
        return _coded(*self._whole(name))

    def _number(self, piece: Piece) -> int:
        """Return the number of a passage, and remember what it is."""
        number = len(self.pieces) + 1
        self.pieces[number] = (piece.part, piece.ordinal)
        return number

    def _entry(self, name: str, state: State, pieces: Sequence[Piece]) -> words.Entry:
        title = "\n".join(piece.text for piece in pieces if piece.part == TITLE)
        text = "\n".join(piece.text for piece in pieces if piece.part not in NAMING)
        number = number_of(state.corpus, state.item_id)
        return words.Entry(name, self._scope(name), title, text, (number,))

    def _embed(
        self, pieces: Sequence[Piece], known: Mapping[str, Vector], tell: Callable[[], object]
    ) -> dict[str, Vector]:
        made, encoder = dict(known), self.live.encoder
        missing = list({one.digest: one for one in pieces if one.digest not in known}.values())
        for start in range(0, len(missing) if encoder else 0, AT_ONCE):
            some = missing[start : start + AT_ONCE]
            read = encoder.encode([one.read for one in some]) if encoder else []
            made |= {one.digest: vector for one, vector in zip(some, read, strict=True)}
            tell()
        return made


class Known:
    """The words in which articles were known at the moment of a case."""

    spare = MOST

    def __init__(self, past: Past, case: Case) -> None:
        self._past, self._case = past, case

    def of(self, items: Iterable[str]) -> dict[str, str]:
        """Return the phrases of these items, each with its article."""
        seen = [(item, self._past.seen[item].state) for item in items if item in self._past.seen]
        articles = [(item, state.item_id) for item, state in seen if state.corpus == "article"]
        return {
            name: item
            for item, number in articles
            for name in self._past.told[number]
            if self._past.can_find(self._case, name)
        }

    def article(self, name: str) -> str | None:
        """Return the article of a phrase as it was then, any other item as it is."""
        number = self._past.seen[name].state.told_of
        standing = self._past.standing(self._case, [("article", number)]) if number else {name: None}
        return next(iter(standing), None)


def _viewer(case: Case) -> Viewer:
    return Viewer(None, "agent", case.groups)


def _coded(scope: str, first: int, last: int) -> str:
    return f"{scope} {first} {last}"
