"""What is written about what somebody types to get somewhere: only articles and incidents that are worth a look."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from assistant.desk.incident import Incident
from assistant.desk.query import WORD, parse
from index.calibration import FLOOR
from index.runs import RUN
from kb.article import Article
from kb.asking import NAMED
from kb.live import Live
from kb.search import Answer, Found, find
from kb.viewer import Viewer

LOOKED_AT = 40  # hits among which the first of each kind are shown
SHORTEST = 3  # characters from which on texts are searched
KINDS: dict[str, tuple[Any, tuple[Any, ...]]] = {  # kind -> its rows, and what is read with them
    "article": (Article, (joinedload(Article.current),)),
    "incident": (Incident, ()),
}
Text = Article | Incident


def about(db: Session, live: Live, typed: str, viewer: Viewer, *, most: int) -> dict[str, list[Text]]:
    """Return at most so many texts of each kind, best first, that the viewer may read.

    typed: what may end in the midst of a word. Operators, phrases and words to leave out are for the search.
    """
    if len(typed) < SHORTEST or any(term.by != WORD for term in parse(typed).terms):
        return {}
    answer = find(db, live, typed, viewer, k=LOOKED_AT, unfinished=True)
    hits = _worth_a_look(answer, len(RUN.findall(typed.lower())))
    ids = {kind: [hit.item_id for hit in hits if hit.corpus == kind][:most] for kind in KINDS}
    return {kind: _rows(db, kind, some) for kind, some in ids.items() if some}


def _worth_a_look(answer: Answer, words: int) -> Sequence[Found]:
    """Return the hits that are likely, or say as much of the question as the best one.

    Where nothing can be trusted, as of half a word, those that say all its words; beside what bears the name that was
    asked for, nothing else. Of many that say the same word none stands out, so that is not asked of them.
    """
    best = answer.hits[0] if answer.hits else None
    if best is None:
        return ()
    named = best.probability >= NAMED
    likely = NAMED if named or answer.nothing else FLOOR
    said = words if answer.nothing else max(1, len(best.terms))
    return [hit for hit in answer.hits if hit.probability >= likely or len(hit.terms) >= said]


def _rows(db: Session, kind: str, ids: Sequence[int]) -> list[Text]:
    row, options = KINDS[kind]
    rows = {one.id: one for one in db.scalars(select(row).where(row.id.in_(ids)).options(*options))}
    return [rows[item_id] for item_id in ids if item_id in rows]
