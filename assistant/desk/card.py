"""The reason card: where a question and what was found for it say the same, and where they do not."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.desk.differences import Difference
from assistant.desk.incident import Incident
from kb.article import Article
from kb.passages import excerpt

SHORT = 90  # characters around a value that differs


@dataclass(frozen=True)
class Card:
    """Stretches of both texts, those that fit best first; then what differs where it does not stand in them.

    shared: stems and words of both; told: as they are written. ours, theirs: words in which they differ.
    """

    here: list[str]
    there: list[str]
    shared: tuple[str, ...]
    told: tuple[str, ...]
    ours: tuple[str, ...]
    theirs: tuple[str, ...]


def about(item: Article | Incident) -> str:
    """Return where an item tells what it is about, in its own words; what solved it is left out."""
    if isinstance(item, Article):
        return f"{item.title}\n{item.current.environment}\n{item.current.issue}"
    return f"{item.title}\n{item.symptoms}\n{item.environment}"


def in_full(terms: Iterable[str], text: str) -> tuple[str, ...]:
    """Return words as a text writes them first, where they are stems: devices for devic."""
    found = [(term, re.search(rf"(?<!\w){re.escape(term)}\w*", text, re.IGNORECASE)) for term in terms]
    return tuple(dict.fromkeys(word[0].lower() if word else term for term, word in found))


def compare(
    asked: str, passage: str, there: str, shared: tuple[str, ...], differs: Sequence[Difference]
) -> Card:
    """Lay a question beside what was found. passage: what fits best of that. there: where it tells what it is about."""
    ours = tuple(word for one in differs for word in one.here)
    theirs = tuple(word for one in differs for word in one.there)
    contrary = {word.lower() for word in ours} & {word.lower() for word in theirs}  # one says it is not so
    alike = tuple(term for term in shared if term.lower() not in contrary)
    return Card(
        here=_stretches(excerpt(asked, shared), asked, ours),
        there=_stretches(passage, there, theirs),
        shared=alike,
        told=in_full(alike, f"{asked}\n{passage}\n{there}"),
        ours=ours,
        theirs=theirs,
    )


def _stretches(best: str, whole: str, words: Sequence[str]) -> list[str]:
    """Return the best stretch of a text, and one more for each word that does not stand in those before."""
    found = [best] if best else []
    for word in words:
        if not any(word.lower() in stretch.lower() for stretch in found):
            found.append(excerpt(whole, word.split(), SHORT))
    return found
