"""What people of the demo do beside incidents and articles: ask the search, and keep lists under a name."""

from datetime import datetime

from sqlalchemy.orm import Session

from assistant.demo.cast import Cast
from assistant.demo.content import QuestionFile, Step, ViewFile
from assistant.desk import saved_view
from kb import feedback
from kb.feedback import Showing

SCORES = {"very likely": 0.8, "likely": 0.5, "possible": 0.2}  # of a band, near its middle
TOOK_MS = 12.0


def ask(db: Session, cast: Cast, question: QuestionFile, step: Step, now: datetime) -> None:
    """Ask the search, at the portal or at the desk; `portal opens 1` looks into the first answer."""
    actor, about = cast.people[step.who], {"took_ms": TOOK_MS}
    shown = [
        Showing(
            rank=rank, corpus="article", item_id=_id(cast, one.article), score=SCORES[one.band], band=one.band
        )
        for rank, one in enumerate(question.shows, 1)
    ]
    if step.verb == "portal":
        kept = feedback.record_typed(db, step.text, shown, kind="portal", actor=actor, now=now, **about)
    else:
        kept = feedback.record(db, step.text, shown, kind="search", actor=actor, now=now, **about)
    for place in step.arguments[1:]:
        feedback.choose(db, kept.showings[int(place) - 1], "opened", actor=actor, now=now)


def keep(db: Session, cast: Cast, file: ViewFile, now: datetime) -> None:
    """Keep a list under a name, and share it when the file says so."""
    known = {
        "service": cast.services,
        "group": cast.groups,
        "assignee": cast.people,
        "requester": cast.people,
        "category": cast.categories,
        "item": cast.items,
    }
    filters = {
        by: [known[by][name].id if by in known else name for name in names]
        for by, names in file.filters.items()
    }
    actor = cast.people[file.who]
    asked = {"list": file.shows, "sort": file.sort, **filters}
    view = saved_view.save(db, file.name, asked, actor=actor, now=now)
    if file.shared:
        saved_view.share(db, view, cast.groups[file.shared], actor=actor)


def _id(cast: Cast, key: str) -> int:
    return cast.articles[key].article.id
