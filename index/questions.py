"""What a text asks of the words, weighed by what may be looked at: the same for every engine that holds words."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache

from index.documents import MAX_STEMS
from index.identifiers import identifiers
from index.lexical import Question, rarity
from index.respelling import (
    ELSEWHERE,
    can_be_respelled,
    hasty_slip,
    hasty_typing,
    is_short,
    one_slip,
    two_slips,
)
from index.tokens import STOP, last_word, stems, stems_of, words_behind

MAX_ASKED = 150  # different stems of one question, the rarest
MOST_RESPELLED = (
    6  # words of a question in which slips are looked for, the first; each takes a millisecond or two
)

IN_ONE_PIECE = 3.0  # how strange a word is that the model reads in one piece, between the two marks around it
OFTEN = 5  # items that have a spelling; what fewer have may be a slip itself, or another name

Strange = Callable[[str], float]  # says how strange a word is to the model: into how many pieces it breaks it
Near = tuple[str, int, tuple[str, ...]]  # a stem or "", how many items have it, and how it may be spelled


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


def in_one_piece(_: str) -> float:
    """Say how strange a word is where there is no model: it is taken as it is typed."""
    return IN_ONE_PIECE


def question(
    text: str, counts: Counts, *, unfinished: bool = False, strange: Strange = in_one_piece
) -> Question:
    """Return what a text asks, its words weighed by how rare they are.

    A word that nothing has is taken for the nearest one that something has, or for a mistyped "with" or "what", which
    says nothing; unfinished: the text is still being typed, so that its last word may be the beginning of one.
    """
    said = stems(text)[:MAX_STEMS]
    asked = Counter(said)
    having = dict(counts.having(asked))
    beginning = _beginning(text, asked, having, counts) if unfinished else ""
    behind = words_behind(text)
    unknown = {stem: behind[stem] for stem in behind if stem in asked and not having.get(stem)}
    elsewhere = sum(word in ELSEWHERE for word in behind.values()) > 1
    near = _near(unknown, counts, strange, elsewhere=elsewhere)
    for stem, (other, times, _) in near.items():
        count = asked.pop(stem)
        if other:
            asked[other] += count
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
        _spelled({word: near[stem] for stem, word in behind.items() if stem in near}, strange),
        counts.items,
    )


def _beginning(text: str, asked: Counter[str], having: dict[str, int], counts: Counts) -> str:
    """Return the last word where nothing has it and something has words that begin so, in the place of its stem."""
    word, stem = last_word(text)
    begun = counts.beginning(word) if word and not having.get(stem) else 0
    if not begun:
        return ""
    asked[word], having[word] = asked.pop(stem), begun
    return word


def _near(
    unknown: Mapping[str, str], counts: Counts, strange: Strange, *, elsewhere: bool
) -> dict[str, Near]:
    """Return for stems that nothing has, given with their words, what each is taken for where there is anything.

    elsewhere: the text is of another language, so that what is said there all the time is no slip.
    """
    mistyped = {
        stem: word
        for stem, word in unknown.items()
        if can_be_respelled(word)
        and not (is_short(word) and strange(word) <= IN_ONE_PIECE)
        and not (elsewhere and word in ELSEWHERE)
    }
    small = {
        stem: ("", 0, meant)
        for stem, word in mistyped.items()
        if (meant := _small_words().get(word)) and strange(word) > IN_ONE_PIECE
    }
    others = [(stem, word) for stem, word in mistyped.items() if stem not in small][:MOST_RESPELLED]
    found = {stem: _nearest(stem, word, counts) for stem, word in others}
    return small | {stem: near for stem, near in found.items() if near}


@cache
def _small_words() -> dict[str, tuple[str, ...]]:
    """Return by what a hasty hand makes of them the words that say nothing by themselves, such as "with"."""
    meant: dict[str, list[str]] = {}
    for word in sorted(STOP):
        for typed in hasty_typing(word):
            meant.setdefault(typed, []).append(word)
    return {typed: tuple(words) for typed, words in meant.items()}


def _nearest(stem: str, word: str, counts: Counts) -> Near | None:
    """Return the nearest stem that items have: the most frequent of those that the likeliest slips lead to."""
    further = () if is_short(word) or word in ELSEWHERE else (_other_slip_away, _two_slips_away)
    for spelled in (_hasty_slip_away, *further):
        spellings = spelled(stem, word)
        having = counts.having(spellings.keys())
        if having:
            best = min(having, key=lambda one: (-having[one], one))
            return best, having[best], tuple(spellings[best])
    return None


def _spelled(near: Mapping[str, Near], strange: Strange) -> dict[str, str]:
    """Return how mistyped words are spelled here, without those that the model knows better as they are typed."""
    spelled = {}
    for typed, (_, times, spellings) in near.items():
        own, before = min(spellings, key=strange), strange(typed)
        if strange(own) < before or (times >= OFTEN and strange(own) == before > IN_ONE_PIECE):
            spelled[typed] = own
    return spelled


def _hasty_slip_away(stem: str, word: str) -> dict[str, list[str]]:
    """Return the stems that a slip in the stem or in the whole word leads to, with what each may be spelled like."""
    return {one: [one] for one in hasty_slip(stem)} | stems_of(hasty_slip(word))


def _other_slip_away(stem: str, word: str) -> dict[str, list[str]]:
    other = {one: [one] for one in one_slip(stem) - hasty_slip(stem)}
    return other | stems_of(one_slip(word) - hasty_slip(word))


def _two_slips_away(stem: str, _: str) -> dict[str, list[str]]:
    return {one: [one] for one in two_slips(stem)}
