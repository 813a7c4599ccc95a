"""How what is known of an item becomes one score; pure, small, and explainable term by term.

Every candidate is looked at from all sides. Meaning counts as far as the question's words are known here: what the
index has never seen, such as another language, the model did not learn to compare either. Words count more the
stranger the question is to the model (codes and logs are spelled, not meant), and the better they tell one item from
another. A long question is also asked by its headline, because its length hides what it is about. What a desk knows
of an item besides its text counts little and never against it: it decides between items that the text holds equal.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import mul

from index import standing
from index.lexical import Evidence
from index.standing import UNKNOWN, Standing

PROSE = 1.2  # pieces per word in ordinary prose
STRANGEST = 1.5  # no question counts as stranger than this, on a logarithmic scale
LONG = 200  # words; a longer question is not longer still
LEAST_KNOWN = 0.05  # even where no word of a question is known here, meaning puts the items in an order


@dataclass(frozen=True)
class Ask:
    """What a question is like.

    known: share of its words' weight that the index knows. strangeness: pieces per word. words: how many it has.
    sharpness: how far the best item by words stands above the sixth, as a share of it.
    """

    known: float = 1.0
    strangeness: float = PROSE
    words: int = 0
    sharpness: float = 0.0

    @property
    def strange(self) -> float:
        """How far the question is from prose, from 0 to 1.5."""
        return min(STRANGEST, math.log(max(1.0, self.strangeness / PROSE)))

    @property
    def length(self) -> float:
        """How long the question is, from 0 to 1, on a logarithmic scale."""
        return min(1.0, math.log1p(self.words) / math.log(LONG))


@dataclass(frozen=True)
class Candidate:
    """What is known of one item. meaning, headline: cosine of its best passage and of its title.

    opening: best cosine of the question's headline. agreement: how many passages are near, as a cosine.
    spelling: likeness of letters, for the first candidates only. standing: what the desk knows of it.
    """

    item: str
    meaning: float = 0.0
    headline: float = 0.0
    opening: float = 0.0
    agreement: float = 0.0
    evidence: Evidence | None = None
    spelling: float = 0.0
    standing: Standing = UNKNOWN

    @property
    def closest(self) -> float:
        """The best cosine of anything it says."""
        return max(self.meaning, self.headline)


def terms(ask: Ask, candidate: Candidate) -> dict[str, float]:
    """Return what speaks for a candidate, by name, before it is weighed."""
    factors = _factors(ask)
    return dict(zip(factors, map(mul, factors.values(), _sides(candidate)), strict=True)) | standing.terms(
        candidate.standing
    )


def scoring(ask: Ask, weights: Mapping[str, float] | None = None) -> Callable[[Candidate], float]:
    """Return what gives each candidate of a question its score: the sum of its terms, weighed.

    A score means the same for every question. weights: the shipped ones by default.
    """
    weighed = weights if weights is not None else shipped_weights()
    coefficients = [weighed[name] * factor for name, factor in _factors(ask).items()]

    def score(candidate: Candidate) -> float:
        said = sum(map(mul, coefficients, _sides(candidate)))
        if candidate.standing is UNKNOWN:
            return said
        return said + sum(weighed[name] * value for name, value in standing.terms(candidate.standing).items())

    return score


def _factors(ask: Ask) -> dict[str, float]:
    """Return how far each side of a candidate counts for a question, by the name of its term."""
    known = max(ask.known, LEAST_KNOWN)
    return {
        "meaning": known,
        "headline": known,
        "closest": known,
        "opening": known * ask.length,
        "agreement": known,
        "words": 1 / known,
        "strange_words": ask.strange / known,
        "sharp_words": ask.sharpness / known,
        "identifier": 1.0,
        "spelling": 1.0,
    }


def _sides(candidate: Candidate) -> tuple[float, ...]:
    """Return what is known of a candidate's text, in the order of the factors."""
    evidence = candidate.evidence
    words = evidence.score if evidence else 0.0
    return (
        candidate.meaning,
        candidate.headline,
        candidate.closest,
        candidate.opening,
        candidate.agreement,
        words,
        words,
        words,
        1.0 if evidence and evidence.identifiers else 0.0,
        candidate.spelling,
    )


@cache
def shipped_weights() -> dict[str, float]:
    """Return the weights that come with the product: of the text, and of what a desk knows besides."""
    return shipped()["weights"] | shipped()["desk"]


@cache
def shipped() -> dict[str, dict[str, float]]:
    """Return the coefficients that come with the product; bench/fusion.py says how they were found."""
    loaded: dict[str, dict[str, float]] = json.loads(
        files("index").joinpath("fusion.json").read_text("utf-8")
    )
    return loaded
