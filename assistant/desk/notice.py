"""Notices: what requesters may know about an open incident that hurts many, and who said “me too”."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from assistant.desk import notifications
from assistant.desk.errors import EditConflict, Finding, Refused
from assistant.desk.incident import Entry, Incident
from assistant.desk.people import Person
from kb.store import Base, UtcDateTime, lock

LONGEST_TITLE, LONGEST_TEXT = 300, 5000  # characters
SHOWN = 5  # on the first page
ENDED = ("resolved", "closed")


class Notice(Base):
    """An incident told to requesters, in words written for them; nothing else of it is shown to them."""

    __tablename__ = "notice"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    incident: Mapped[Incident] = relationship()

    @property
    def path(self) -> str:
        """Where requesters read it."""
        return f"/help/known/{self.incident.number}"

    @property
    def seen(self) -> str:
        """What a form that changes it carries, so that nobody overwrites what they have not read."""
        return self.updated_at.isoformat()


class Affected(Base):
    """Somebody who said that an announced incident hurts them too. back_at: it works again for them."""

    __tablename__ = "affected"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    words: Mapped[str] = mapped_column(Text, default="")
    back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
    incident: Mapped[Incident] = relationship()


def announce(
    db: Session,
    incident: Incident,
    title: str,
    text: str,
    *,
    actor: Person,
    now: datetime,
    seen: str = "",
    confirmed: bool = False,
) -> Notice:
    """Tell requesters of an open incident in words for them, or tell it anew; who is affected hears that it changed.

    seen: of the notice that the writer looked at; Raises EditConflict when it is another one by now. confirmed: the
    writer knows that everybody will read these words, although the incident is restricted. Raises Refused.
    """
    lock(db, incident)
    notice = db.get(Notice, incident.id)
    if notice is not None and notice.seen != seen:
        raise EditConflict(notice, {"title": title, "text": text})
    findings = _findings(incident, title.strip(), text.strip(), confirmed=confirmed or _stands(notice))
    if findings:
        raise Refused(findings)
    before = (notice.title, notice.text, notice.ended_at) if notice else None
    notice = notice or Notice(incident=incident, at=now)
    notice.title, notice.text, notice.ended_at = title.strip(), text.strip(), None
    notice.updated_at, notice.updated_by_id = now, actor.id
    db.add(notice)
    db.flush()
    if before not in (None, (notice.title, notice.text, None)):
        _tell(db, notice, f"There is news: {notice.title}", actor=actor, now=now)
    return notice


def end(db: Session, notice: Notice, *, actor: Person | None, now: datetime, said: str = "") -> Notice:
    """Take a notice back: it is not shown and not found any more, and who is affected hears of it."""
    if notice.ended_at is None:
        notice.ended_at = notice.updated_at = now
        notice.updated_by_id = actor.id if actor else None
        db.flush()
        _tell(db, notice, said or f"This is no longer announced: {notice.title}", actor=actor, now=now)
    return notice


def follow(db: Session, incident: Incident, *, actor: Person | None, now: datetime) -> None:
    """Let the notice of an incident that has ended end with it."""
    notice = db.get(Notice, incident.id)
    if notice is not None and notice.ended_at is None and incident.phase in ENDED:
        solved = "It goes on under another number" if incident.merged_into_id else "It is solved"
        end(db, notice, actor=actor, now=now, said=f"{solved}: {notice.title}")


def join(db: Session, notice: Notice, words: str = "", *, actor: Person, now: datetime) -> Affected:
    """Count a person among those whom it hurts too. Raises Refused when the notice has ended, or for too many words."""
    words = words.strip()
    hurt = db.get(Affected, (notice.incident_id, actor.id))
    if notice.ended_at is not None and hurt is None:
        raise Refused([Finding("", "This is solved by now.", "If it still hurts you, ask the service desk.")])
    if len(words) > LONGEST_TEXT:
        raise Refused([Finding("words", f"{LONGEST_TEXT:,} characters fit.", "Shorten it.")])
    lock(db, notice)
    if hurt is None:
        hurt = Affected(incident_id=notice.incident_id, person_id=actor.id, at=now)
        db.add(hurt)
    hurt.words, hurt.back_at = words or hurt.words or "", None
    db.flush()
    return hurt


def back(db: Session, notice: Notice, *, actor: Person, now: datetime) -> Affected | None:
    """Keep that it works again for somebody who was affected, and tell who works on it."""
    hurt = db.get(Affected, (notice.incident_id, actor.id))
    if hurt is not None and hurt.back_at is None:
        hurt.back_at = now
        db.flush()
        incident = notice.incident
        told = f"{incident.number}: it works again for {actor.name}"
        notifications.tell(
            db, [incident.assignee], told, f"/incidents/{incident.number}", actor=actor, now=now
        )
    return hurt


def say_to_all(db: Session, incident: Incident, *, actor: Person | None, now: datetime) -> None:
    """Let everybody who is affected know that something was said to all of them."""
    notice = db.get(Notice, incident.id)
    if notice is not None:
        _tell(db, notice, f"The service desk wrote about: {notice.title}", actor=actor, now=now)


def of(db: Session, incident: Incident) -> Notice | None:
    """Return the notice of an incident, also one that has ended."""
    return db.get(Notice, incident.id)


def standing(db: Session, limit: int = SHOWN) -> list[Notice]:
    """Return the notices that stand, newest first."""
    query = select(Notice).where(Notice.ended_at.is_(None)).options(joinedload(Notice.incident))
    return list(db.scalars(query.order_by(Notice.at.desc(), Notice.incident_id.desc()).limit(limit)))


def of_service(db: Session, service_id: int) -> list[Notice]:
    """Return the notices that stand about a service, newest first."""
    query = select(Notice).join(Notice.incident).options(joinedload(Notice.incident))
    query = query.where(Notice.ended_at.is_(None), Incident.service_id == service_id)
    return list(db.scalars(query.order_by(Notice.at.desc()).limit(SHOWN)))


def some(db: Session, ids: Iterable[int]) -> dict[int, Notice]:
    """Return those of the notices that stand, by the ids of their incidents."""
    query = select(Notice).where(Notice.incident_id.in_(list(ids)), Notice.ended_at.is_(None))
    return {row.incident_id: row for row in db.scalars(query.options(joinedload(Notice.incident)))}


def joined(db: Session, person: Person) -> list[tuple[Notice, Affected]]:
    """Return the notices that a person said “me too” to, newest first."""
    query = select(Notice, Affected).join(Affected, Affected.incident_id == Notice.incident_id)
    query = query.where(Affected.person_id == person.id).options(joinedload(Notice.incident))
    return [(notice, hurt) for notice, hurt in db.execute(query.order_by(Affected.at.desc()).limit(50))]


def affected(db: Session, incident_id: int) -> list[Affected]:
    """Return who said “me too”, oldest first."""
    query = select(Affected).where(Affected.incident_id == incident_id).options(joinedload(Affected.person))
    return list(db.scalars(query.order_by(Affected.at, Affected.person_id)))


def how_many(db: Session, incident_id: int) -> int:
    """Return how many people said “me too”."""
    mine = Affected.incident_id == incident_id
    return db.scalar(select(func.count()).select_from(Affected).where(mine)) or 0


def told_to_all(incident: Incident) -> list[Entry]:
    """Return what was said to everybody whom it hurts, newest first."""
    return [entry for entry in incident.entries if entry.kind == "comment" and entry.to_all][::-1]


def may_read(db: Session, notice: Notice, person: Person) -> bool:
    """Say whether somebody may read a notice: everybody while it stands, then those who are affected."""
    return notice.ended_at is None or db.get(Affected, (notice.incident_id, person.id)) is not None


def _stands(notice: Notice | None) -> bool:
    return notice is not None and notice.ended_at is None


def _findings(incident: Incident, title: str, text: str, *, confirmed: bool) -> list[Finding]:
    findings = []
    if not incident.is_open:
        findings.append(Finding("", f"{incident.number} has ended.", "Open it again before you announce it."))
    if not title:
        findings.append(
            Finding("notice_title", "The title is missing.", "Say in plain words what does not work.")
        )
    if len(title) > LONGEST_TITLE or len(text) > LONGEST_TEXT:
        field, most = (
            ("notice_title", LONGEST_TITLE) if len(title) > LONGEST_TITLE else ("notice_text", LONGEST_TEXT)
        )
        findings.append(Finding(field, f"{most:,} characters fit.", "Shorten it."))
    if incident.restricted_to and not confirmed:
        message = f"Only {incident.restricted_to.name} may read this incident; a notice is read by everybody."
        findings.append(Finding("confirmed", message, "Confirm that these words may be known."))
    return findings


def _tell(db: Session, notice: Notice, text: str, *, actor: Person | None, now: datetime) -> None:
    people = [hurt.person for hurt in affected(db, notice.incident_id) if hurt.back_at is None]
    notifications.tell(db, people, text, notice.path, actor=actor, now=now)
