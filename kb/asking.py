"""One question to both halves of the index: who is proposed, and what is known of each of them."""

import logging
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from index import calibration, fusion, plan, spelling
from index.fusion import Ask, Candidate
from index.hits import Allowed, Hit
from index.lexical import Evidence, Question
from index.respelling import respelled
from index.standing import Standing
from kb.live import TROUBLES, Halves
from kb.manner import AS_SHIPPED, Manner
from kb.passages import NAMED_WORDS, NAMING, headline, items_numbered
from kb.phrases import PHRASE, Phrasebook, Readable

if TYPE_CHECKING:
    from index.vectors import Vectors

log = logging.getLogger(__name__)
AT_ONCE = 8  # questions whose halves are asked side by side; a further one waits
POOL = plan.candidates(0)  # that each half proposes at least; among many items it proposes more
SPELLED = 30  # of them are compared letter by letter, the best ones
LONGEST = 20_000  # characters of a question; more is a log
NAMED = 0.99
SIXTH = 5  # the place, from 0, whose score shows how sharply words tell the items apart
STEEP, MANY = (
    15.0,
    30.0,
)  # how much a near passage counts above a far one; how little a long item gains by length
ENVIRONMENT = "environment"
NEARLY = 0.15  # of cosine
BORROWED = (
    0.05  # of cosine: an article with many phrases is near to many questions, and must be nearer by so much
)

_ASIDE = ThreadPoolExecutor(AT_ONCE, "meaning")

Proposed = tuple[Candidate, int | None]


@dataclass(frozen=True)
class Ranked:
    """A candidate in its place. nearness: its best cosine; passage: id of its best passage by meaning.

    named: it bears what was asked for.
    """

    candidate: Candidate
    score: float
    nearness: float
    passage: int | None
    named: bool

    @property
    def item(self) -> str:
        """Its name in the index."""
        return self.candidate.item

    @property
    def evidence(self) -> Evidence | None:
        """Its words in common with the question."""
        return self.candidate.evidence

    @property
    def corpus(self) -> str:
        """The kind of item."""
        return self.item.partition(":")[0]

    @property
    def item_id(self) -> int:
        """Its id among its kind."""
        return int(self.item.partition(":")[2])

    @property
    def place(self) -> tuple[str, int]:
        """Its kind and its id."""
        return self.corpus, self.item_id


