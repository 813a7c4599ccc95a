"""The contest: every case asked once, its candidates put in order by each contender."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.backtest.cases import Case
from assistant.backtest.outcome import PRODUCT, Outcome, Sight
from assistant.backtest.past import Past
from index import fusion
from index.fusion import Ask, Candidate
from index.standing import UNKNOWN
from kb.asking import Asking
from kb.manner import AS_SHIPPED, Manner
from kb.search import KNOWN

DEPTH = 50  # places at which answers are noted
SHOWN = 5  # first hits that are kept
FAR = 300  # candidates of each half that are asked for where the answer is not among the usual ones
Candidates = Sequence[tuple[Candidate, int | None]]


@dataclass(frozen=True)
class Contender:
    """A way to rank. score: of a candidate, the higher the better, 0 for none; None: as the desk ranks."""

    name: str
    label: str
    score: Callable[[Ask, Candidate], float] | None = None

    def order(self, asking: Asking, candidates: Candidates) -> list[str]:
        """Return the names of the candidates, best first."""
        if self.score is None:
            return [one.item for one in asking.placed(candidates)]
        scored = [(-self.score(asking.ask, candidate), candidate.item) for candidate, _ in candidates]
        return [item for score, item in sorted(scored) if score < 0]


def by_words(ask: Ask, candidate: Candidate) -> float:
    """Return the BM25 score."""
    return candidate.evidence.score if candidate.evidence else 0.0


def by_meaning(ask: Ask, candidate: Candidate) -> float:
    """Return the cosine of the best passage."""
    return candidate.closest


def with_weights(name: str, label: str, weights: Mapping[str, float]) -> Contender:
    """Return the desk's formula with other weights; unlike the desk it gives names no place of their own."""
    return Contender(name, label, lambda ask, candidate: fusion.scoring(ask, weights)(candidate))


CONTENDERS = (
    Contender(PRODUCT, "Kintsugi"),
    Contender("words", "Words alone (BM25)", by_words),
    Contender("meaning", "Meaning alone", by_meaning),
)


def run(past: Past, cases: Sequence[Case], contenders: Sequence[Contender] = CONTENDERS) -> Iterator[Outcome]:
    """Ask each case and yield what came of it."""
    return (Question(past, case).outcome(contenders) for case in cases)


class Question:
    """One case, asked. names: the items that were right, by their names then."""

    def __init__(self, past: Past, case: Case, manner: Manner = AS_SHIPPED) -> None:
        self.past, self.case, self.manner = past, case, manner
        standing = past.standing(case, case.answers)
        self.names = {name: item for name, item in standing.items() if past.can_find(case, name)}
        self.judged = bool(case.answers) and (bool(self.names) or not standing)
        self.asking = past.ask(case, manner=manner)
        self.candidates = self._candidates(self.asking)
        self.ranked = self.asking.placed(self.candidates)

    def outcome(self, contenders: Sequence[Contender]) -> Outcome:
        """Return what came of it."""
        case, answers = self.case, set(map(self._answer, self.names))
        orders = {one.name: one.order(self.asking, self.candidates) for one in contenders}
        first = self.ranked[0] if self.ranked else None
        right = bool(first and first.item in self.names)
        return Outcome(
            incident_id=case.incident_id,
            answers=len(answers) if self.judged else None,
            places={name: self._places(order) for name, order in orders.items()},
            chance=self.asking.chances(self.ranked)[first.item] if first else 0.0,
            right=right,
            shown=[self._sight(one.item, one.passage) for one in self.ranked[:SHOWN]],
            service_id=case.service_id,
            language=case.language,
            ended_at=case.ended_at.isoformat() if case.ended_at else "",
            **({} if right or not answers else self._missed()),
        )

    def _candidates(self, asking: Asking) -> Candidates:
        own = self.past.standing(self.case, [("incident", self.case.incident_id)])
        found = [
            one
            for one in asking.candidates()
            if one[0].item not in own and self.past.can_find(self.case, one[0].item)
        ]
        best = [one.item for one in asking.placed(found)[:KNOWN]]
        known = self.past.known(self.case, best)
        return [(replace(one, standing=known.get(one.item, UNKNOWN)), passage) for one, passage in found]

    def _answer(self, name: str) -> str:
        return self.case.answers[self.names[name]]

    def _places(self, order: Sequence[str]) -> list[int]:
        """Return the place of each answer: of the first item that stands for it."""
        found: dict[str, int] = {}
        for place, name in enumerate(order[:DEPTH], 1):
            if name in self.names:
                found.setdefault(self._answer(name), place)
        return list(found.values())

    def _missed(self) -> dict[str, object]:
        """Return where the best placed answer stood and what spoke for it and for what came first."""
        asking, candidates, ranked = self.asking, self.candidates, self.ranked
        if not any(one.item in self.names for one in ranked):
            asking = self.past.ask(self.case, FAR, self.manner)
            candidates = self._candidates(asking)
            ranked = asking.placed(candidates)
        parts = {candidate.item: _parts(asking.ask, candidate) for candidate, _ in candidates}
        place, answer = next(
            ((place, one) for place, one in enumerate(ranked, 1) if one.item in self.names), (None, None)
        )
        name = answer.item if answer else min(self.names)
        return {
            "answer": self._sight(name, answer.passage if answer else None),
            "place": place,
            "shown_parts": parts.get(self.ranked[0].item, {}) if self.ranked else {},
            "answer_parts": parts.get(name, {}),
        }

    def _sight(self, name: str, passage: int | None) -> Sight:
        state = self.past.seen[name].state
        return Sight(state.corpus, state.item_id, state.version, *self.past.pieces.get(passage or 0, ("", 0)))


def _parts(ask: Ask, candidate: Candidate) -> dict[str, float]:
    """Return what speaks for a candidate, by name, as the desk weighs it."""
    weights = fusion.shipped_weights()
    return {name: weights[name] * value for name, value in fusion.terms(ask, candidate).items()}
