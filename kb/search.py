"""Find what may help: words and meaning over what a viewer may read, as one list with reasons.

The index proposes, over permitted classes only; the database has the last word on every hit.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from index import calibration, fusion
from index.fusion import Ask, Candidate
from index.hits import Allowed, Hit
from index.lexical import Evidence, Question
from kb.embeddings import Embedding
from kb.live import TROUBLES, Live
from kb.passages import TITLE, excerpt, items_numbered
from kb.viewer import Viewer

log = logging.getLogger(__name__)
POOL = 50  # candidates that each half proposes
LONGEST = 20_000  # characters of a question; more is a log
NAMED_WORDS = 3  # a question of so few words with an identifier asks for what bears it
NAMED = 0.99
TERMS = 8
ENVIRONMENT = "environment"
NEARLY = 0.15  # of cosine
CORPORA = ("article", "incident")


@dataclass(frozen=True)
class Found:
    """One hit. score orders the list; probability that it helps and band say it to people.

    passage, part: the piece of text that fits best. terms: words and identifiers of the question that it has.
    """

    corpus: str
    item_id: int
    score: float
    probability: float
    band: str
    passage: str
    part: str
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """Hits, best first. degraded: what was not available, as sentences. nothing: none of the hits can be trusted."""

    hits: list[Found]
    degraded: tuple[str, ...]
    nothing: bool
    took_ms: float
    recipe: str | None


@dataclass(frozen=True)
class Ranked:
    """A candidate in its place. passage: id of its best passage by meaning; named: it bears what was asked for."""

    item: str
    score: float
    passage: int | None
    evidence: Evidence | None
    named: bool

    @property
    def corpus(self) -> str:
        """The kind of item."""
        return self.item.partition(":")[0]

    @property
    def item_id(self) -> int:
        """Its id among its kind."""
        return int(self.item.partition(":")[2])


def find(
    db: Session,
    live: Live,
    text: str,
    viewer: Viewer,
    *,
    corpora: Collection[str] = CORPORA,
    k: int = 10,
    exclude: frozenset[tuple[str, int]] = frozenset(),
    unfinished: bool = False,
) -> Answer:
    """Return the k items that most likely help with a text, among those that the viewer may read.

    exclude: items, as (corpus, id), that must not be shown, such as the incident that asks. unfinished: somebody
    still types, so that the last word may be the beginning of one.
    """
    started = time.perf_counter()
    live.catch_up(db)
    own = {f"incident:{item_id}" for item_id in viewer.own} if "incident" in corpora else set()
    allowed = Allowed(live.scopes_of(viewer, corpora), frozenset(own))
    search = Asking(live, text[:LONGEST], allowed, max(POOL, k + len(exclude)), unfinished=unfinished)
    hidden = {f"{corpus}:{item_id}" for corpus, item_id in exclude}
    wanted = [one for one in search.ranked() if one.corpus in corpora and one.item not in hidden]
    ranked = _readable(db, live, viewer, wanted)
    chances = _chances(ranked)
    return Answer(
        hits=_explained(db, search, list(zip(ranked, chances, strict=True))[:k]),
        degraded=tuple(dict.fromkeys((*live.troubles.values(), *search.troubles))),
        nothing=search.answered and (not ranked or chances[0] < calibration.FLOOR),
        took_ms=(time.perf_counter() - started) * 1000,
        recipe=live.fingerprint,
    )


class Asking:
    """One question to both halves of the index, each of which may be missing or fail."""

    def __init__(
        self, live: Live, text: str, allowed: Allowed, pool: int, *, unfinished: bool = False
    ) -> None:
        self.text, self.allowed, self.pool, self.unfinished = text, allowed, pool, unfinished
        self.vectors, self.words, self.encoder = live.vectors, live.words, live.encoder
        self.troubles: list[str] = []
        self.question: Question | None = None
        self.vector: Any = None
        self.ask = Ask()

    def ranked(self) -> list[Ranked]:
        """Return every candidate of either half, best first."""
        ranked = [self._placed(candidate, passage) for candidate, passage in self.candidates()]
        return sorted(ranked, key=lambda one: (not one.named, -one.score, one.item))

    def candidates(self) -> list[tuple[Candidate, int | None]]:
        """Return what either half proposes, seen by both, each with the id of its best passage by meaning."""
        if not self.text.strip():
            return []
        numbered = items_numbered(self.text)
        items = {*self._by_meaning(), *self._by_words(), *numbered}
        self.ask = Ask(
            known=self.question.known if self.question else 1.0,
            strangeness=self.encoder.strangeness(self.text) if self.encoder else 1.0,
        )
        evidence = {item: Evidence(item, identifiers=frozenset({name})) for item, name in numbered.items()}
        evidence |= self.words.weigh(self.question, items) if self.words and self.question else {}
        meant = self.vectors.score(self.vector, items) if self.vectors and self.vector is not None else {}
        return [_candidate(item, meant.get(item, []), evidence.get(item)) for item in items]

    @property
    def answered(self) -> bool:
        """Whether at least one half of the index could be asked."""
        return self.question is not None or self.vector is not None

    def _by_meaning(self) -> list[str]:
        if self.vectors is None or self.encoder is None:
            return []
        try:
            self.vector = self.encoder.encode([self.text])[0]
            return [hit.item for hit in self.vectors.search(self.vector, self.pool, self.allowed)]
        except Exception:  # whatever a native library does, the other half still answers
            log.exception("the search by meaning failed")
            self.vector = None
            self.troubles.append(TROUBLES["vectors"])
            return []

    def _by_words(self) -> list[str]:
        if self.words is None:
            return []
        try:
            self.question = self.words.ask(self.text, self.allowed, unfinished=self.unfinished)
            return [hit.item for hit in self.words.search(self.question, self.pool, self.allowed)]
        except Exception:  # whatever a native library does, the other half still answers
            log.exception("the search by words failed")
            self.question = None
            self.troubles.append(TROUBLES["words"])
            return []

    def _placed(self, candidate: Candidate, passage: int | None) -> Ranked:
        evidence = candidate.evidence
        named = bool(evidence and evidence.identifiers and self._asks_for_a_name())
        return Ranked(candidate.item, fusion.score(self.ask, candidate), passage, evidence, named)

    def _asks_for_a_name(self) -> bool:
        """Say whether the question is an identifier and hardly anything else."""
        return len(self.text.split()) <= NAMED_WORDS


def _candidate(item: str, passages: Sequence[Hit], evidence: Evidence | None) -> tuple[Candidate, int | None]:
    titles = [hit.score for hit in passages if hit.part == TITLE]
    bodies = [hit for hit in passages if hit.part != TITLE]
    meaning = bodies[0].score if bodies else max(titles, default=0.0)
    candidate = Candidate(item, meaning, max(titles, default=meaning), evidence)
    return candidate, _telling(bodies)


def _telling(bodies: Sequence[Hit]) -> int | None:
    """Return the passage to show: the nearest one, but not the environment where another says nearly as much."""
    near = [hit for hit in bodies if hit.part != ENVIRONMENT and hit.score > bodies[0].score - NEARLY]
    return next((hit.id for hit in (*near, *bodies)), None)


def _readable(db: Session, live: Live, viewer: Viewer, ranked: Sequence[Ranked]) -> list[Ranked]:
    """Keep what the database lets this viewer read now; the index may be a moment behind."""
    ids: dict[str, list[int]] = defaultdict(list)
    for one in ranked:
        ids[one.corpus].append(one.item_id)
    readable = {
        (corpus, item_id)
        for corpus, of_corpus in ids.items()
        if corpus in live.corpora
        for item_id in live.corpora[corpus].readable(db, viewer, of_corpus)
    }
    return [one for one in ranked if (one.corpus, one.item_id) in readable]


def _chances(ranked: Sequence[Ranked]) -> list[float]:
    """Return how likely each of them helps; what bears the identifier that was asked for is what was asked for."""
    first = [one.score for one in ranked[: 1 + calibration.RIVALS]]
    return [
        NAMED if one.named else calibration.probability(one.score, first[:place] + first[place + 1 :])
        for place, one in enumerate(ranked)
    ]


def _explained(db: Session, search: Asking, ranked: Sequence[tuple[Ranked, float]]) -> list[Found]:
    """Add to each hit the passage that fits best and the words of the question that it has."""
    ids: dict[str, list[int]] = defaultdict(list)
    for one, _ in ranked:
        ids[one.corpus].append(one.item_id)
    rows: dict[str, list[Any]] = defaultdict(list)
    for corpus, of_corpus in ids.items():
        columns = (Embedding.id, Embedding.corpus, Embedding.item_id, Embedding.part, Embedding.text)
        mine = (Embedding.corpus == corpus, Embedding.item_id.in_(of_corpus), Embedding.deleted.is_(False))
        for row in db.execute(select(*columns).where(*mine).order_by(Embedding.id)):
            rows[f"{corpus}:{row.item_id}"].append(row)
    behind = search.words.said(search.text) if search.words else {}
    return [_found(one, chance, rows[one.item], behind) for one, chance in ranked]


def _found(one: Ranked, chance: float, rows: Sequence[Any], behind: Mapping[str, Sequence[str]]) -> Found:
    said = one.evidence.stems if one.evidence else ()
    names = sorted(one.evidence.identifiers) if one.evidence else []
    bodies = [row for row in rows if row.part != TITLE] or list(rows)
    best = next((row for row in bodies if row.id == one.passage), None)
    if best is None and bodies:
        best = max(bodies, key=lambda row: sum(stem in row.text.lower() for stem in said))
    telling = [stem for stem in said if len(stem) > 1][:TERMS]
    words = [word for stem in telling for word in behind.get(stem, [stem])]  # the stem when spelled otherwise
    terms = tuple(dict.fromkeys([*names, *words]))[:TERMS]
    return Found(
        corpus=one.corpus,
        item_id=one.item_id,
        score=one.score,
        probability=chance,
        band=calibration.band(chance),
        passage=excerpt(best.text, terms) if best else "",
        part=best.part if best else "",
        terms=terms,
    )
