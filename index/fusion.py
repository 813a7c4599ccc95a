"""How what is known of an item becomes one score; pure, small, and explainable term by term.

Every candidate is looked at from all sides. Meaning counts as far as the question's words are known here: what the
index has never seen, such as another language, the model did not learn to compare either. Words count more the
stranger the question is to the model (codes and logs are spelled, not meant), and the better they tell one item from
another. A long question is also asked by its headline, because its length hides what it is about. What a desk knows
of an item besides its text counts little and never against it: it decides between items that the text holds equal.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

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
    known = max(ask.known, LEAST_KNOWN)
    words = candidate.evidence.score / known if candidate.evidence else 0.0
    return {
        "meaning": candidate.meaning * known,
        "headline": candidate.headline * known,
        "closest": candidate.closest * known,
        "opening": candidate.opening * known * ask.length,
        "agreement": candidate.agreement * known,
        "words": words,
        "strange_words": words * ask.strange,
        "sharp_words": words * ask.sharpness,
        "identifier": 1.0 if candidate.evidence and candidate.evidence.identifiers else 0.0,
        "spelling": candidate.spelling,
        **standing.terms(candidate.standing),
    }


def score(ask: Ask, candidate: Candidate, weights: Mapping[str, float] | None = None) -> float:
    """Return one score for a candidate; it means the same for every question. weights: the shipped ones by default."""
    weighed = weights if weights is not None else shipped_weights()
    return sum(weighed[name] * value for name, value in terms(ask, candidate).items())


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
