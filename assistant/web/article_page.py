"""What stands on an article's page: its text, its state and who may change it, what is wrong with it."""

from collections.abc import Mapping
from difflib import ndiff
from typing import Any

from flask import Response

from assistant.desk import link
from assistant.identity import can, me
from assistant.web.door import db
from assistant.web.page import page
from kb import standard, states
from kb.article import AUDIENCES, CONFIDENCES, CONTENT_FIELDS, GOVERNANCES, Article, Content, Version
from kb.redaction import marks_in

MAY = {  # (part of the article state, value) -> the action that gives it; the others are part of writing
    ("confidence", "validated"): "article.validate",
    ("confidence", "archived"): "article.archive",
    ("audience", "requesters"): "article.publish",
    ("audience", "public"): "article.publish",
    ("governance", "compliance"): "article.validate",
    ("governance", "experience"): "article.validate",
}
KINDS = {" ": "same", "+": "added", "-": "removed"}
READERS = {  # permission class -> who that is
    "article:public": "Everybody who can sign in; it may be shown outside too.",
    "article:requesters": "Everybody who can sign in.",
    "article:internal": "Everybody who works on incidents.",
    "article:wip": "Everybody who works on incidents; requesters cannot until it leaves work in progress.",
    "article:archived": "Everybody who works on incidents; it is no longer suggested.",
}


def article_page(article: Article, *, panel: str = "", fragment: str | None = None) -> Response:
    """Show the whole page, or the fragment when only that is wanted. panel: which small form is open."""
    template = "articles/detail.html" if me().works else "portal/article.html"
    return page(template, fragment, panel=panel, **_about(article))


def looked(content: Content) -> dict[str, Any]:
    """Return what stands in a text that should not, by field: findings of the standard and marks of personal data."""
    marks = {name: marks_in(text) for name, text in content.values().items()}
    return {
        "standard": standard.of(db()).findings(content),
        "marks": {name: found for name, found in marks.items() if found},
    }


def differences(before: Version | None, after: Version) -> dict[str, list[tuple[str, str]]]:
    """Return for each field that changed its lines as (same, added or removed, text); nothing for a first version."""
    changed = {}
    for name in CONTENT_FIELDS if before else ():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            lines = ndiff(old.splitlines(), new.splitlines())
            changed[name] = [(KINDS[line[0]], line[2:]) for line in lines if line[0] in KINDS]
    return changed


def _about(article: Article) -> dict[str, Any]:
    return {
        "article": article,
        "held": link.held(db(), [article.id]).get(article.id, link.NEVER),
        "moves": _offered(
            "confidence", {name: CONFIDENCES[name] for name in states.MOVES[article.confidence]}
        ),
        "audiences": _offered("audience", AUDIENCES, article.audience),
        "governances": _offered("governance", GOVERNANCES, article.governance),
        "own_teams": [(group.id, group.name) for group in me().groups],
        "readers": READERS.get(article.scope)
        or f"Only the team {article.team.name if article.team else ''}.",
        "flags": [raised for raised in article.flags if raised.settled_at is None],
        **looked(article.current.content),
    }


def _offered(part: str, values: Mapping[str, str], present: str = "") -> list[tuple[str, str]]:
    """Return the values of a part of the article state that this person may give, and the present one."""
    return [
        (value, label)
        for value, label in values.items()
        if value == present or can(MAY.get((part, value), "article.write"))
    ]
