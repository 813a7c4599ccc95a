"""What settles a line of the worklist that has no article of its own to say so."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import seen
from assistant.identity import me
from assistant.web.curation import back, the_task
from assistant.web.door import db, now
from assistant.web.page import done
from assistant.web.policy import allows
from kb import likeness, votes

blueprint = Blueprint("curation_acts", __name__)


@blueprint.post("/curation/votes/<int:key>/settle")
@allows("curation", form="curation.index")
def settle_votes(key: int) -> ResponseReturnValue:
    """Keep that somebody saw to what readers missed in an article; later votes stay open."""
    task = the_task("votes", key)
    newest = task.things["votes"][0].at
    votes.settle(db(), task.things["article"], newest, actor=me(), now=now())
    return _settled("What readers missed is seen to.")


@blueprint.post("/curation/pairs/<int:key>/apart")
@allows("curation", form="curation.index")
def apart(key: int) -> ResponseReturnValue:
    """Keep that two articles differ."""
    likeness.apart(db(), the_task("pairs", key).things["pair"], actor=me(), now=now())
    return _settled("They differ; nobody is asked again.")


@blueprint.post("/curation/<any(searches, ignored):kind>/<int:key>/seen")
@allows("curation", form="curation.index")
def seen_search(kind: str, key: int) -> ResponseReturnValue:
    """Take a question off the list until somebody asks it again."""
    seen.note(db(), seen.SEARCH, the_task(kind, key).things["gap"].gist, actor=me(), now=now())
    return _settled("It comes back when somebody asks it again.")


@blueprint.post("/curation/closures/<int:key>/seen")
@allows("curation", form="curation.index")
def seen_closure(key: int) -> ResponseReturnValue:
    """Keep that the reason of a closure without an article holds."""
    incident = the_task("closures", key).things["incident"]
    seen.note(db(), seen.CLOSURE, str(incident.id), actor=me(), now=now())
    return _settled(f"{incident.number}: the reason holds.")


def _settled(said: str) -> ResponseReturnValue:
    return done(back(url_for("curation.index")), said, leave=True)
