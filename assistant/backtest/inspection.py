"""One incident under the lens: what was shown first and why, and why what solved it stood where it stood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.backtest import cases
from assistant.backtest.outcome import Outcome, Sight
from assistant.backtest.reader import KINDS, Reader
from assistant.desk.corpora import ARTICLE_PARTS, CORPORA, passages_of
from assistant.desk.incident import Incident
from index import lexical
from index.hits import Allowed
from index.lexical import Document
from kb.article import Article, Version
from kb.corpus import Passage
from kb.live import Live
from kb.passages import NAMING, Piece, cut, excerpt

PARTS = {  # part of a score -> what it is called
    "meaning": "Meaning of its best passage",
    "headline": "Meaning of its title",
    "closest": "The nearer of both",
    "words": "Words that it shares",
    "strange_words": "Codes and names that it shares",
    "sharp_words": "Words that tell it from others",
    "opening": "Meaning of the question's headline",
    "agreement": "How many passages are near",
    "spelling": "Spelled alike",
    "identifier": "An identifier that it shares",
    "same_service": "The same service",
    "same_item": "The same configuration item",
    "same_category": "The same category",
    "same_group": "The same group",
    "recent": "How lately it was of use",
    "held": "How often it held and helped",
    "validated": "Somebody vouches for it",
    "shared": "Made for readers outside the desk",
}

TERMS = 8  # shared words that are shown


@dataclass(frozen=True)
class Why:
    """A hit and what spoke for it. title, passage: as they were then; parts: of its score, the heaviest first."""

    sight: Sight
    item: Article | Incident
    title: str
    passage: str
    terms: Sequence[str]
    parts: Sequence[tuple[str, float]]

    @property
    def score(self) -> float:
        """The score that put it in its place."""
        return sum(value for _, value in self.parts)


@dataclass(frozen=True)
class Inspection:
    """An incident, what was asked for it, and the two hits to compare; None for what its reader may not read."""

    outcome: Outcome
    asked: str
    first: Why | None
    answer: Why | None


def inspect(reader: Reader, live: Live, outcome: Outcome) -> Inspection:
    """Return an outcome with what stands behind it, of which the texts are read again from their rows."""
    live.catch_up(reader.db)
    lens = _Lens(reader, live, cases.one(reader.db, outcome.incident_id).text)
    first = lens.why(outcome.shown[0], outcome.shown_parts) if outcome.shown else None
    answer = lens.why(outcome.answer, outcome.answer_parts) if outcome.answer else None
    return Inspection(outcome, lens.asked, first, answer)


@dataclass(frozen=True)
class _Lens:
    """A reader with a question in hand."""

    reader: Reader
    live: Live
    asked: str

    def why(self, sight: Sight, parts: Mapping[str, float]) -> Why | None:
        """Return what spoke for a hit, None when its item may not be read."""
        item = self.reader.items([sight]).get(sight[:2])
        if item is None:
            return None
        pieces = cut(_passages(self.reader.db, sight))
        terms = self.terms(pieces)
        best = _best(pieces, sight, terms)
        weighed = sorted(parts.items(), key=lambda part: -abs(part[1]))
        return Why(
            sight,
            item,
            next((piece.text for piece in pieces if piece.part in NAMING), item.title),
            excerpt(best.text, terms) if best else "",
            terms,
            [(PARTS.get(name, name.replace("_", " ")), value) for name, value in weighed if value],
        )

    def terms(self, pieces: Sequence[Piece]) -> list[str]:
        """Return the words that question and item share, those first that are rarest among what may be read."""
        words = self.live.view(self.reader.db).words
        if words is None:
            return []
        from index.tokens import stems  # noqa: PLC0415 - its library may be missing

        allowed = Allowed(self.live.scopes_of(self.reader.viewer, KINDS))
        text = "\n".join(piece.text for piece in pieces)
        evidence = lexical.weigh(words.ask(self.asked, allowed), Document("", [], " ".join(stems(text))))
        said = words.said(self.asked)
        return list(
            dict.fromkeys(word for stem in evidence.stems if len(stem) > 1 for word in said.get(stem, []))
        )[:TERMS]


def _passages(db: Session, sight: Sight) -> Sequence[Passage]:
    """Return what an item said: an article in its version of that time."""
    if sight.corpus == "incident":
        return CORPORA["incident"].items(db, [sight.item_id])[sight.item_id].passages
    mine = (Version.article_id == sight.item_id, Version.number == sight.version)
    return passages_of(db.scalars(select(Version).where(*mine)).one(), ARTICLE_PARTS)


def _best(pieces: Sequence[Piece], sight: Sight, terms: Sequence[str]) -> Piece | None:
    """Return the passage that was nearest by meaning, else the one with the most shared words."""
    near = [piece for piece in pieces if (piece.part, piece.ordinal) == (sight.part, sight.ordinal)]
    bodies = [piece for piece in pieces if piece.part not in NAMING] or list(pieces)
    said = sorted(bodies, key=lambda piece: -sum(term in piece.text.lower() for term in terms))
    return next(iter((*near, *said)), None)
