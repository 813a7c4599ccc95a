"""Links between incidents and articles: which article resolved which incident, and whether it held."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from assistant.desk.people import Person
from kb.article import Article
from kb.feedback import Showing
from kb.store import Base, UtcDateTime, lock

if TYPE_CHECKING:
    from assistant.desk.incident import Incident

KINDS = {"resolved": "Resolved it", "reference": "Reference"}


class Link(Base):
    """An article resolved this incident, or was read for it. failed_at: the incident came back after it."""

    __tablename__ = "link"
    __table_args__ = (Index("ix_link_held", "article_id", "kind", "at", "failed_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    kind: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    showing_id: Mapped[int | None] = mapped_column(ForeignKey("showing.id", ondelete="SET NULL"))
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    incident: Mapped["Incident"] = relationship(back_populates="links")
    article: Mapped[Article] = relationship()
    person: Mapped[Person | None] = relationship()
    showing: Mapped[Showing | None] = relationship()


@dataclass(frozen=True)
class Held:
    """How often an article resolved an incident for good, out of how often it was used. last: its newest use."""

    times: int
    of: int
    last: datetime | None

    def __str__(self) -> str:
        return (
            f"held {self.times} of {self.of} time{'' if self.of == 1 else 's'}" if self.of else "not used yet"
        )


NEVER = Held(0, 0, None)


def add(
    db: Session,
    incident: "Incident",
    article: Article,
    kind: str,
    *,
    actor: Person | None,
    now: datetime,
    showing: Showing | None = None,
) -> Link:
    """Link an article to an incident; a link that stands already changes its kind instead of standing twice."""
    lock(db, incident)
    for link in incident.links:
        if link.article_id == article.id and link.failed_at is None:
            link.kind, link.showing = kind, showing or link.showing
            return link
    link = Link(article=article, kind=kind, person_id=actor.id if actor else None, at=now, showing=showing)
    incident.links.append(link)
    db.flush()
    return link


def resolving(incident: "Incident") -> list[Link]:
    """Return the links to articles that resolved this incident and have not failed since."""
    return [link for link in incident.links if link.kind == "resolved" and link.failed_at is None]


def held(db: Session, article_ids: Collection[int], among: ColumnElement[bool]) -> dict[int, Held]:
    """Return for each article that was ever used how often it held. among: the condition on Incidents that count."""
    rows = db.execute(
        select(Link.article_id, func.count() - func.count(Link.failed_at), func.count(), func.max(Link.at))
        .join(Link.incident)
        .where(Link.article_id.in_(article_ids), Link.kind == "resolved", among)
        .group_by(Link.article_id)
    )
    return {article_id: Held(times, of, last) for article_id, times, of, last in rows}
