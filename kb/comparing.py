"""What differs between two versions of an article: field by field, line by line, and word by word within a line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from kb.article import CONTENT_FIELDS, Content

WORD = re.compile(r"\s+|\w+|[^\w\s]")
LARGEST = 4_000_000  # comparisons of words that one line may cost
ALIKE = 0.4  # share of words that two lines have in common to be shown as one line that changed
Pieces = tuple[tuple[bool, str], ...]  # (whether it differs, text)


@dataclass(frozen=True)
class Row:
    """One line before and after. kind: same, changed, added or removed."""

    kind: str
    before: Pieces = ()
    after: Pieces = ()


@dataclass(frozen=True)
class Change:
    """A field that differs, as rows."""

    field: str
    rows: tuple[Row, ...]


def compare(before: Content, after: Content) -> list[Change]:
    """Return the fields in which two contents differ, in the order of an article."""
    pairs = [(name, getattr(before, name), getattr(after, name)) for name in CONTENT_FIELDS]
    return [
        Change(name, tuple(rows(old.splitlines(), new.splitlines())))
        for name, old, new in pairs
        if old != new
    ]


def rows(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    """Yield how the old lines became the new ones."""
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            yield from (Row("same", _whole(line), _whole(line)) for line in old[a:b])
        else:
            yield from _replaced(old[a:b], new[c:d])


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    """Yield lines that became others: those that are alike beside each other, the rest alone."""
    for line, other in zip(old, new, strict=False):
        row = _changed(line, other)
        yield from [row] if row else [_removed(line), _added(other)]
    yield from map(_removed, old[len(new) :])
    yield from map(_added, new[len(old) :])


def _changed(line: str, other: str) -> Row | None:
    """Return one line that changed, None when the two have too little in common."""
    words, others = WORD.findall(line), WORD.findall(other)
    if len(words) * len(others) > LARGEST:
        return None
    matcher = SequenceMatcher(None, words, others, autojunk=False)
    if matcher.ratio() < ALIKE:
        return None
    steps = matcher.get_opcodes()
    before = [(what != "equal", "".join(words[a:b])) for what, a, b, _, _ in steps if b > a]
    after = [(what != "equal", "".join(others[c:d])) for what, _, _, c, d in steps if d > c]
    return Row("changed", tuple(before), tuple(after))


def _whole(line: str) -> Pieces:
    return ((False, line),)


def _removed(line: str) -> Row:
    return Row("removed", before=((True, line),))


def _added(line: str) -> Row:
    return Row("added", after=((True, line),))
