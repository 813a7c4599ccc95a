"""What a text asks of the words, weighed by what may be looked at: the same for every engine that holds words."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from index.documents import MAX_STEMS
from index.identifiers import identifiers
from index.lexical import Question, rarity
from index.respelling import can_be_respelled, hasty_slip, one_slip, two_slips
from index.tokens import last_word, stems, stems_of, words_behind

MAX_ASKED = 150  # different stems of one question, the rarest
MOST_RESPELLED = (
    6  # words of a question in which slips are looked for, the first; each takes a millisecond or two
)

Near = tuple[str, int, tuple[str, ...]]  # a stem, how many items have it, and how it may be spelled


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
    behind = words_behind(text)
    near = _near({stem: behind[stem] for stem in behind if stem in asked and not having.get(stem)}, counts)
    for stem, (other, times, _) in near.items():
        asked[other] += asked.pop(stem)
        having[other] = times
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
        {behind[stem]: spellings for stem, (*_, spellings) in near.items()},
    )


def _beginning(text: str, asked: Counter[str], having: dict[str, int], counts: Counts) -> str:
    """Return the last word where nothing has it and something has words that begin so, in the place of its stem."""
    word, stem = last_word(text)
    begun = counts.beginning(word) if word and not having.get(stem) else 0
    if not begun:
        return ""
    asked[word], having[word] = asked.pop(stem), begun
    return word


def _near(unknown: Mapping[str, str], counts: Counts) -> dict[str, Near]:
    """Return for stems that nothing has, given with their words, what is nearest to each where anything is."""
    asked = [(stem, word) for stem, word in unknown.items() if can_be_respelled(word)]
    found = {stem: _nearest(stem, word, counts) for stem, word in asked[:MOST_RESPELLED]}
    return {stem: near for stem, near in found.items() if near}


def _nearest(stem: str, word: str, counts: Counts) -> Near | None:
    """Return the nearest stem that items have: the most frequent of those that the likeliest slips lead to."""
    for spelled in (_hasty_slip_away, _other_slip_away, _two_slips_away):
        spellings = spelled(stem, word)
        having = counts.having(spellings.keys())
        if having:
            best = min(having, key=lambda one: (-having[one], one))
            return best, having[best], tuple(spellings[best])
    return None


def _hasty_slip_away(stem: str, word: str) -> dict[str, list[str]]:
    """Return the stems that a slip in the stem or in the whole word leads to, with what each may be spelled like."""
    return {one: [one] for one in hasty_slip(stem)} | stems_of(hasty_slip(word))


def _other_slip_away(stem: str, word: str) -> dict[str, list[str]]:
    other = {one: [one] for one in one_slip(stem) - hasty_slip(stem)}
    return other | stems_of(one_slip(word) - hasty_slip(word))


def _two_slips_away(stem: str, _: str) -> dict[str, list[str]]:
    return {one: [one] for one in two_slips(stem)}
