"""What a desk's own records say twice, in two ways: a title and its text, symptoms and resolution; pure.

Such pairs need no label, and teach the model the words of this desk.
"""

import re
from collections.abc import Iterator, Sequence

from index.lesson import Pair
from kb.corpus import Passage
from kb.passages import TITLE, headline

WORDS = 110  # of a text that is paired: about 160 pieces, what the model is trained on
SHORTEST, FEWEST = 2, 4  # words of what is asked and of what is told; less says too little to learn from
MOST = 8  # pairs of one item: a book must not speak for a desk
ASKED, ANSWERED = ("symptoms", "issue", "environment"), ("resolution", "cause")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)


def pairs(item: str, passages: Sequence[Passage]) -> list[Pair]:
    """Return the pairs of one item, at most MOST, the most telling first."""
    said = _said(passages)
    found = [*_titled(said), *_solved(said), *_sections(said)]
    told = dict.fromkeys((_short(asked), _short(text)) for asked, text in found)
    return [Pair(item, *pair) for pair in told if all(map(_says_enough, pair, (SHORTEST, FEWEST)))][:MOST]


def linked(item: str, asked: Sequence[Passage], told: Sequence[Passage]) -> list[Pair]:
    """Pair what somebody asked with what helped, by the title of each and by what each says. item: what helped."""
    question, answer = _said(asked), _said(told)
    about, title = question.get(TITLE, ""), answer.get(TITLE, "")
    whole = " ".join((about, next((question[part] for part in ASKED if part in question), "")))
    helps = " ".join((title, next((answer[part] for part in ANSWERED if part in answer), "")))
    found = dict.fromkeys(((_short(whole), _short(helps)), (_short(about), _short(title))))
    return [Pair(item, *pair) for pair in found if all(map(_says_enough, pair, (SHORTEST, FEWEST)))]


def _said(passages: Sequence[Passage]) -> dict[str, str]:
    """Return what the parts say, the first of each."""
    said: dict[str, str] = {}
    for passage in passages:
        if passage.text.strip():
            said.setdefault(passage.part, passage.text)
    return said


def _titled(said: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Pair a title with the beginnings of the parts; a text without one goes by its first words."""
    title = said.get(TITLE, "").strip()
    for part, text in said.items():
        if part != TITLE:
            about = title or headline(text)
            yield from ((about, window) for window in _windows(_without(about, text))[:3])


def _solved(said: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Pair what was wrong with what helped."""
    for asked in ASKED:
        for answered in ANSWERED:
            if asked in said and answered in said:
                yield f"{said.get(TITLE, '')}\n{said[asked]}", said[answered]


def _sections(said: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Pair each heading with what stands under it."""
    title = said.get(TITLE, "").strip()
    for text in said.values():
        heads = list(HEADING.finditer(text))
        ends = [*(head.start() for head in heads[1:]), len(text)]
        for head, end in zip(heads, ends, strict=False):
            about = head.group(1) if head.group(1).startswith(title) else f"{title} {head.group(1)}"
            yield about.strip(), text[head.end() : end]


def _windows(text: str) -> list[str]:
    words = text.split()
    return [" ".join(words[start : start + WORDS]) for start in range(0, len(words), WORDS)]


def _without(about: str, text: str) -> str:
    """Return a text without the title that it begins with, which would give the answer away."""
    bare = text.lstrip("# \n\t")
    return bare[len(about) :] if bare.lower().startswith(about.lower()) else text


def _short(text: str) -> str:
    return " ".join(text.split()[:WORDS])


def _says_enough(text: str, words: int) -> bool:
    return len(text.split()) >= words