class Asking:
    """One question to both halves of the index, each of which may be missing or fail."""

    def __init__(
        self,
        halves: Halves,
        text: str,
        allowed: Allowed,
        pool: int = POOL,
        *,
        unfinished: bool = False,
        phrases: Phrasebook | None = None,
        without: Collection[int] = (),
        manner: Manner = AS_SHIPPED,
    ) -> None:
        """Ask a text. phrases: in which words articles are known, else those that are allowed. without: passages."""
        self.text, self.allowed, self.pool, self.unfinished = text[:LONGEST], allowed, pool, unfinished
        self.phrases, self.without = phrases or Readable(allowed.scopes), without
        self.vectors, self.words, self.encoder = halves
        self.said = self.text  # with mistyped words put right
        self.near: list[str] = []  # what was found by meaning
        self.manner = manner
        self.troubles: list[str] = []
        self.question: Question | None = None
        self.read: Any = None  # the vector of the question as the model reads it
        self.whole: Any = None  # as it is asked
        self.opening: Any = None  # the vector of its headline, None where that is all of it
        self._take_for(Ask())

    def ranked(self) -> list[Ranked]:
        """Return every candidate of either half, best first."""
        return self.placed(self.candidates())

    def placed(self, candidates: Iterable[Proposed]) -> list[Ranked]:
        """Return these candidates of this question in their places, best first."""
        ranked = [self._placed(candidate, passage) for candidate, passage in candidates]
        return sorted(ranked, key=lambda one: (not one.named, -one.score, one.item))

    def known(self, ranked: Iterable[Ranked], standings: Mapping[str, Standing]) -> list[Ranked]:
        """Return what was found in its places when what the desk knows of it is counted too."""
        return self.placed(
            (replace(one.candidate, standing=standings.get(one.item, one.candidate.standing)), one.passage)
            for one in ranked
        )

    def candidates(self) -> list[Proposed]:
        """Return what either half proposes, seen by both, each with the id of its best passage by meaning."""
        if not self.text.strip():
            return []
        numbered = items_numbered(self.text)
        self.question = self._read_by_words()
        if self.question:
            self.said = respelled(self.text, self.question.spelled)
            self.pool = max(self.pool, plan.candidates(self.question.items))
        meaning = _ASIDE.submit(self._by_meaning)  # hardly any of either half needs the other's Python
        by_words = self._by_words()
        evidence = self._weighed({*by_words, *numbered})
        self.opening = self._opened()
        self.near = meaning.result()
        items = sorted({*self.near, *by_words, *numbered})
        evidence |= self._weighed([item for item in items if item not in evidence])
        for item, name in numbered.items():
            evidence.setdefault(item, Evidence(item, identifiers=frozenset({name})))
        self._take_for(self._like(evidence))
        meant, opened = self._meant(items)
        return self._spelled(
            [_candidate(item, meant.get(item, []), opened, evidence.get(item)) for item in items]
        )

    def solved(self, ranked: Sequence[Ranked]) -> float:
        """Return how likely somebody solved it before, given everything that was found.

        What only words proposed is no neighbour; which item is the last of these may depend on what is hidden.
        """
        if any(one.named for one in ranked):
            return NAMED
        near = set(self.near) or {one.item for one in ranked}
        around = [one.nearness for one in ranked if one.item in near]
        return calibration.solved(calibration.surroundings(around, self.ask.length))

    def chances(self, ranked: Sequence[Ranked]) -> dict[str, float]:
        """Return by item how likely each helps; what bears the name that was asked for is what was asked for."""
        solved, first = self.solved(ranked), [one.score for one in ranked[: 1 + calibration.RIVALS]]
        return {
            one.item: NAMED
            if one.named
            else solved * calibration.stands_out(one.score, first[:place] + first[place + 1 :])
            for place, one in enumerate(ranked)
        }

    @property
    def answered(self) -> bool:
        """Whether at least one half of the index could be asked."""
        return self.question is not None or self.whole is not None

    def _by_meaning(self) -> list[str]:
        if self.vectors is None or self.encoder is None:
            return []
        try:
            read = self.encoder.encode([self.said])
            self.read, self.whole = read[0], self._turned(read)
            return self._nearest(self.vectors)
        except Exception:  # whatever a native library does, the other half still answers
            log.exception("the search by meaning failed")
            self.whole = None
            self.troubles.append(TROUBLES["vectors"])
            return []

    def _nearest(self, vectors: "Vectors") -> list[str]:
        """Return the nearest items, an article that is near in several ways once; as many as the pool has room for."""
        wanted = self.pool + self.phrases.spare
        while True:
            hits = vectors.search(self.whole, wanted, self.allowed)
            known = (self.phrases.article(hit.item) for hit in hits if hit.id not in self.without)
            items = list(dict.fromkeys(item for item in known if item is not None))
            if len(items) >= self.pool or len(hits) < wanted:
                return items[: self.pool]
            wanted *= 2

    def _opened(self) -> Any:
        """Return the vector of the question's headline, None where that is all there is or it cannot be read."""
        opening = headline(self.said)
        if self.vectors is None or self.encoder is None or len(opening) >= len(self.said.strip()):
            return None
        try:
            return self._turned(self.encoder.encode([opening]))
        except Exception:  # whatever a native library does, the whole question still counts
            log.exception("the headline could not be read")
            return None

    def _turned(self, read: Any) -> Any:
        """Return the vector that is asked for the one that was read, of shape (1, dimension)."""
        return (self.manner.adapter.of(read) if self.manner.adapter else read)[0]

    def _read_by_words(self) -> Question | None:
        if self.words is None:
            return None
        try:
            strange = self.encoder.strangeness if self.encoder else None
            return self.words.ask(self.text, self.allowed, unfinished=self.unfinished, strange=strange)
        except Exception:  # whatever a native library does, the other half still answers
            log.exception("the question could not be read by its words")
            self.troubles.append(TROUBLES["words"])
            return None

    def _by_words(self) -> list[str]:
        if self.words is None or self.question is None:
            return []
        try:
            return [hit.item for hit in self.words.search(self.question, self.pool, self.allowed)]
        except Exception:  # whatever a native library does, the other half still answers
            log.exception("the search by words failed")
            self.question = None
            self.troubles.append(TROUBLES["words"])
            return []

    def _weighed(self, items: Collection[str]) -> dict[str, Evidence]:
        return self.words.weigh(self.question, items) if self.words and self.question else {}

    def _take_for(self, ask: Ask) -> None:
        """Score every candidate from now on as fits a question like this."""
        self.ask, self._score = ask, fusion.scoring(ask, self.manner.weights)

    def _like(self, evidence: Mapping[str, Evidence]) -> Ask:
        """Return what the question is like, for the model and for the words of what may be read."""
        scores = sorted((one.score for one in evidence.values()), reverse=True) or [0.0]
        sixth = scores[min(SIXTH, len(scores) - 1)]
        return Ask(
            known=self.question.known if self.question else 1.0,
            strangeness=self.encoder.strangeness(self.said) if self.encoder else 1.0,
            words=len((self.question.text if self.question else self.text).split()),
            sharpness=(scores[0] - sixth) / scores[0] if scores[0] else 0.0,
        )

    def _meant(self, items: Sequence[str]) -> tuple[dict[str, list[Hit]], dict[str, float]]:
        """Return the passages of items, nearest first, and how near each item is to the question's headline."""
        if self.vectors is None or self.whole is None:
            return {}, {}
        asked = [self.whole] if self.opening is None else [self.whole, self.opening]
        phrases = self.phrases.of(items)
        meant, *shorter = [
            self._told(hits, phrases) for hits in self.vectors.score(asked, [*items, *phrases])
        ]
        opened = shorter[0] if shorter else meant
        return meant, {item: hits[0].score for item, hits in opened.items()}

    def _told(self, scored: Mapping[str, list[Hit]], phrases: Mapping[str, str]) -> dict[str, list[Hit]]:
        """Return the passages of items, nearest first, those of an article with its phrases."""
        told = {name: hits for name, hits in scored.items() if name not in phrases}
        for name in scored.keys() & phrases.keys():
            item = phrases[name]
            mine = [*told.get(item, ()), *(hit for hit in scored[name] if hit.id not in self.without)]
            told[item] = sorted(mine, key=lambda hit: -hit.score)
        return {item: hits for item, hits in told.items() if hits}

    def _nearness(self, candidate: Candidate) -> float:
        """Return how near a candidate is, by words where meaning cannot be asked."""
        if self.whole is not None:
            return candidate.closest
        return candidate.evidence.cover if candidate.evidence else 0.0

    def _spelled(self, proposed: Sequence[Proposed]) -> list[Proposed]:
        """Compare the best candidates with the question letter by letter."""
        if self.question is None:
            return list(proposed)
        said = [one for one in proposed if one[0].evidence]
        best = sorted(said, key=lambda one: (-self._score(one[0]), one[0].item))[:SPELLED]
        texts = [candidate.evidence.text for candidate, _ in best if candidate.evidence]
        alike = spelling.likeness(self.question.text, texts)
        spelled = {
            candidate.item: replace(candidate, spelling=value)
            for (candidate, _), value in zip(best, alike, strict=True)
        }
        return [(spelled.get(candidate.item, candidate), passage) for candidate, passage in proposed]

    def _placed(self, candidate: Candidate, passage: int | None) -> Ranked:
        evidence = candidate.evidence
        named = bool(evidence and evidence.identifiers and self._asks_for_a_name())
        score, nearness = self._score(candidate), self._nearness(candidate)
        return Ranked(candidate, score, nearness, passage, named)

    def _asks_for_a_name(self) -> bool:
        """Say whether the question is an identifier and hardly anything else."""
        return len(self.text.split()) <= NAMED_WORDS


