"""Find what may help: words and meaning over what a viewer may read, as one list with reasons.

The index proposes, over permitted classes only; the database has the last word on every hit.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from index import calibration
from index.hits import Allowed
from index.runs import RUN
from index.standing import UNKNOWN, Standing
from kb import tuning
from kb.asking import POOL, Asking, Ranked
from kb.corpus import Occasion
from kb.embeddings import Embedding, phrases_told_by
from kb.live import Live
from kb.manner import AS_PROMISED
from kb.passages import NAMING, excerpt
from kb.phrases import PHRASE
from kb.viewer import Viewer

TERMS = 8
SHORTEST = 3  # letters of a stem that is told as what both say
KNOWN = 50  # of the best candidates: what the desk knows of them besides their text is looked up
RECORDED = 5  # words: of a shorter question the desk's own record, which is of incidents, says nothing
SINGLY = 20_000  # items of a kind that can be chosen one by one: as many as fit one question to the database
CORPORA = ("article", "incident")


@dataclass(frozen=True)
class Found:
    """One hit. score orders the list; probability that it helps and band say it to people.

    passage, part: the piece of text that fits best. terms: words and identifiers of the question that it has.
    standing: what the desk knows of it besides, as far as it was asked.
    """

    corpus: str
    item_id: int
    score: float
    probability: float
    band: str
    passage: str
    part: str
    terms: tuple[str, ...]
    standing: Standing = UNKNOWN


@dataclass(frozen=True)
class Within:
    """A narrower choice among what a viewer may read; it never widens that.

    ids: the only items of a kind, at most SINGLY, for kinds of which not all are meant. fits: which of some candidates
    of a kind are meant, for what the index cannot tell. pool: candidates that each half proposes.
    without: items, as (corpus, id), that must not be shown, such as the incident that asks.
    """

    ids: Mapping[str, Collection[int]] = field(default_factory=dict)
    fits: Callable[[str, Collection[int]], Collection[int]] = lambda corpus, ids: ids
    pool: int = POOL
    without: frozenset[tuple[str, int]] = frozenset()


EVERYTHING = Within()


@dataclass(frozen=True)
class Answer:
    """Hits, best first. degraded: what was not available, as sentences. nothing: none of the hits can be trusted.

    solved: how likely somebody here solved it before. order: what was found as (corpus, id), the hits first. It ends in
    the middle of the candidates: who is the last one that a half proposes may depend on what the viewer may not read.
    spelled: how mistyped words of the question were read, those that the hits write so.
    """

    hits: list[Found]
    degraded: tuple[str, ...]
    nothing: bool
    solved: float
    took_ms: float
    recipe: str | None
    order: tuple[tuple[str, int], ...] = ()
    spelled: Mapping[str, str] = field(default_factory=dict)


def find(
    db: Session,
    live: Live,
    text: str,
    viewer: Viewer,
    *,
    corpora: Collection[str] = CORPORA,
    k: int = 10,
    unfinished: bool = False,
    within: Within = EVERYTHING,
    occasion: Occasion | None = None,
) -> Answer:
    """Return the k items that most likely help with a text, among those that the viewer may read.

    unfinished: somebody still types, so that the last word may be the beginning of one. within: what else they must
    be; how an incident was told that must not be shown does not help to find the article that solved it. occasion:
    when and by which incident it is asked; None: only what is written counts.
    """
    started = time.perf_counter()
    pool = max(within.pool, k + len(within.without))
    how: dict[str, Any] = {"unfinished": unfinished, "without": _told_by(db, within)}
    how["manner"] = manner = tuning.manner(db, live.fingerprint, live.turned)
    search = Asking(live.at(db), text, _allowed(db, live, viewer, corpora, within.ids), pool, **how)
    wanted = [one for one in search.ranked() if one.corpus in corpora and one.place not in within.without]
    readable, first = _readable(db, live, viewer, wanted), max(k, pool // 2)
    if occasion is not None:
        best = readable[: min(first, KNOWN)]
        standings = _standings(db, live, viewer, best, occasion)
        readable = search.known(best, standings) + readable[len(best) :]
    ranked = _fitting(within, readable[:first])
    solved = search.solved(readable)
    trust = manner.trust if search.ask.words >= RECORDED else AS_PROMISED
    chances = {item: trust.of(chance) for item, chance in search.chances(readable).items()}
    rows = _rows(db, ranked[:k])
    return Answer(
        hits=_explained(search, [(one, chances[one.item]) for one in ranked[:k]], rows),
        degraded=tuple(dict.fromkeys((*live.troubles.values(), *search.troubles))),
        nothing=search.answered and not _promising(ranked, solved, chances),
        solved=solved,
        took_ms=(time.perf_counter() - started) * 1000,
        recipe=live.fingerprint,
        order=tuple(one.place for one in ranked),
        spelled=_read_as(search, rows),
    )


def _promising(ranked: Sequence[Ranked], solved: float, chances: Mapping[str, float]) -> bool:
    """Say whether somebody here is likely to have solved it, and the first hit is worth a look."""
    likely = bool(ranked) and solved >= calibration.UNSOLVED
    return likely and chances[ranked[0].item] >= calibration.FLOOR


def _told_by(db: Session, within: Within) -> Collection[int]:
    """Return the phrases in which articles are known by incidents that must not be shown."""
    return phrases_told_by(db, [item_id for corpus, item_id in within.without if corpus == "incident"])


def _allowed(
    db: Session, live: Live, viewer: Viewer, corpora: Collection[str], ids: Mapping[str, Collection[int]]
) -> Allowed:
    """Return what the index may look at: whole permission classes, and of a narrowed kind single items."""
    whole = [corpus for corpus in corpora if corpus not in ids]
    own = {f"incident:{item_id}" for item_id in viewer.own} if "incident" in whole else set()
    chosen = {
        f"{corpus}:{item_id}"
        for corpus in corpora
        if corpus in live.corpora and corpus in ids
        for item_id in live.corpora[corpus].readable(db, viewer, ids[corpus])
    }
    return Allowed(live.scopes_of(viewer, whole), frozenset(own | chosen))


def _readable(db: Session, live: Live, viewer: Viewer, ranked: Sequence[Ranked]) -> list[Ranked]:
    """Keep what the database lets this viewer read now; the index may be a moment behind."""
    readable = {
        (corpus, item_id)
        for corpus, ids in _by_corpus(ranked).items()
        if corpus in live.corpora
        for item_id in live.corpora[corpus].readable(db, viewer, ids)
    }
    return [one for one in ranked if one.place in readable]


def _standings(
    db: Session, live: Live, viewer: Viewer, ranked: Sequence[Ranked], occasion: Occasion
) -> dict[str, Standing]:
    """Return what the desk knows of these candidates, by item; one question to the database for each kind."""
    return {
        f"{corpus}:{item_id}": standing
        for corpus, ids in _by_corpus(ranked).items()
        for item_id, standing in live.corpora[corpus].standing(db, viewer, ids, occasion).items()
    }


def _fitting(within: Within, ranked: Sequence[Ranked]) -> list[Ranked]:
    """Keep what is meant; a number in the question brings in its item whatever was narrowed."""
    meant = {
        (corpus, item_id)
        for corpus, ids in _by_corpus(ranked).items()
        for item_id in within.fits(corpus, ids)
        if corpus not in within.ids or item_id in within.ids[corpus]
    }
    return [one for one in ranked if one.place in meant]


def _by_corpus(ranked: Sequence[Ranked]) -> dict[str, list[int]]:
    ids: dict[str, list[int]] = defaultdict(list)
    for one in ranked:
        ids[one.corpus].append(one.item_id)
    return ids


def _rows(db: Session, ranked: Sequence[Ranked]) -> dict[str, list[Any]]:
    """Return the passages of these items, by item, but for the phrases in which an article is known."""
    rows: dict[str, list[Any]] = defaultdict(list)
    for corpus, of_corpus in _by_corpus(ranked).items():
        columns = (Embedding.id, Embedding.corpus, Embedding.item_id, Embedding.part, Embedding.text)
        mine = (Embedding.corpus == corpus, Embedding.item_id.in_(of_corpus), Embedding.deleted.is_(False))
        theirs = select(*columns).where(*mine, Embedding.part != PHRASE)
        for row in db.execute(theirs.order_by(Embedding.id)):
            rows[f"{corpus}:{row.item_id}"].append(row)
    return rows


def _read_as(search: Asking, rows: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    """Return how mistyped words were read; a spelling that only shares its stem with a word is none to show."""
    spelled = search.question.spelled if search.question else {}
    texts = [row.text.lower() for some in rows.values() for row in some] if spelled else []
    said = {word for text in texts for word in RUN.findall(text)}
    return {typed: own for typed, own in spelled.items() if own in said}


def _explained(
    search: Asking, ranked: Sequence[tuple[Ranked, float]], rows: Mapping[str, Sequence[Any]]
) -> list[Found]:
    """Add to each hit the passage that fits best and the words of the question that it has."""
    behind = search.words.said(search.said) if search.words else {}
    return [_found(one, chance, rows.get(one.item, ()), behind) for one, chance in ranked]


def _shared(stems: Sequence[str], behind: Mapping[str, Sequence[str]], rows: Sequence[Any]) -> list[str]:
    """Return the words of the question that an item says too; the stem where it says another form of one.

    Nothing where that stem begins no word of it: a language is stemmed by the rules of another.
    """
    text = "\n".join(row.text.lower() for row in rows)
    own = set(RUN.findall(text))
    shared: list[str] = []
    for stem in stems:
        asked = [word for word in behind.get(stem, ()) if word in own or (word in text and "-" in word)]
        begun = len(stem) >= SHORTEST and any(word.startswith(stem) for word in own)
        shared += asked or ([stem] if begun else [])
    return shared


def _found(one: Ranked, chance: float, rows: Sequence[Any], behind: Mapping[str, Sequence[str]]) -> Found:
    said = one.evidence.stems if one.evidence else ()
    names = sorted(one.evidence.identifiers) if one.evidence else []
    bodies = [row for row in rows if row.part not in NAMING] or list(rows)
    best = next((row for row in bodies if row.id == one.passage), None)
    if best is None and bodies:
        best = max(bodies, key=lambda row: sum(stem in row.text.lower() for stem in said))
    telling = [stem for stem in said if len(stem) > 1][:TERMS]
    terms = tuple(dict.fromkeys([*names, *_shared(telling, behind, rows)]))[:TERMS]
    return Found(
        corpus=one.corpus,
        item_id=one.item_id,
        score=one.score,
        probability=chance,
        band=calibration.band(chance),
        passage=excerpt(best.text, terms) if best else "",
        part=best.part if best else "",
        terms=terms,
        standing=one.candidate.standing,
    )
