"""Find what may help: words and meaning over what a viewer may read, as one list with reasons.

The index proposes, over permitted classes only; the database has the last word on every hit.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from index import calibration
from index.hits import Allowed
from kb.asking import POOL, Asking, Ranked
from kb.embeddings import Embedding
from kb.live import Live
from kb.passages import TITLE, excerpt
from kb.viewer import Viewer

NAMED = 0.99
TERMS = 8
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
    """Hits, best first. degraded: what was not available, as sentences. nothing: none of the hits can be trusted.

    solved: how likely somebody here solved it before.
    """

    hits: list[Found]
    degraded: tuple[str, ...]
    nothing: bool
    solved: float
    took_ms: float
    recipe: str | None


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
    search = Asking(live, text, allowed, max(POOL, k + len(exclude)), unfinished=unfinished)
    hidden = {f"{corpus}:{item_id}" for corpus, item_id in exclude}
    wanted = [one for one in search.ranked() if one.corpus in corpora and one.item not in hidden]
    ranked = _readable(db, live, viewer, wanted)
    solved = calibration.solved(search.around)
    chances = _chances(ranked, solved)
    return Answer(
        hits=_explained(db, search, list(zip(ranked, chances, strict=True))[:k]),
        degraded=tuple(dict.fromkeys((*live.troubles.values(), *search.troubles))),
        nothing=search.answered and (not ranked or chances[0] < calibration.FLOOR),
        solved=max([solved, *chances[:1]]),
        took_ms=(time.perf_counter() - started) * 1000,
        recipe=live.fingerprint,
    )


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


def _chances(ranked: Sequence[Ranked], solved: float) -> list[float]:
    """Return how likely each of them helps; what bears the identifier that was asked for is what was asked for."""
    first = [one.score for one in ranked[: 1 + calibration.RIVALS]]
    return [
        NAMED if one.named else solved * calibration.stands_out(one.score, first[:place] + first[place + 1 :])
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
