"""What the desk is called and how it looks, and whether its portal is open to everybody."""

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.desk import site
from assistant.desk.accent import COLOUR
from assistant.desk.attachment import Store, type_of
from assistant.desk.errors import Finding, Refused
from assistant.desk.people import Person
from assistant.desk.permissions import readable_articles
from kb.article import Article
from kb.viewer import ANONYMOUS

LARGEST_LOGO = 512 * 1024  # bytes
PICTURES = ("image/png", "image/jpeg", "image/webp")
LONGEST = {"name": 40, "greeting": 120, "contact": 300}


def rename(db: Session, name: str, accent: str, *, seen: int, actor: Person | None, now: datetime) -> None:
    """Set what the desk is called and its accent; an empty accent is the desk's own gold.

    Raises EditConflict, Refused with findings.
    """
    name, accent = name.strip(), accent.strip().lower()
    findings = _too_long({"name": name})
    if not name:
        findings.append(Finding("name", "The name is missing.", "Write what people call this desk."))
    if accent and not COLOUR.fullmatch(accent):
        findings.append(Finding("accent", f"“{accent}” is not a colour.", "Choose one, such as #a83c20."))
    if findings:
        raise Refused(findings)
    _put(db, "brand", {"name": name, "accent": accent}, seen=seen, actor=actor, now=now)


def give_logo(
    db: Session, store: Store, data: bytes, *, seen: int, actor: Person | None, now: datetime
) -> None:
    """Keep a picture as the desk's logo. Raises EditConflict, Refused when it is no picture or too large."""
    media_type = type_of(data[:4096]) if data else ""
    if media_type not in PICTURES:
        raise Refused([Finding("logo", "This is not a picture that can be used.", "Use PNG, JPEG or WebP.")])
    if len(data) > LARGEST_LOGO:
        raise Refused([Finding("logo", "The picture is larger than 512 KB.", "Save a smaller one.")])
    sha256, _, _ = store.keep(io.BytesIO(data))
    _put(db, "brand", {"logo": sha256, "media_type": media_type}, seen=seen, actor=actor, now=now)


def take_logo(db: Session, *, seen: int, actor: Person | None, now: datetime) -> None:
    """Go back to the desk's own mark. Raises EditConflict."""
    _put(db, "brand", {"logo": "", "media_type": ""}, seen=seen, actor=actor, now=now)


def open_portal(
    db: Session,
    values: Mapping[str, Any],
    *,
    seen: int,
    sure: bool = False,
    actor: Person | None,
    now: datetime,
) -> None:
    """Set what the portal says, and whether people who are not signed in may use it.

    values: public, greeting, contact. sure: the question that opening asks was answered. Raises EditConflict, Refused.
    """
    findings = _too_long(values)
    if not values["greeting"].strip():
        findings.append(Finding("greeting", "The question is missing.", "Write what the portal asks people."))
    if values["public"] and not site.of(db, "portal")["public"] and not sure:
        findings.append(Finding("sure", _opening(db), "Tick the box below and save again."))
    if findings:
        raise Refused(findings)
    _put(db, "portal", values, seen=seen, actor=actor, now=now)


def _put(db: Session, subject: str, values: Mapping[str, Any], *, seen: int, **who: Any) -> None:
    site.put(db, subject, {**site.of(db, subject), **values}, seen=seen, **who)


def _opening(db: Session) -> str:
    open_ones = select(func.count(Article.id)).where(readable_articles(ANONYMOUS))
    count = db.scalar(open_ones) or 0
    become = "No article is public yet; each that becomes so" if not count else f"{count:,} public articles"
    if count == 1:
        become = "1 public article"
    return f"{become} can then be read, without signing in, by everybody who reaches this address."


def _too_long(values: Mapping[str, Any]) -> list[Finding]:
    return [
        Finding(key, f"This is longer than {longest} characters.", "Shorten it.")
        for key, longest in LONGEST.items()
        if len(values.get(key, "")) > longest
    ]
