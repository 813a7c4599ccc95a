"""What was asked, what was shown, and what people did with it: the record that later ranking learns from."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, delete, exists, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from kb.errors import Finding, Refused
from kb.store import Base, UtcDateTime, rows_changed

CHOICES = ("used", "reference", "rejected", "opened")
STILL_TYPING = timedelta(minutes=2)  # what continues or mends a text so soon is the same question
ALIKE = 0.8  # share of the letters that a mended text keeps
TELLING, COMPARED = 20, 500  # letters: of a shorter text they tell too little; so many are looked at
PORTION = 2_000  # searches that are deleted at once
KEPT = timedelta(days=365)  # what led to nothing
BEFORE_ASKING = timedelta(minutes=30)  # what somebody searched so shortly before filing belongs to it
TAKEN = ("used", "reference", "opened")  # somebody looked into what was found

GIST_LENGTH = 200


class Search(Base):
    """One question to the index. kind: suggestion, typing, search or portal.

    visitor: a browser nobody signed in with, instead of a person. led_to_id: the incident that was filed after it.
    unanswered: none of the hits could be trusted. taken: somebody opened or used one of them.
    gist: the stems of the text in the order of the alphabet, the same for questions that mean the same.
    """

    __tablename__ = "search"
    __table_args__ = (
        Index("ix_search_person", "person_id", "id"),
        Index("ix_search_gap", "unanswered", "taken", "at", "kind", "gist"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    recipe: Mapped[str | None] = mapped_column(String(64))
    took_ms: Mapped[float]
    degraded: Mapped[str] = mapped_column(Text, default="")
    visitor: Mapped[str | None] = mapped_column(String(40))
    led_to_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    unanswered: Mapped[bool] = mapped_column(default=False)
    taken: Mapped[bool] = mapped_column(default=False)
    gist: Mapped[str] = mapped_column(String(GIST_LENGTH), default="")

    showings: Mapped[list["Showing"]] = relationship(
        order_by="Showing.rank", back_populates="search", cascade="all, delete-orphan"
    )


class Showing(Base):
    """One hit as a person saw it. rank counts from 1; score is the probability shown in words as band.

    failed_at: the incident for which it was used came back after it.
    """

    __tablename__ = "showing"
    __table_args__ = (Index("ix_showing_item", "corpus", "item_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("search.id", ondelete="CASCADE"), index=True)
    # Each once among those of a search, and searches are flushed one by one: so they are one INSERT on SQLite too.
    rank: Mapped[int] = mapped_column(insert_sentinel=True)
    corpus: Mapped[str] = mapped_column(String(20))
    item_id: Mapped[int]
    score: Mapped[float]
    band: Mapped[str] = mapped_column(String(20))
    choice: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    chosen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    chosen_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    search: Mapped[Search] = relationship(back_populates="showings")


def showings(hits: Iterable[Any]) -> list[Showing]:
    """Return hits of a search (kb.search.Found) as they are shown, the first at rank 1."""
    return [
        Showing(rank=rank, corpus=hit.corpus, item_id=hit.item_id, score=hit.probability, band=hit.band)
        for rank, hit in enumerate(hits, 1)
    ]


def record(
    db: Session, text: str, shown: Sequence[Showing], *, kind: str, actor: Any, now: datetime, **about: Any
) -> Search:
    """Keep what was asked and what was shown for it, in the order of the ranks.

    about: further columns of Search (incident_id, recipe, took_ms, degraded, visitor, unanswered).
    """
    about = {"unanswered": not shown, **about}
    person_id = actor.id if actor else None
    search = Search(text=text, kind=kind, person_id=person_id, at=now, gist=gist_of(text), **about)
    search.showings = list(shown)
    db.add(search)
    db.flush()
    return search


def record_typed(
    db: Session, text: str, shown: Sequence[Showing], *, kind: str, actor: Any, now: datetime, **about: Any
) -> Search:
    """Keep what was asked; what the same reader had typed of it a moment ago is replaced by it.

    So one question counts once, however often it was answered while it was typed. kind, about: as for record.
    """
    before = db.scalar(
        select(Search)
        .where(_asked_by(actor, about.get("visitor")), Search.kind == kind, Search.at > now - STILL_TYPING)
        .order_by(Search.id.desc())
        .limit(1)
    )
    if before is not None and _goes_on(before, text):
        db.delete(before)
    return record(db, text, shown, kind=kind, actor=actor, now=now, **about)


def led_to(db: Session, incident_id: int, *, actor: Any, now: datetime) -> int:
    """Say that what this person searched at the portal just before ended in this incident; return how much it was."""
    just_before = (
        Search.person_id == actor.id,
        Search.kind == "portal",
        Search.at > now - BEFORE_ASKING,
        Search.led_to_id.is_(None),
    )
    return rows_changed(db, update(Search).where(*just_before).values(led_to_id=incident_id))


def before(db: Session, incident_id: int) -> list[Search]:
    """Return what was searched before this incident was filed, oldest first, with what was shown."""
    mine = select(Search).where(Search.led_to_id == incident_id).order_by(Search.id)
    return list(db.scalars(mine.options(selectinload(Search.showings))))


def gist_of(text: str) -> str:
    """Return what a question is about: its stems, each once, whatever case, order and form its words have."""
    telling = {stem for stem in _stems(text) if len(stem) > 1 or stem.isdigit()}  # not the s of “printer’s”
    return " ".join(sorted(telling))[:GIST_LENGTH]


def _stems(text: str) -> list[str]:
    try:
        from index.tokens import stems  # noqa: PLC0415 - its library may be missing
    except ImportError:
        return text.lower().split()
    return stems(text)


def choose(
    db: Session, showing: Showing, choice: str, *, actor: Any, now: datetime, reason: str = ""
) -> Showing:
    """Keep what a person did with one hit; the last word counts. Raises Refused when “not this” has no reason."""
    if choice == "rejected" and not reason.strip():
        raise Refused([Finding("reason", "No reason is given.", "Say why this does not help here.")])
    showing.choice, showing.reason = choice, reason.strip()
    showing.chosen_at, showing.chosen_by_id = now, actor.id if actor else None
    showing.failed_at = None
    showing.search.taken = showing.search.taken or choice in TAKEN
    db.flush()
    return showing


def purge(db: Session, *, now: datetime) -> int:
    """Delete a portion of the searches of long ago that led to nothing; return how many they were."""
    answered = exists().where(Showing.search_id == Search.id, Showing.choice.is_not(None))
    idle = (Search.incident_id.is_(None), Search.led_to_id.is_(None), ~answered)
    some = select(Search.id).where(Search.at <= now - KEPT, *idle).limit(PORTION)
    return rows_changed(db, delete(Search).where(Search.id.in_(some)))


def came_back(db: Session, incident_id: int, *, now: datetime) -> int:
    """Say that what was used for an incident did not hold; return how much that was."""
    asked = select(Search.id).where(Search.incident_id == incident_id)
    used = (Showing.search_id.in_(asked), Showing.choice == "used", Showing.failed_at.is_(None))
    return rows_changed(db, update(Showing).where(*used).values(failed_at=now))


def answer(
    db: Session,
    showing_id: int | None,
    choice: str,
    *,
    actor: Any,
    now: datetime,
    visitor: str | None = None,
    reason: str = "",
) -> None:
    """Keep what somebody did with an answer that was shown to them; opening one does not undo a choice.

    What was shown to somebody else, or never, is left alone. visitor: the browser of somebody who is not signed in.
    """
    showing = db.get(Showing, showing_id) if showing_id else None
    if showing is None or not _is_own(showing.search, actor, visitor):
        return
    if choice == "opened" and showing.choice:
        return
    choose(db, showing, choice, actor=actor, now=now, reason=reason)


def _asked_by(actor: Any, visitor: str | None) -> ColumnElement[bool]:
    return Search.person_id == actor.id if actor else Search.visitor == visitor


def _is_own(search: Search, actor: Any, visitor: str | None) -> bool:
    if actor:
        return bool(search.person_id == actor.id)
    return visitor is not None and search.visitor == visitor


def _goes_on(search: Search, text: str) -> bool:
    """Say whether a text is what was asked, typed on or mended, and nothing was done with the answers yet."""
    if search.led_to_id is not None or any(showing.choice for showing in search.showings):
        return False
    before, after = search.text.strip().lower(), text.strip().lower()
    if after.startswith(before):
        return True
    if len(before) < TELLING or re.findall(r"\d+", before) != re.findall(r"\d+", after):
        return False  # another code, or another name in a few words, is another question
    return SequenceMatcher(None, before[:COMPARED], after[:COMPARED], autojunk=False).ratio() >= ALIKE