def _candidate(
    item: str, passages: Sequence[Hit], opened: Mapping[str, float], evidence: Evidence | None
) -> Proposed:
    own = [hit for hit in passages if hit.part != PHRASE]
    told = [hit.score - BORROWED for hit in passages if hit.part == PHRASE]
    titles = [hit.score for hit in own if hit.part in NAMING]
    bodies = [hit for hit in own if hit.part not in NAMING]
    meaning = max([bodies[0].score if bodies else max(titles, default=0.0), *told[:1]])
    candidate = Candidate(
        item=item,
        meaning=meaning,
        headline=max(titles, default=meaning),
        opening=opened.get(item, 0.0),
        agreement=_agreement([hit.score for hit in own]),
        evidence=evidence,
    )
    return candidate, _telling(bodies)


def _agreement(cosines: Sequence[float]) -> float:
    """Return the cosine that stands for all passages: near the best one, more when several say the same."""
    if not cosines:
        return 0.0
    together = sum(math.exp(STEEP * cosine) for cosine in cosines)
    return math.log(together) / STEEP - math.log(len(cosines)) / MANY


def _telling(bodies: Sequence[Hit]) -> int | None:
    """Return the passage to show: the nearest one, but not the environment where another says nearly as much."""
    near = [hit for hit in bodies if hit.part != ENVIRONMENT and hit.score > bodies[0].score - NEARLY]
    return next((hit.id for hit in (*near, *bodies)), None)
