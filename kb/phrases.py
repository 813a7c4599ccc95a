"""The phrasebook: the words in which people told what an article solved; pure.

A phrase is a passage of its article with a permission class of its own, that of whoever may read the article and the
incident. In the index the phrases of an article that have the same class are one item, so that what somebody may not
read has no name in their questions.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from kb.corpus import Phrase
from kb.redaction import marks_in

PHRASE = "phrase"  # the part that it is, and the permission class of those that every agent may read
WORDS = 60  # of what was told, besides the title
MOST = 12  # of an article in one permission class
SPARE = 20
ALIKE = 0.6  # share of their words that two tellings have in common to count as one
WORD = re.compile(r"\w+")


def phrase(incident_id: int, title: str, told: str, names: Collection[str], scope: str) -> Phrase | None:
    """Return how an incident was told, None where personal data is marked in that. names: of people that it knows."""
    text = f"{title.strip()}\n{' '.join(told.split()[:WORDS])}".strip()
    return None if not text or marks_in(text, names) else Phrase(incident_id, text, scope)


def scope_of(team_id: int | None, group_id: int | None) -> str | None:
    """Return the class of whoever may read an article of this team and an incident of this group, None for nobody.

    team_id, group_id: None where all who work on incidents may read it.
    """
    groups = {group for group in (team_id, group_id) if group is not None}
    if len(groups) > 1:
        return None
    return f"{PHRASE}:{groups.pop()}" if groups else PHRASE


def distinct(phrases: Sequence[Phrase]) -> list[Phrase]:
    """Return the most different phrases of one permission class, in the order of their incidents.

    phrases: what comes first wins where two differ as much. What people of one class may not read has no part in this
    choice, so each class is asked by itself.
    """
    waiting = [(phrase, set(WORD.findall(phrase.text.lower())), 0.0) for phrase in phrases]
    taken: list[Phrase] = []
    while waiting and len(taken) < MOST:
        chosen, words, likeness = min(waiting, key=lambda one: one[2])
        if likeness >= ALIKE:
            break
        taken.append(chosen)
        waiting = [
            (phrase, said, max(known, _likeness(said, words)))
            for phrase, said, known in waiting
            if phrase is not chosen
        ]
    return sorted(taken, key=lambda phrase: phrase.incident_id)


class Phrasebook(Protocol):
    """Which items of the index are the phrases of which articles, for one question.

    spare: how many more items to ask for, because an article may be near in several ways.
    """

    spare: int

    def of(self, items: Iterable[str]) -> Mapping[str, str]:
        """Return the phrase items of these items, each with its article."""

    def article(self, name: str) -> str | None:
        """Return the article of a phrase item, any other item as it is; None for what does not speak for any."""


class Readable:
    """The phrases that may be looked at: those of permission classes that are open."""

    def __init__(self, scopes: Collection[str]) -> None:
        self._scopes = sorted(scope for scope in scopes if is_phrase(scope))
        self.spare = SPARE if self._scopes else 0

    def of(self, items: Iterable[str]) -> dict[str, str]:
        """Return the phrase items of these items, each with its article."""
        numbers = [(item, item.partition(":")) for item in items] if self._scopes else []
        articles = [(item, number) for item, (kind, _, number) in numbers if kind == "article"]
        return {f"{scope}:{number}": item for scope in self._scopes for item, number in articles}

    def article(self, name: str) -> str:
        """Return the article of a phrase item, any other item as it is."""
        return f"article:{name.rpartition(':')[2]}" if is_phrase(name) else name


def is_phrase(name: str) -> bool:
    """Say whether a permission class, or an item of the index, is one of phrases."""
    return name.partition(":")[0] == PHRASE


def _likeness(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, len(one | other))
