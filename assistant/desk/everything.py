"""One list for one question: incidents and articles by the engine, people and services by name, with what to filter by.

Permission and filters come before the ranking. What is counted is what was found, so it is only what one may read.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload, selectinload

from assistant.desk import card, differences, facets, link
from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.facets import Facet
from assistant.desk.incident import Incident
from assistant.desk.narrowing import Narrowing, read
from assistant.desk.operators import Asker
from assistant.desk.people import Person
from assistant.desk.permissions import readable_articles, readable_incidents
from assistant.desk.query import WITHOUT, Query
from kb.article import Article
from kb.corpus import Occasion
from kb.live import Live
from kb.passages import NAMED_WORDS, asks_for_number, id_numbered, items_numbered
from kb.search import SINGLY, Answer, Found, Within, find

POOL = 120  # candidates of each half of the index; half as many are found at most
WIDE = 1000  # candidates where the index cannot tell all that is asked
NAMED = 3  # people, and services, that stand before what is written
LOOKED_AT = 50  # words in which a configuration item may be named
LISTED = 50  # of them where nothing else is asked for
COUNTED, FEW = 5_000, 60  # of a kind, the newest, where no words are asked; where every text is read for it
TELLING = 12  # words of a question: of a shorter one the marked passage alone tells why something was found

ROWS: dict[str, Any] = {"incident": Incident, "article": Article, "person": Person, "service": Service}
READABLE: dict[str, Callable[..., ColumnElement[bool]]] = {
    "incident": readable_incidents,
    "article": readable_articles,
}
MOMENT = {"incident": Incident.recorded_at, "article": Article.updated_at}
NAMES: dict[str, Any] = {"person": Person.name + " " + Person.email, "service": Service.name}
WITH: dict[str, tuple[Any, ...]] = {
    "incident": (joinedload(Incident.service), joinedload(Incident.requester)),
    "article": (selectinload(Article.current), selectinload(Article.services)),
}
Order = list[tuple[str, int]]  # (kind, id), best first


@dataclass(frozen=True)
class Hit:
    """One line of the list. found: why, None for what was found by its name or is only listed; held: how often.

    asked: the words of the question. there: where the item tells what it is about. differs: what both name and name
    differently. numbered: the question names its number.
    """

    kind: str
    item: Any
    found: Found | None = None
    held: str = ""
    asked: str = ""
    there: str = ""
    differs: tuple[differences.Difference, ...] = ()
    numbered: bool = False

    @property
    def card(self) -> card.Card | None:
        """The question beside what was found, where that tells more than the passage does."""
        if self.found is None:
            return None
        told_at_length = self.found.terms and len(self.asked.split()) > TELLING
        if not (self.differs or told_at_length):
            return None
        return card.compare(self.asked, self.found.passage, self.there, self.found.terms, self.differs)


@dataclass(frozen=True)
class Results:
    """What was found. total: of how much the hits are the first; answer: of the index, None where it was not asked.

    items: configuration items that the question names; what happened to them need not say so in words. by_number: it
    asks for what bears a number, and for nothing else.
    """

    narrowing: Narrowing
    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    facets: list[Facet] = field(default_factory=list)
    answer: Answer | None = None
    items: list[ConfigurationItem] = field(default_factory=list)
    by_number: bool = False

    @property
    def unsure(self) -> bool:
        """Whether nothing can be trusted of what was found by its words."""
        return self.answer is not None and (self.answer.nothing or self.by_number)


def search(
    db: Session,
    live: Live,
    query: Query,
    asker: Asker,
    *,
    now: datetime,
    shown: int = 20,
    unfinished: bool = False,
) -> Results:
    """Return the first of what fits a query, for somebody who works on incidents. unfinished: they still type."""
    narrowing = read(db, query, asker)
    written = [kind for kind in narrowing.kinds if kind in MOMENT]
    numbered = _numbered(db, asker, query.text, narrowing, written)
    asked_for = numbered if len(query.text.split()) <= NAMED_WORDS else []  # a longer text only quotes it
    order, answer = [*asked_for, *_named(db, query, narrowing)], None
    if query.text and written:
        within = _within(db, asker, narrowing, written)
        about: dict[str, Any] = {"corpora": written, "k": shown, "unfinished": unfinished, "within": within}
        answer = find(db, live, query.text, asker.viewer, occasion=Occasion(now), **about)
        order = list(dict.fromkeys((*order, *answer.order)))
    elif query.terms:
        order += _newest(db, asker, narrowing, written)
    hits = _hits(db, asker, order[:shown], answer, asked=query.text, numbered=numbered)
    items = _items_named(db, query.text) if "incident" in narrowing.kinds else []
    left = facets.left(db, _ids(order), narrowing.clauses)
    return Results(narrowing, hits, len(order), left, answer, items, asks_for_number(query.text))


def _numbered(db: Session, asker: Asker, text: str, narrowing: Narrowing, kinds: Collection[str]) -> Order:
    """Return what a text is the number of, and what it quotes by number."""
    quoted = [item.partition(":") for item in items_numbered(text)]
    found: Order = []
    for kind in kinds:
        ids = {int(row_id) for of, _, row_id in quoted if of == kind} | {id_numbered(kind, text)} - {None}
        row = ROWS[kind]
        known = select(row.id).where(row.id.in_(ids), *_meant(asker, narrowing, kind)).order_by(row.id)
        found += [(kind, row_id) for row_id in db.scalars(known)] if ids else []
    return found


def _meant(asker: Asker, narrowing: Narrowing, kind: str) -> tuple[ColumnElement[bool], ...]:
    """Return what rows of a kind must be for this asker and these operators."""
    return (READABLE[kind](asker.viewer), *narrowing.conditions(kind), *narrowing.texts(kind))


def _named(db: Session, query: Query, narrowing: Narrowing) -> Order:
    """Return the people and services that have every word in their name."""
    words, without = query.text.split(), query.values(WITHOUT)
    alone = not {"incident", "article"} & set(narrowing.kinds)
    if not words and not alone:
        return []
    found: Order = []
    for kind in (kind for kind in narrowing.kinds if kind in NAMES):
        row, name = ROWS[kind], NAMES[kind]
        fits = [name.icontains(word, autoescape=True) for word in words]
        fits += [~name.icontains(word, autoescape=True) for word in without]
        named = select(row.id).where(row.active, *fits).order_by(row.name)
        found += [(kind, row_id) for row_id in db.scalars(named.limit(LISTED if alone else NAMED))]
    return found


def _items_named(db: Session, text: str) -> list[ConfigurationItem]:
    """Return the configuration items that a question is, or whose name is one of its first words."""
    names = {text, *(word.strip(".,:;?!()") for word in text.split()[:LOOKED_AT])} - {""}
    spelled = {form for name in names for form in (name, name.upper(), name.lower())}  # as its index can tell
    query = select(ConfigurationItem).where(ConfigurationItem.name.in_(spelled), ConfigurationItem.active)
    return list(db.scalars(query.order_by(ConfigurationItem.name).limit(NAMED)))


def _within(db: Session, asker: Asker, narrowing: Narrowing, kinds: Collection[str]) -> Within:
    """Return to what the index is kept: to single items where the operators leave few, checked afterwards where not."""
    ids: dict[str, Collection[int]] = {}
    left: dict[str, list[ColumnElement[bool]]] = {kind: narrowing.texts(kind) for kind in kinds}
    for kind in kinds:
        if asked := narrowing.conditions(kind):
            row = ROWS[kind].id
            some = set(db.scalars(select(row).where(READABLE[kind](asker.viewer), *asked).limit(SINGLY + 1)))
            if len(some) <= SINGLY:
                ids[kind] = some
            else:
                left[kind] += asked

    def fits(kind: str, some: Collection[int]) -> Collection[int]:
        row = ROWS[kind].id
        return set(db.scalars(select(row).where(row.in_(some), *left[kind]))) if left[kind] else some

    return Within(ids, fits, WIDE if any(left.values()) else POOL)


def _newest(db: Session, asker: Asker, narrowing: Narrowing, kinds: Collection[str]) -> Order:
    """Return what operators leave where no words are asked, newest first; less where every text is read for it."""
    dated = []
    for kind in kinds:
        row, moment = ROWS[kind], MOMENT[kind]
        newest = select(moment, row.id).order_by(moment.desc(), row.id.desc())
        some = newest.where(*_meant(asker, narrowing, kind)).limit(FEW if narrowing.texts(kind) else COUNTED)
        dated += [(at, kind, row_id) for at, row_id in db.execute(some)]
    return [(kind, row_id) for _, kind, row_id in sorted(dated, reverse=True)]


def _hits(
    db: Session, asker: Asker, order: Order, answer: Answer | None, *, asked: str, numbered: Order
) -> list[Hit]:
    found = {(hit.corpus, hit.item_id): hit for hit in answer.hits} if answer else {}
    ids = _ids(order)
    held = link.held(db, ids["article"], readable_incidents(asker.viewer))
    rows = {
        (kind, row.id): row
        for kind, some in ids.items()
        for row in db.scalars(select(ROWS[kind]).where(ROWS[kind].id.in_(some)).options(*WITH.get(kind, ())))
    }
    hits = [
        Hit(
            kind,
            rows[kind, row_id],
            found.get((kind, row_id)),
            held=str(held.get(row_id, link.NEVER)) if kind == "article" else "",
            numbered=(kind, row_id) in numbered,
        )
        for kind, row_id in order
        if (kind, row_id) in rows
    ]
    return [_compared(hit, asked) if hit.found else hit for hit in hits]


def _compared(hit: Hit, asked: str) -> Hit:
    """Add to a hit in what it differs from the question."""
    there = card.about(hit.item)
    return replace(hit, asked=asked, there=there, differs=tuple(differences.between(asked, there)))


def _ids(order: Order) -> dict[str, list[int]]:
    return {kind: [row_id for one, row_id in order if one == kind] for kind in ROWS}
