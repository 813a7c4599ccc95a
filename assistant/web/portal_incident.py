"""What an incident's page adds for requesters, and what the portal adds for agents."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select

from assistant.desk import notice, permissions
from assistant.desk.incident import Incident
from assistant.desk.notice import Affected, Notice
from assistant.identity import viewer
from assistant.web.door import db
from kb import feedback
from kb.article import Article
from kb.feedback import BEFORE_ASKING, Search
from kb.votes import Vote

NEXT = {  # phase -> where it stands, and what happens next
    "new": ("We have it.", "Somebody of the service desk reads it and begins. You hear from us here."),
    "active": (
        "Somebody is working on it.",
        "We write here when we need something from you, and when it is solved.",
    ),
    "waiting": ("We are waiting for something before we can go on.", "As soon as it is there, we go on."),
    "resolved": (
        "We think this is solved. Is it?",
        "If it works again, say so. If it does not, open it again with a few words.",
    ),
    "closed": ("This is solved and closed.", "If it comes back, open it again with a few words."),
}
MERGED = (
    "Others report the same.",
    "It is worked on together with theirs, and what we write to all of you stands here.",
)
KNOWN = {  # phase -> the state of an announced incident
    "new": "We know of it",
    "active": "We are working on it",
    "waiting": "We are waiting for something",
    "resolved": "Solved",
    "closed": "Solved",
}


@dataclass(frozen=True)
class Opened:
    """An article that somebody read before asking. choice: what they did with it."""

    article: Article
    choice: str
    reason: str


@dataclass(frozen=True)
class Tried:
    """One question that was asked at the portal before the incident was filed."""

    search: Search
    opened: list[Opened]


class Portal:
    """What the portal knows of an incident, for agents; each part is asked for only where a page shows it."""

    def __init__(self, incident: Incident) -> None:
        self.incident = incident

    @cached_property
    def notice(self) -> Notice | None:
        """What requesters are told of it."""
        return notice.of(db(), self.incident)

    @cached_property
    def affected(self) -> list[Affected]:
        """Who said “me too”."""
        return notice.affected(db(), self.incident.id) if self.notice else []

    @cached_property
    def tried(self) -> list[Tried]:
        """What the requester searched before asking."""
        return _tried(self.incident)

    @cached_property
    def in_vain(self) -> list[Vote]:
        """What the requester had voted down shortly before."""
        return _in_vain(self.incident)


def for_requester(incident: Incident) -> dict[str, Any]:
    """Return what a requester reads beside their words: where it stands, what comes next, files by comment."""
    files = defaultdict(list)
    for file in incident.attachments:
        if permissions.may_read_attachment(db(), viewer(), file):
            files[file.entry_id].append(file)
    return {"files": files, "stands": MERGED if incident.merged_into_id else NEXT[incident.phase]}


def _tried(incident: Incident) -> list[Tried]:
    searches = feedback.before(db(), incident.id)
    chosen = [one for search in searches for one in search.showings if one.choice and one.corpus == "article"]
    articles = _readable({one.item_id for one in chosen})
    return [
        Tried(
            search,
            [
                Opened(articles[one.item_id], str(one.choice), one.reason)
                for one in search.showings
                if one in chosen and one.item_id in articles
            ],
        )
        for search in searches
    ]


def _in_vain(incident: Incident) -> list[Vote]:
    """Return what the requester voted down shortly before."""
    if incident.requester_id is None:
        return []
    span = Vote.at.between(incident.recorded_at - BEFORE_ASKING, incident.recorded_at)
    votes = db().scalars(
        select(Vote).where(Vote.person_id == incident.requester_id, Vote.helpful.is_(False), span)
    )
    found = list(votes)
    known = _readable({vote.article_id for vote in found})
    return [vote for vote in found if vote.article_id in known]


def _readable(ids: set[int]) -> dict[int, Article]:
    known = permissions.readable_ids(db(), viewer(), Article, ids)
    return {row.id: row for row in db().scalars(select(Article).where(Article.id.in_(known)))}
