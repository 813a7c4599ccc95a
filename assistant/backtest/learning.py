"""What a desk learns from its choices: how to turn a question, and how to weigh what speaks for an item.

The earlier half of the incidents teaches, the later half judges: each is asked through the desk's own ranking with and
without what was learned. What is in use is learned from all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assistant.backtest import figures
from assistant.backtest.cases import Case
from assistant.backtest.choices import Record
from assistant.backtest.contest import CONTENDERS, Question
from assistant.backtest.gate import Offer
from assistant.backtest.outcome import PRODUCT, Outcome
from assistant.backtest.past import Past
from index import adapter, fusion, refit
from index.adapter import Lesson
from index.refit import Choice
from kb import tuning
from kb.manner import AS_SHIPPED, Manner
from kb.tuning import ADAPTER, RANKING

FEWEST = 40  # incidents of a half
MOST = 1000  # the newest
NEAR = 20  # candidates that an incident teaches to tell apart
MEASURE = "nDCG@10"
Tell = Callable[..., object]


@dataclass(frozen=True)
class Example:
    """An incident that had been solved before. vector: of its question; right, near: names of items as of then."""

    case: Case
    vector: Any
    right: frozenset[str]
    near: Sequence[str]
    choice: Choice
    outcome: Outcome


@dataclass(frozen=True)
class Pupil:
    """Learns one kind of thing from examples: a manner with it, None where nothing is better.

    kept: what of a manner is written down, and what is too long to be read.
    """

    kind: str
    teach: Callable[[Past, Sequence[Example], Manner], Manner | None]
    kept: Callable[[Manner, str], tuple[Mapping[str, Any], bytes | None]]
    shipped: Mapping[str, Any]


def learn(past: Past, cases: Sequence[Case], record: Record, tell: Tell) -> list[Offer]:
    """Return what each pupil offers; the second learns on top of what the first found."""
    judged = sorted((case for case in cases if case.answers and case.ended_at), key=_ended)[-MOST:]
    early, whole = AS_SHIPPED, AS_SHIPPED
    offers = []
    for pupil in PUPILS:
        examples = list(_examples(past, judged, record, early, tell))
        half = len(examples) // 2
        found = pupil.teach(past, examples[:half], early) if half >= FEWEST else None
        worth = _worth(past, examples[half:], found, tell) if half >= FEWEST else None
        better = bool(found and worth and worth["gain"][1] > 0)
        if better and found is not None:
            all_of_it = pupil.teach(past, list(_examples(past, judged, record, whole, tell)), whole)
            early, whole = found, all_of_it or whole
            better = all_of_it is not None
        told = {"labels": len(examples), "before": None, "gain": None, "better": better} | (worth or {})
        kept = pupil.kept(whole, past.live.fingerprint or "") if better else (pupil.shipped, None)
        offers.append(Offer(pupil.kind, better, kept[0], told, pupil.shipped, kept[1]))
    return offers


def _ended(case: Case) -> tuple[Any, int]:
    return case.ended_at, case.incident_id


def _examples(past: Past, cases: Sequence[Case], record: Record, manner: Manner, tell: Tell) -> Any:
    for number, case in enumerate(cases, 1):
        question = Question(past, case, manner)
        tell("Learning from choices", number, len(cases))
        if question.names:
            yield _example(past, question, record)


def _example(past: Past, question: Question, record: Record) -> Example:
    case, ask = question.case, question.asking.ask
    near = [one.item for one in question.ranked[:NEAR]]
    candidates = {candidate.item: candidate for candidate, _ in question.candidates}
    looked = [name for name in dict.fromkeys([*near, *question.names]) if name in candidates]
    terms = [list(fusion.terms(ask, candidates[name]).values()) for name in looked]
    turned_down = past.standing(case, record.of(case.incident_id).rejected)
    choice = Choice(
        np.array(terms, dtype=np.float64).reshape(len(looked), -1),
        np.array([name in question.names for name in looked], dtype=bool),
        np.array([name in turned_down and name not in question.names for name in looked], dtype=bool),
        record.seen(case.incident_id),
    )
    outcome = question.outcome(CONTENDERS[:1])
    return Example(case, question.asking.read, frozenset(question.names), near, choice, outcome)


def _worth(past: Past, later: Sequence[Example], found: Manner | None, tell: Tell) -> dict[str, Any]:
    """Return how well the later incidents are found without what was learned, and by how much better with it."""
    before = [one.outcome for one in later]
    quality = figures.quality(before, PRODUCT)[MEASURE][0]
    if found is None:
        return {"before": quality, "gain": [0.0, 0.0, 0.0]}
    after = []
    for number, one in enumerate(later, 1):
        after.append(Question(past, one.case, found).outcome(CONTENDERS[:1]))
        tell("Checking what was learned", number, len(later))
    return {"before": quality, "gain": figures.since(after, before)[MEASURE]}


def _turned(past: Past, examples: Sequence[Example], manner: Manner) -> Manner | None:
    """Learn how to turn a question."""
    asked = [one for one in examples if one.vector is not None]
    names = sorted({name for one in asked for name in (*one.near, *one.right)})
    if past.live.vectors is None or not asked:
        return None
    held = past.live.vectors.held(names)
    order = np.argsort(held.items, kind="stable")
    items, starts = np.unique(held.items[order], return_index=True)
    right = np.array([[item.decode() in one.right for item in items] for one in asked])
    some = right.any(axis=1)
    vectors = np.stack([one.vector for one in asked]).astype(np.float32)
    lesson = Lesson(vectors[some], held.vectors[order].astype(np.float32), starts, right[some])
    found = adapter.learned(lesson) if some.sum() >= FEWEST // 2 else None
    return replace(manner, adapter=found) if found else None


def _weighed(past: Past, examples: Sequence[Example], manner: Manner) -> Manner | None:
    """Learn how to weigh the terms."""
    choices = [one.choice for one in examples if one.choice.right.any() and not one.choice.right.all()]
    if not choices:
        return None
    return replace(manner, weights=refit.refitted(choices, _in_order()))


def _in_order() -> dict[str, float]:
    """Return the shipped weights in the order of the terms."""
    shipped = fusion.shipped_weights()
    return {name: shipped[name] for name in fusion.terms(fusion.Ask(), fusion.Candidate(""))}


def _map(manner: Manner, recipe: str) -> tuple[Mapping[str, Any], bytes | None]:
    found = manner.adapter
    kept = {"recipe": recipe, "rank": len(found.down) if found else 0}
    return kept, tuning.written(found) if found else None


PUPILS = (
    Pupil(ADAPTER, _turned, _map, {"recipe": "", "rank": 0}),
    Pupil(RANKING, _weighed, lambda manner, _: (dict(manner.weights or {}), None), {}),
)
