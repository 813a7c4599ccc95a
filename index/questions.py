"""What a text asks of the words, weighed by what may be looked at: the same for every engine that holds words."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from index.documents import MAX_STEMS
from index.identifiers import identifiers
from index.lexical import Question, rarity
from index.respelling import can_be_respelled, one_slip, two_slips
from index.tokens import last_word, stems, words_behind

MAX_ASKED = 150  # different stems of one question, the rarest
MOST_RESPELLED = (
    12  # different stems of a question in which slips are looked for; a long text has words enough
)


@dataclass(frozen=True)
class Counts:
    """What is known of the items that may be looked at: how many, and how many stems one has.

    having: how many of them have each of some stems, those that none has left out. beginning: how many have a stem
    that begins so.
    """

    items: int
    mean_length: float
    having: Callable[[Collection[str]], Mapping[str, int]]
    beginning: Callable[[str], int]


def question(text: str, counts: Counts, *, unfinished: bool = False) -> Question:
    """Return what a text asks, its words weighed by how rare they are.

    A word that nothing has is taken for the nearest one that something has; unfinished: the text is still being typed,
    so that its last word may be the beginning of one.
    """
    said = stems(text)[:MAX_STEMS]
    asked = Counter(said)
    having = dict(counts.having(asked))
    beginning = _beginning(text, asked, having, counts) if unfinished else ""
    if len(asked) <= MOST_RESPELLED:
        asked = _respelled(asked, words_behind(text), having, counts)
    weights = {stem: rarity(having.get(stem, 0), counts.items) for stem in asked}
    heavy = {stem: asked[stem] * weight for stem, weight in weights.items()}
    known = sum(weight for stem, weight in heavy.items() if having.get(stem))
    rarest = sorted(heavy, key=lambda stem: -heavy[stem])[:MAX_ASKED]
    return Question(
        {stem: asked[stem] for stem in rarest},
        {stem: weights[stem] for stem in rarest},
        counts.mean_length,
        known / sum(heavy.values()) if heavy else 1.0,
        frozenset(identifiers(text)),
        beginning,
        " ".join(said),
    )


def _beginning(text: str, asked: Counter[str], having: dict[str, int], counts: Counts) -> str:
    """Return the last word where nothing has it and something has words that begin so, in the place of its stem."""
    word, stem = last_word(text)
    begun = counts.beginning(word) if word and not having.get(stem) else 0
    if not begun:
        return ""
    asked[word], having[word] = asked.pop(stem), begun
    return word


def _respelled(
    asked: Counter[str], words: Mapping[str, str], having: dict[str, int], counts: Counts
) -> Counter[str]:
    """Put the nearest stem that something has in the place of each that nothing has."""
    spelled: Counter[str] = Counter()
    for stem, times in asked.items():
        near = {} if having.get(stem) else _nearest(stem, words.get(stem, stem), counts)
        having |= near
        spelled[next(iter(near), stem)] += times
    return spelled


def _nearest(stem: str, word: str, counts: Counts) -> dict[str, int]:
    """Return the stem nearest to a word that items have, the most frequent of them, and how many have it."""
    for spelled in (_one_slip_away, _two_slips_away) if can_be_respelled(word) else ():
        near = counts.having(spelled(stem, word))
        if near:
            best = min(near, key=lambda one: (-near[one], one))
            return {best: near[best]}
    return {}


def _one_slip_away(stem: str, word: str) -> set[str]:
    """Return the stems that a slip in the stem or in the whole word leads to."""
    return {*one_slip(stem), *stems(" ".join(one_slip(word)))}


def _two_slips_away(stem: str, word: str) -> set[str]:
    return two_slips(stem)
