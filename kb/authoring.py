"""The verbs that write articles: draft, revise, restore, set the state, hand over, flag."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from kb import standard, states
from kb.article import CONTENT_FIELDS, Article, Content, Flag, Version
from kb.errors import EditConflict, Finding, MoveNotAllowed, Refused
from kb.live import Live
from kb.search import Within, find
from kb.store import lock
from kb.viewer import Viewer

NEAR = ("very likely", "likely")  # bands in which another article probably says the same


class Actor(Protocol):
    """Whoever does something: knowledge knows people only by their id."""

    id: Any


def draft(
    db: Session,
    content: Content,
    *,
    actor: Actor | None,
    now: datetime,
    services: Iterable[Any] = (),
    note: str = "",
    **identity: Any,
) -> Article:
    """Add an article as work in progress, from fragments if that is all there is yet.

    identity: further columns of Article (category_id, audience, team_id, external_id …). Raises Refused when it
    has no title or a field cannot be stored.
    """
    _storable(content)
    author = actor.id if actor else None
    article = Article(
        created_at=now, updated_at=now, updated_by_id=author, latest=1, **{"owner_id": author, **identity}
    )
    article.services = list(services)
    article.versions.append(Version(number=1, author_id=author, at=now, note=note, **content.values()))
    db.add(article)
    db.flush()
    return article


def revise(
    db: Session,
    article: Article,
    content: Content,
    *,
    seen: int,
    actor: Actor | None,
    now: datetime,
    note: str = "",
) -> Version:
    """Add a version; the same content again adds nothing.

    seen: number of the version that the author started from. Raises EditConflict when another one came in
    between, Refused when nobody but the owner may change it or a field cannot be stored.
    """
    lock(db, article)
    if seen != article.latest:
        raise EditConflict(article, dict(content.values()))
    if article.current.content == content:
        return article.current
    _editable(article, actor)
    _storable(content)
    author = actor.id if actor else None
    version = Version(number=article.latest + 1, author_id=author, at=now, note=note, **content.values())
    article.versions.append(version)
    article.latest = version.number
    article.personal_data_checked = False
    _stamp(article, actor, now)
    db.flush()
    db.expire(article, ["current"])
    return version


def restore(
    db: Session, article: Article, old: Version, *, seen: int, actor: Actor | None, now: datetime
) -> Version:
    """Let an article say again what it said in an old version: a new version with that content.

    Raises EditConflict and Refused as `revise` does.
    """
    note = f"Version {old.number} restored"
    return revise(db, article, old.content, seen=seen, actor=actor, now=now, note=note)


def hand_over(db: Session, article: Article, owner: Actor, *, actor: Actor, now: datetime) -> Article:
    """Give an article to somebody who keeps it from now on."""
    lock(db, article)
    article.owner_id = owner.id
    _stamp(article, actor, now)
    db.flush()
    db.expire(article, ["owner"])
    return article


def set_state(
    db: Session,
    article: Article,
    *,
    actor: Actor | None,
    now: datetime,
    personal_data_checked: bool = False,
    team_id: int | None = None,
    **wanted: str,
) -> Article:
    """Give an article another confidence, audience or governance. Raises MoveNotAllowed or Refused."""
    lock(db, article)
    article.team_id = team_id or article.team_id
    states.check(article, wanted, standard.of(db), personal_data_checked=personal_data_checked)
    for name, value in wanted.items():
        setattr(article, name, value)
    article.personal_data_checked = article.personal_data_checked or personal_data_checked
    _stamp(article, actor, now)
    db.flush()
    return article


def revive(db: Session, article: Article, *, actor: Actor | None, now: datetime) -> Article:
    """Bring an archived article back as not validated, read by nobody who could not read it in the archive.

    One that is not archived stays as it is. Raises MoveNotAllowed when it is part of another one now.
    """
    if article.merged_into_id is not None:
        raise MoveNotAllowed("It is part of another article now.")
    if article.confidence != "archived":
        return article
    audience = "team" if article.audience == "team" else "internal"
    return set_state(db, article, actor=actor, now=now, confidence="not_validated", audience=audience)


def flag(
    db: Session,
    article: Article,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
    owner: Actor | None = None,
    due_at: datetime | None = None,
) -> Flag:
    """Say what is wrong with an article. owner: who sees to it, until when. Raises Refused without a reason."""
    if not reason.strip():
        raise Refused([Finding("reason", "No reason is given.", "Say in a sentence what is wrong.")])
    owner_id = owner.id if owner else None
    raised = Flag(
        article=article,
        reason=reason.strip(),
        person_id=actor.id,
        at=now,
        owner_id=owner_id,
        due_at=due_at,
    )
    db.add(raised)
    db.flush()
    return raised


def settle(db: Session, raised: Flag, outcome: str, *, actor: Actor, now: datetime) -> Flag:
    """Close a flag with what was done about it. Raises Refused without an outcome, MoveNotAllowed the second time."""
    lock(db, raised)
    if raised.settled_at is not None:
        raise MoveNotAllowed(f"This flag is settled already: {raised.outcome}")
    if not outcome.strip():
        raise Refused([Finding("outcome", "No outcome is given.", "Say what was done, or why nothing was.")])
    raised.settled_at, raised.settled_by_id, raised.outcome = now, actor.id, outcome.strip()
    db.flush()
    return raised


def near_duplicates(
    db: Session, live: Live, content: Content, viewer: Viewer, *, except_id: int | None = None
) -> list[Article]:
    """Return the articles that probably say the same already, best first, among those the viewer may read."""
    text = "\n".join(part for part in (content.title, content.issue, content.environment) if part.strip())
    itself = frozenset() if except_id is None else frozenset({("article", except_id)})
    about: dict[str, Any] = {"corpora": ("article",), "k": 3, "within": Within(without=itself)}
    hits = find(db, live, text, viewer, **about).hits if text else []
    found = [db.get(Article, hit.item_id) for hit in hits if hit.band in NEAR]
    return [article for article in found if article is not None and article.confidence != "archived"]


def _storable(content: Content) -> None:
    findings = standard.too_long(content)
    if not content.title.strip():
        findings.insert(
            0, Finding("title", "The title is missing.", "Name the main issue and where it happens.")
        )
    if findings:
        raise Refused(findings)


def _editable(article: Article, actor: Actor | None) -> None:
    if article.governance == "compliance" and (actor is None or actor.id != article.owner_id):
        raise Refused(
            [
                Finding(
                    "",
                    "Only its owner may change a compliance-based article.",
                    "Raise a flag and say what is wrong.",
                )
            ]
        )


def _stamp(article: Article, actor: Actor | None, now: datetime) -> None:
    article.updated_at = now
    article.updated_by_id = actor.id if actor else None


def content_of(form: Any) -> Content:
    """Take the content fields out of a mapping such as a form; missing ones are empty, line ends are unified."""
    return Content(
        **{name: str(form.get(name) or "").replace("\r\n", "\n").strip() for name in CONTENT_FIELDS}
    )
