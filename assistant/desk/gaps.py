"""What people asked in vain: questions that mean the same, counted, with what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from assistant.desk.people import Person
from assistant.desk.seen import SEARCH, Seen, note
from kb.feedback import Search, Showing

ASKED = ("portal", "search")  # kinds of search that a person sends off; what is still being typed is not one
LOOKED_BACK = timedelta(days=90)
WORDINGS = 8  # different wordings of one question that are shown


@dataclass(frozen=True)
class Gap:
    """Questions that mean the same. search_id: the newest; by_requesters: how many of them came from the portal."""

    search_id: int
    text: str
    times: int
    by_requesters: int
    last: datetime
    gist: str

    @property
    def who(self) -> str:
        """Who asked, in words."""
        if self.times == 1:
            return "a requester" if self.by_requesters else "an agent"
        if self.by_requesters == self.times:
            return "requesters"
        return "agents" if not self.by_requesters else "requesters and agents"


def grouped(*, unanswered: bool, now: datetime) -> Select[Any]:
    """Return the query of groups as (key, rank): the newest search of each, and how often it was asked.

    unanswered: nothing could be trusted; otherwise something was found and nobody opened it.
    """
    columns = (func.max(Search.id).label("key"), func.count().label("rank"))
    return _in_vain(select(*columns), unanswered=unanswered, now=now).group_by(Search.gist)


def of(db: Session, search_ids: Sequence[int], *, unanswered: bool, now: datetime) -> dict[int, Gap]:
    """Return the groups whose newest searches these are."""
    newest = {row.id: row for row in db.scalars(select(Search).where(Search.id.in_(search_ids)))}
    gists = {row.gist: row for row in newest.values()}
    portal = func.sum(case((Search.kind == "portal", 1), else_=0))
    columns = (Search.gist, func.count(), portal, func.max(Search.at))
    query = _in_vain(select(*columns), unanswered=unanswered, now=now)
    counts = db.execute(query.where(Search.gist.in_(gists)).group_by(Search.gist))
    return {
        gists[gist].id: Gap(gists[gist].id, gists[gist].text, times, int(requesters), last, gist)
        for gist, times, requesters, last in counts
    }


def wordings(db: Session, gap: Gap, *, unanswered: bool, now: datetime) -> list[tuple[str, int]]:
    """Return how people worded a question, the most frequent first."""
    query = _in_vain(select(Search.text, func.count()), unanswered=unanswered, now=now)
    rows = db.execute(
        query.where(Search.gist == gap.gist)
        .group_by(Search.text)
        .order_by(func.count().desc())
        .limit(WORDINGS)
    )
    return [(text, count) for text, count in rows]


def shown(db: Session, search_id: int) -> list[Showing]:
    """Return what was found for a search, best first."""
    return list(db.scalars(select(Showing).where(Showing.search_id == search_id).order_by(Showing.rank)))


def answered(db: Session, search_id: int | None, *, actor: Person, now: datetime) -> None:
    """Keep that an article was written for a question, so that it leaves the list until it is asked in vain again."""
    search = db.get(Search, search_id) if search_id else None
    if search is not None and search.gist:
        note(db, SEARCH, search.gist, actor=actor, now=now)


def _in_vain(query: Any, *, unanswered: bool, now: datetime) -> Any:
    """Restrict a query to what people sent off lately, got nothing from, and nobody has looked at since."""
    found = () if unanswered else (Search.showings.any(),)  # nobody can open what was not shown
    seen = and_(Seen.kind == SEARCH, Seen.subject == Search.gist)
    return query.outerjoin(Seen, seen).where(
        Search.unanswered.is_(unanswered),
        Search.taken.is_(False),
        Search.at > now - LOOKED_BACK,
        Search.kind.in_(ASKED),
        Search.gist != "",
        or_(Seen.at.is_(None), Search.at > Seen.at),
        *found,
    )
