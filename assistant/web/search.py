"""One box for everything the viewer may read: identifiers first, then what means the same, with filters beside it."""

from typing import Any

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import everything
from assistant.desk.everything import Results
from assistant.desk.narrowing import complete
from assistant.desk.operators import KINDS, Asker
from assistant.desk.query import OPERATORS, Query, Term, begun, parse, plainly
from assistant.identity import me, viewer
from assistant.web import forms
from assistant.web.door import db, keep, now, runtime
from assistant.web.guard import limiter
from assistant.web.page import page
from assistant.web.policy import allows
from assistant.web.queue import opened_view
from assistant.web.words import zone
from kb import feedback

blueprint = Blueprint("search", __name__)
PAGE, MOST = 20, 60  # lines at first, and at most


@blueprint.get("/search")
@allows("search")
@limiter.limit("240/minute")
def index() -> ResponseReturnValue:
    """Show what the question finds; requesters are answered at the portal, without what only agents read."""
    question = forms.question()
    if not me().works:
        return redirect(url_for("portal.home", q=question), 303)
    about = _about(question)
    answer = page("search/index.html", "search/_found.html", **about)
    answer.headers["HX-Replace-Url"] = about["address"]()
    return answer


def _about(question: str) -> dict[str, Any]:
    at, asker = begun(question), Asker(viewer(), zone())
    query = parse(at.before if at and at.name and not at.typed else question)  # a value is about to be typed
    upto = min(max(forms.number("upto") or PAGE, PAGE), MOST)
    typing = forms.text("typing") == "yes"
    how: dict[str, Any] = {"shown": upto, "unfinished": typing, "now": now()}
    results = everything.search(db(), runtime().live, query, asker, **how)
    view = opened_view()
    here = {"q": question, "view": view.id if view else None, "upto": upto if upto > PAGE else None}
    return {
        "question": question,
        "longest": forms.LONGEST_QUESTION,
        "results": results,
        "counted": everything.COUNTED,
        "asked": bool(query.terms),  # not while the value of an operator is about to be typed
        "completions": complete(db(), at, asker),
        "showings": _remember(query, results),
        "more": upto + PAGE if upto < min(results.total, MOST) else 0,
        "operators": OPERATORS,
        "kinds": KINDS,
        "incidents_on": lambda name: url_for("search.index", q=Query((Term("item", name),))),
        "with_or_without": lambda term: url_for("search.index", q=str(query.toggled(term))),
        "only_words": url_for("search.index", q=plainly(query.text, forms.LONGEST_QUESTION)),
        "kept": [("q", question)],
        "view": view,
        "address": lambda **changes: url_for("search.index", **{**here, **changes}),
    }


def _remember(query: Query, results: Results) -> dict[tuple[str, int], int]:
    """Keep what was asked of the index and shown for it; return under which id each hit was kept."""
    answer = results.answer
    if answer is None:
        return {}
    hits = [hit.found for hit in results.hits if hit.found is not None]
    # what a filter hides, and what is found by its name, is no gap; nor need anybody open what only comes nearest
    said = query.text.casefold()
    by_name = any(hit.found is None or hit.numbered for hit in results.hits) or any(
        item.name.casefold() == said for item in results.items
    )
    looked_up = results.by_number or (answer.nothing and (results.narrowing.is_narrow or by_name))
    showings = feedback.showings([] if looked_up else hits)
    about = {"recipe": answer.recipe, "took_ms": answer.took_ms, "degraded": "\n".join(answer.degraded)}
    about["unanswered"] = answer.nothing and not looked_up
    kept = keep(feedback.record_typed, query.text, showings, kind="search", actor=me(), now=now(), **about)
    return {(showing.corpus, showing.item_id): showing.id for showing in kept.showings}
