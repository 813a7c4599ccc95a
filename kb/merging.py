"""Two articles that say the same become one: what hangs on the one that goes moves to the one that stays."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kb import likeness
from kb.article import Article, Content, Flag, Version
from kb.authoring import Actor
from kb.errors import Finding, Refused
from kb.remarks import Remark
from kb.votes import Vote

WORD_FIELDS = ("helpful", "comment", "version", "at", "settled_at", "settled_by_id")  # what a reader said


def proposal(stays: Article, goes: Article) -> Content:
    """Return what the merged article could say: the wordings of both, every environment, and no step twice."""
    one, other = stays.current.content, goes.current.content
    return Content(
        title=one.title,
        issue=_both(one.issue, other.issue),
        environment="\n".join(dict.fromkeys([*_lines(one.environment), *_lines(other.environment)])),
        cause=one.cause.strip() or other.cause,
        resolution=one.resolution.strip() or other.resolution,
    )


def check(stays: Article, goes: Article) -> None:
    """Raise Refused when these two cannot become one."""
    findings = [Finding("with", message, cure) for fails, message, cure in _checks(stays, goes) if fails]
    if findings:
        raise Refused(findings)


def absorb(db: Session, stays: Article, goes: Article, *, actor: Actor, now: datetime) -> None:
    """Move votes, flags, remarks, services and earlier merges to the one that stays, and archive the other.

    A reader who voted on both has one vote on the one that stays, the newer; the older one remains as history.
    """
    _move_votes(db, stays, goes)
    for flag in db.scalars(select(Flag).where(Flag.article_id == goes.id)):
        flag.article = stays
    for remark in db.scalars(select(Remark).where(Remark.article_id == goes.id)):
        remark.article = stays
    known = {service.id for service in stays.services}
    stays.services = [*stays.services, *(service for service in goes.services if service.id not in known)]
    likeness.forget(db, goes)
    db.execute(update(Article).where(Article.merged_into_id == goes.id).values(merged_into_id=stays.id))
    goes.confidence, goes.merged_into_id = "archived", stays.id
    goes.updated_at, goes.updated_by_id = now, actor.id
    db.flush()
    db.expire(stays, ["flags"])
    db.expire(goes, ["flags"])


def merged_into(db: Session, article: Article) -> list[Article]:
    """Return the articles that became this one, oldest first."""
    query = select(Article).where(Article.merged_into_id == article.id)
    return list(db.scalars(query.order_by(Article.id)))


def history(db: Session, article: Article) -> list[Version]:
    """Return every version of an article and of those that became it, newest first."""
    ids = [article.id, *(one.id for one in merged_into(db, article))]
    query = select(Version).where(Version.article_id.in_(ids))
    return list(db.scalars(query.order_by(Version.at.desc(), Version.id.desc())))


def _checks(stays: Article, goes: Article) -> Iterator[tuple[bool, str, str]]:
    yield stays.id == goes.id, "This is the same article.", "Name the other one."
    yield goes.merged_into_id is not None, f"{goes.number} was merged before.", "Name another one."
    yield (
        stays.confidence == "archived",
        f"{stays.number} is archived and cannot stay.",
        "Revive it first, or let the other one stay.",
    )


def _move_votes(db: Session, stays: Article, goes: Article) -> None:
    cast = {_reader(vote): vote for vote in db.scalars(select(Vote).where(Vote.article_id == stays.id))}
    for vote in db.scalars(select(Vote).where(Vote.article_id == goes.id)):
        other = cast.get(_reader(vote))
        if other is None:
            vote.article = stays
        elif other.at < vote.at:
            _swap(vote, other)


def _reader(vote: Vote) -> tuple[int | None, str | None]:
    return vote.person_id, vote.visitor


def _swap(one: Vote, other: Vote) -> None:
    """Exchange what was said, so that no reader ever has two votes on one article."""
    for name in WORD_FIELDS:
        mine, theirs = getattr(one, name), getattr(other, name)
        setattr(one, name, theirs)
        setattr(other, name, mine)


def _both(text: str, more: str) -> str:
    """Return two wordings below each other; one that is part of the other is not said twice."""
    if more.strip() in text:
        return text
    return more if text.strip() in more else f"{text.rstrip()}\n\n{more.strip()}"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
