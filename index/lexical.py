"""How a question's words weigh, and how much of them an item has; pure.

BM25 with the weights of what the viewer may read, told as a share of what the question itself could reach,
so that a score means the same in every desk and for every question.
"""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

K1, B = 1.2, 0.75  # Robertson and Zaragoza 2009, the usual values
TITLE_TIMES = 3  # a word of the title counts as three words of the text


@dataclass(frozen=True)
class Question:
    """What is asked of the word index.

    counts: how often each stem is asked. weights: how rare each is among what may be read. mean_length: stems
    of an item there. known: share of the question's weight in stems that any of them has. identifiers: names that
    mean one thing. beginning: one of the stems, which stands for every word that begins so. text: all its stems in
    their order. spelled: how mistyped words are spelled here, but for those that the model knows better as typed.
    items: how many may be read.
    """

    counts: Mapping[str, int]
    weights: Mapping[str, float]
    mean_length: float
    known: float = 1.0
    identifiers: frozenset[str] = frozenset()
    beginning: str = ""
    text: str = ""
    spelled: Mapping[str, str] = field(default_factory=dict)
    items: int = 0

    @cached_property
    def total(self) -> float:
        """The summed rarity of its stems."""
        return sum(self.weights.values())

    @cached_property
    def worth(self) -> dict[str, float]:
        """The most that each stem can add to a score."""
        return {stem: self.counts[stem] * weight * (K1 + 1) for stem, weight in self.weights.items()}

    @cached_property
    def reach(self) -> float:
        """The score of an endless item that says nothing but the question."""
        return sum(self.worth.values())


@dataclass(frozen=True)
class Document:
    """An item as the word index keeps it: stems of its title, stems of all its text, its identifiers.

    text: with the stems of the title first, so often as they count, and a space between each two.
    """

    item: str
    title: Sequence[str]
    text: str
    identifiers: Collection[str] = ()

    @cached_property
    def length(self) -> int:
        """How many stems it says."""
        return self.text.count(" ") + 1 if self.text else 0

    @cached_property
    def said(self) -> str:
        """Its stems in their order, each word of the title once."""
        again = sum(len(stem) + 1 for stem in self.title) * (TITLE_TIMES - 1)
        return self.text[again:]


@dataclass(frozen=True)
class Evidence:
    """What speaks for an item by its words; every figure is a share from 0 to 1.

    score: BM25 of what the question could reach. cover: the question's rare words that it has. stems: of the
    question, the rarest first. text: its own stems.
    """

    item: str
    score: float = 0.0
    cover: float = 0.0
    identifiers: frozenset[str] = frozenset()
    stems: tuple[str, ...] = field(default=())
    text: str = field(default="", repr=False)


def rarity(having: int, items: int) -> float:
    """Return the weight of a stem that so many of the items have."""
    return math.log(1 + (items - having + 0.5) / (having + 0.5))


def weigh(question: Question, document: Document) -> Evidence:
    """Return what speaks for a document by its words."""
    said = document.text.split()
    times_of = Counter(filter(question.weights.__contains__, said))
    if question.beginning:
        times_of[question.beginning] = sum(stem.startswith(question.beginning) for stem in said)
    had = [stem for stem in question.weights if times_of.get(stem)]
    norm = K1 * (1 - B + B * len(said) / (question.mean_length or 1))
    shares = (question.worth[stem] * times_of[stem] / (times_of[stem] + norm) for stem in had)
    return Evidence(
        item=document.item,
        score=_share(sum(shares), question.reach),
        cover=_share(sum(map(question.weights.__getitem__, had)), question.total),
        identifiers=question.identifiers & frozenset(document.identifiers),
        stems=tuple(sorted(had, key=question.weights.__getitem__, reverse=True)),
        text=document.said,
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
