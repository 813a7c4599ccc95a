"""Cutting texts into passages that the model reads whole."""

import re

WORDS = 200  # in one passage: what a small sentence model reads, and what its vectors were measured with
_WORD = re.compile(r"\S+")


def cut(text: str, words: int = WORDS) -> list[str]:
    """Return the text in pieces of so many words, their white space as it was; nothing for an empty text."""
    starts = [match.start() for match in _WORD.finditer(text)]
    edges = [*starts[::words], len(text)]
    return [text[here:there].rstrip() for here, there in zip(edges, edges[1:], strict=False)]
