"""What stands on an article's page: its text, its state and who may change it, what is wrong with it."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from assistant.desk import link, people, phrasebook
from assistant.desk.curation_lines import worth_of
from assistant.desk.incident import Incident
from assistant.desk.link import Link
from assistant.desk.permissions import readable_incidents
from assistant.identity import can, me, viewer
from assistant.web.door import db
from assistant.web.page import page
from assistant.web.subjects import offered
from kb import merging, remarks, standard, states
from kb.article import AUDIENCES, CONFIDENCES, GOVERNANCES, Article, Content
from kb.redaction import marks_in

MAY = {  # (part of the article state, value) -> the action that gives it; the others are part of writing
    ("confidence", "validated"): "article.validate",
    ("confidence", "archived"): "article.archive",
    ("audience", "requesters"): "article.publish",
    ("audience", "public"): "article.publish",
    ("governance", "compliance"): "article.validate",
    ("governance", "experience"): "article.validate",
}
RESOLVED = 8  # newest incidents on the page
READERS = {  # permission class -> who that is
    "article:public": "Everybody who can sign in; it may be shown outside too.",
    "article:requesters": "Everybody who can sign in.",
    "article:internal": "Everybody who works on incidents.",
    "article:wip": "Everybody who works on incidents; requesters cannot until it leaves work in progress.",
    "article:archived": "Everybody who works on incidents; it is no longer suggested.",
}


def article_page(article: Article, *, panel: str = "", fragment: str | None = None, **more: Any) -> Response:
    """Show the whole page, or the fragment when only that is wanted. panel: which small form is open."""
    return page("articles/detail.html", fragment, panel=panel, **_about(article), **more)


def looked(content: Content) -> dict[str, Any]:
    """Return what stands in a text that should not, by field: findings of the standard and marks of personal data."""
    marks = {name: marks_in(text) for name, text in content.values().items()}
    return {
        "standard": standard.of(db()).findings(content),
        "marks": {name: found for name, found in marks.items() if found},
    }


def keepers() -> list[tuple[int, str]]:
    """Return the people to whom a task or an article can be handed over."""
    return offered(people.who_work(db()))


def readers(article: Article) -> str:
    """Say who may read an article, in a sentence."""
    team = article.team.name if article.team else "that keeps it"
    return READERS.get(article.scope) or f"Only the team {team}."


def _about(article: Article) -> dict[str, Any]:
    return {
        "article": article,
        "held": link.held(db(), [article.id], readable_incidents(viewer())).get(article.id, link.NEVER),
        "moves": _offered(
            "confidence", {name: CONFIDENCES[name] for name in states.MOVES[article.confidence]}
        ),
        "audiences": [
            (value, label)
            for value, label in _offered("audience", AUDIENCES, article.audience)
            if not states.widens(article, {"audience": value})
        ],
        "governances": _offered("governance", GOVERNANCES, article.governance),
        "own_teams": offered(people.groups_of(me()), article.team),
        "readers": readers(article),
        "worth": worth_of(db(), viewer(), [article.id]).words(article.id),
        "flags": sorted(article.flags, key=lambda raised: (raised.settled_at is not None, -raised.id)),
        "remarks": remarks.of(db(), [article.id]),
        "took": merging.merged_into(db(), article),
        "resolved": _resolved(article),
        "told_so": phrasebook.known_as(db(), article, viewer()),
        "keepers": keepers(),
        **looked(article.current.content),
    }


def _resolved(article: Article) -> list[Link]:
    """Return the newest incidents that an article resolved, as far as the viewer may read them."""
    mine = (Link.article_id == article.id, Link.kind == "resolved", readable_incidents(viewer()))
    query = select(Link).join(Incident, Incident.id == Link.incident_id).where(*mine)
    newest = query.options(joinedload(Link.incident)).order_by(Link.at.desc(), Link.id.desc())
    return list(db().scalars(newest.limit(RESOLVED)))


def _offered(part: str, values: Mapping[str, str], present: str = "") -> list[tuple[str, str]]:
    """Return the values of a part of the article state that this person may give, and the present one."""
    return [
        (value, label)
        for value, label in values.items()
        if value == present or can(MAY.get((part, value), "article.write"))
    ]
