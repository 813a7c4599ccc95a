"""Every kind of page that the bench visits, and what stands in the addresses."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from sqlalchemy import select

from assistant.desk.incident import Incident
from assistant.runtime import Runtime
from assistant.web.portal_reader import slug
from bench.staff import Size
from kb.article import Version


@dataclass(frozen=True)
class Kind:
    """One kind of page. path: with the names of `Places.fill` in braces. part: only what htmx asks for."""

    name: str
    who: str
    path: str
    part: bool = False


PAGES = (
    Kind("queue: my work", "agent", "/incidents"),
    Kind("queue: my groups", "agent", "/incidents?list=groups"),
    Kind("queue: unassigned", "agent", "/incidents?list=unassigned"),
    Kind("queue: all open", "agent", "/incidents?list=open"),
    Kind("queue: all open, P2 of one service", "agent", "/incidents?list=open&priority=P2&service=1"),
    Kind("queue: all open, newest", "agent", "/incidents?list=open&sort=newest"),
    Kind("queue: resolved and closed", "agent", "/incidents?list=ended&sort=newest"),
    Kind("queue: resolved and closed, one service", "agent", "/incidents?list=ended&service=2&sort=updated"),
    Kind("queue: to write down", "agent", "/incidents?list=document"),
    Kind("preview beside the queue", "agent", "/incidents/{open}/preview", part=True),
    Kind("incident, open", "agent", "/incidents/{open}"),
    Kind("incident, closed", "agent", "/incidents/{incident}"),
    Kind("suggestions beside an incident", "agent", "/incidents/{open}/suggestions", part=True),
    Kind("family of an incident", "agent", "/incidents/{open}/family", part=True),
    Kind("resolve", "agent", "/incidents/{open}/resolve"),
    Kind("edit incident", "agent", "/incidents/{open}/edit"),
    Kind("new incident", "agent", "/incidents/new"),
    Kind("palette, a word", "agent", "/palette?q={word}", part=True),
    Kind("search", "agent", "/search?q={question}"),
    Kind("article", "agent", "/articles/{article}"),
    Kind("edit article", "agent", "/articles/{article}/edit"),
    Kind("people", "agent", "/people?q=person1"),
    Kind("configuration item", "agent", "/items/{item}"),
    Kind("articles", "coach", "/articles"),
    Kind("articles, flagged", "coach", "/articles?flagged=1"),
    Kind("curation", "coach", "/curation"),
    *(
        Kind(f"curation: {kind}", "coach", f"/curation?kind={kind}")
        for kind in ("votes", "searches", "unvalidated", "pairs", "closures")
    ),
    Kind("who may read an article", "coach", "/articles/{article}/publish"),
    Kind("nothing to learn", "coach", "/closures"),
    Kind("profile", "agent", "/profile"),
    Kind("portal", "requester", "/help"),
    Kind("portal: search as typed", "requester", "/help?typing=yes&q={typed}", part=True),
    Kind("portal: search", "requester", "/help?q={question}"),
    Kind("portal: article", "requester", "/help/articles/{read}"),
    Kind("portal: services", "requester", "/help/services"),
    Kind("portal: a service", "requester", "/help/services/2-service-2"),
    Kind("portal: what is it about", "requester", "/help/ask"),
    Kind("portal: form of a service", "requester", "/help/ask/1"),
    Kind("portal: known at the moment", "requester", "/help/known/{known}"),
    Kind("portal: my incidents", "requester", "/help/incidents"),
    Kind("portal: one of mine", "requester", "/incidents/{mine}"),
    Kind("notifications", "requester", "/notifications"),
    Kind("people and roles", "administrator", "/admin/people"),
    Kind("a person", "administrator", "/admin/people/{person}"),
    Kind("groups", "administrator", "/admin/groups"),
    Kind("a service", "administrator", "/admin/services/2"),
    Kind("items", "administrator", "/admin/items"),
    Kind("categories", "administrator", "/admin/categories"),
    Kind("a process", "administrator", "/admin/process/itil"),
    Kind("health", "administrator", "/admin/health"),
    Kind("audit trail", "administrator", "/admin/audit"),
    Kind("sign-in", "nobody", "/sign-in"),
)


class Places:
    """What stands in the addresses: drawn anew for each visit, the same ones in every run."""

    def __init__(self, runtime: Runtime, size: Size, asked: Sequence[str]) -> None:
        self.size, self.chance = size, random.Random(7)  # noqa: S311 - the same places every time, no secret
        self.asked = [" ".join(text.split()[:24])[:160] for text in asked if len(text.split()) > 2]
        with runtime.reading() as db:
            plain = (Incident.phase != "closed", Incident.restricted_to_id.is_(None))
            self.open = [f"INC-{one:06d}" for one in db.scalars(select(Incident.id).where(*plain))]
            theirs = select(Incident.requester_id, Incident.id).where(
                Incident.requester_id <= size.agents + 50
            )
            self.mine = {person: f"INC-{one:06d}" for person, one in db.execute(theirs)}
            titles = db.execute(select(Version.article_id, Version.title))
            self.titles = {article: title for article, title in titles}  # noqa: C416  rows

    def fill(self, path: str, person: int = 0) -> str:
        """Return a path with something in the place of each name."""
        draw = self.chance.randrange
        question = self.chance.choice(self.asked)
        words = question.split()
        article = draw(0, self.size.articles // 350) * 350 + 1 + 7 * draw(0, 5)  # requesters may read these
        return path.format(
            incident=f"INC-{draw(1, self.size.incidents) // 2 * 2 + 1:06d}",  # odd: restricted ones are even
            open=self.chance.choice(self.open),
            mine=self.mine.get(person, ""),
            article=f"KB-{article:06d}",
            read=f"KB-{article:06d}/{slug(self.titles[article])}",
            person=self.size.requester(draw(0, 50)),
            item=draw(1, self.size.items),
            known=f"INC-{self.size.incidents - draw(0, 5):06d}",
            word=quote_plus(max(words, key=len)),
            question=quote_plus(question),
            typed=quote_plus(" ".join(words[: draw(1, len(words))])),
        )
