"""How what two halves say about an item becomes one score; pure, small, and explainable term by term.

Every candidate of either half is scored by both. Meaning counts as far as the question's words are known here: what
the index has never seen, such as another language, the model did not learn to compare either. Words count more
the stranger the question is to the model: codes and logs are spelled, not meant.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from index.lexical import Evidence

PROSE = 1.2  # pieces per word in ordinary prose
STRANGEST = 1.5  # no question counts as stranger than this, on a logarithmic scale


@dataclass(frozen=True)
class Ask:
    """What a question is like. known: share of its words' weight that the index knows; strangeness: pieces per word."""

    known: float = 1.0
    strangeness: float = PROSE

    @property
    def strange(self) -> float:
        """How far the question is from prose, from 0 to 1.5."""
        return min(STRANGEST, math.log(max(1.0, self.strangeness / PROSE)))


@dataclass(frozen=True)
class Candidate:
    """What both halves say about one item. meaning, headline: cosine of its best passage and of its title."""

    item: str
    meaning: float = 0.0
    headline: float = 0.0
    evidence: Evidence | None = None


def terms(ask: Ask, candidate: Candidate) -> dict[str, float]:
    """Return what speaks for a candidate, by name, before it is weighed."""
    words = candidate.evidence.score / max(ask.known, 0.05) if candidate.evidence else 0.0
    return {
        "meaning": candidate.meaning * ask.known,
        "headline": candidate.headline * ask.known,
        "closest": max(candidate.meaning, candidate.headline) * ask.known,
        "words": words,
        "strange_words": words * ask.strange,
        "identifier": 1.0 if candidate.evidence and candidate.evidence.identifiers else 0.0,
    }


def score(ask: Ask, candidate: Candidate, weights: Mapping[str, float] | None = None) -> float:
    """Return one score for a candidate; it means the same for every question. weights: the shipped ones by default."""
    weighed = shipped()["weights"] if weights is None else weights
    return sum(weighed[name] * value for name, value in terms(ask, candidate).items())


@cache
def shipped() -> dict[str, dict[str, float]]:
    """Return the coefficients that come with the product; bench/quality.py says how they were found."""
    loaded: dict[str, dict[str, float]] = json.loads(
        files("index").joinpath("fusion.json").read_text("utf-8")
    )
    return loaded
