"""The articles of a made-up desk: versions, flags, votes, comments and the audit trail of all that."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from assistant.desk.audit import AuditEntry
from bench.staff import NOW, Row, Size
from bench.texts import Text
from kb.article import Article, Flag, Version, article_service
from kb.likeness import Likeness
from kb.remarks import Remark
from kb.votes import Vote

CONFIDENCES = ("validated", "validated", "validated", "not_validated", "not_validated", "wip", "archived")
AUDIENCES = ("requesters", "requesters", "public", "internal", "internal", "requesters", "internal")
SENTENCE = ". "


def state(number: int) -> tuple[str, str]:
    """Return confidence and audience of an article; every fiftieth belongs to a team."""
    place = number % len(CONFIDENCES)
    return CONFIDENCES[place], "team" if number % 50 == 0 else AUDIENCES[place]


def scope(number: int) -> str:
    """Return the permission class of an article, as its row has it."""
    confidence, audience = state(number)
    about = {"confidence": confidence, "audience": audience, "team_id": 1 if audience == "team" else None}
    return Article(**about).scope


def content(text: Text) -> dict[str, str]:
    """Return what an article says: the first half of the text is the issue, the rest cause and resolution."""
    words = text.said.split()
    third = max(1, len(words) // 3)
    return {
        "title": text.title,
        "issue": " ".join(words[:third]),
        "cause": " ".join(words[third : third + third // 2]),
        "resolution": " ".join(words[third + third // 2 :]),
    }


def rows(size: Size, texts: Sequence[Text]) -> Iterator[Row]:
    """Yield the articles and what hangs on them."""
    chance = np.random.default_rng(5)
    for number, text in enumerate(texts, 1):
        at = NOW - timedelta(hours=int(chance.integers(1, 20_000)))
        owner = size.agent(number)
        yield Article.__table__, _article(number, owner, at)
        said = {**content(text), "environment": "Platform: Windows 11", "note": ""}
        yield (
            Version.__table__,
            {"id": number, "article_id": number, "number": 1, **said, "author_id": owner, "at": at},
        )
        yield article_service, {"article_id": number, "service_id": 1 + number % size.services}
        trail = {"at": at, "person_id": owner, "subject": "article", "subject_id": number, "version": None}
        yield AuditEntry.__table__, {**trail, "action": "article added", "changes": {"latest": [None, 1]}}
        yield AuditEntry.__table__, {**trail, "action": "version added", "changes": {"number": [None, 1]}}
        yield from _said(size, number, chance)


def _article(number: int, owner: int, at: Any) -> dict[str, Any]:
    confidence, audience = state(number)
    return {
        "id": number,
        "confidence": confidence,
        "audience": audience,
        "governance": "experience",
        "latest": 1,
        "category_id": 9 + number % 40,
        "owner_id": owner,
        "team_id": 1 if audience == "team" else None,
        "personal_data_checked": True,
        "created_at": at,
        "updated_at": at,
        "updated_by_id": owner,
    }


def _said(size: Size, number: int, chance: np.random.Generator) -> Iterator[Row]:
    """Yield what readers and colleagues said of an article."""
    for place in range(int(chance.integers(0, 7))):
        reader = {"person_id": size.requester(number * 13 + place), "at": NOW, "version": 1}
        helpful = bool(chance.random() < 0.8)
        comment = "" if helpful else "It did not work for me."
        yield Vote.__table__, {"article_id": number, "helpful": helpful, "comment": comment, **reader}
    if number % 30 == 0:
        raised = {"person_id": size.agent(number + 1), "at": NOW, "owner_id": size.agent(number)}
        settled = {} if number % 90 == 0 else {"settled_at": NOW, "outcome": "Corrected."}
        due = {
            "due_at": NOW + timedelta(days=number % 20),
            "reason": "The second step is not there any more.",
        }
        row = {"settled_at": None, "outcome": "", **settled}
        yield Flag.__table__, {"article_id": number, **raised, **due, **row}
    if number % 20 == 0:
        told = {"person_id": size.agent(number + 2), "at": NOW, "text": "Could this name the version?"}
        yield Remark.__table__, {"article_id": number, **told}
    if number % 25 == 1 and number > 1:
        near = {"other_id": number, "nearness": 0.9 + number % 9 / 100, "found_at": NOW}
        yield Likeness.__table__, {"article_id": number - 1, **near}
