"""Going over from one model to another while the one before answers, and back.

Vectors of the other model are made beside those that are in use; only when every passage has one, one row says that it
answers. Broken off anywhere, the desk goes on with one of the two, and what was done so far is not done again.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import Any

from assistant import models
from assistant.alone import alone
from assistant.desk.errors import DeskError
from assistant.desk.people import Person
from assistant.runtime import Runtime
from assistant.telling import Tell
from index.encoder import Encoder
from index.errors import SearchError
from kb import beside
from kb.beside import SHIPPED

FEW_LEFT = 64  # passages that came meanwhile; they are embedded as soon as the model is in use


class CannotChange(DeskError):
    """There is no model here that could be changed, or somebody else changes it now."""


def changing(runtime: Runtime) -> AbstractContextManager[None]:
    """Let one process at a time change the model. Raises CannotChange."""
    return alone(runtime.settings.models_folder, CannotChange("Another change of the model is under way."))


def go_back(runtime: Runtime, recipe: str, actor_id: int | None, tell: Tell) -> None:
    """Put a model in use again that was in use before; nothing is left to do where it is already."""
    with changing(runtime):
        with runtime.reading() as db:
            if beside.in_use(db) == recipe:
                return
        said = {"said": "Somebody went back to this model."}
        go_over(runtime, runtime.models(recipe), recipe, tell, evidence=said, actor_id=actor_id)


def go_over(
    runtime: Runtime,
    encoder: Encoder,
    recipe: str,
    tell: Tell,
    *,
    evidence: Mapping[str, Any],
    actor_id: int | None = None,
) -> None:
    """Let a model answer from now on, once every passage has its vector and a copy of the index lies ready."""
    embed(runtime, encoder, tell)
    tell("Preparing the index")
    with runtime.reading() as db:
        runtime.live.prepare(db, encoder)
    with runtime.writing() as db:
        actor = db.get(Person, actor_id) if actor_id else None
        beside.use(db, recipe, encoder.recipe.model, evidence, actor=actor, now=runtime.now())
        db.commit()


def embed(runtime: Runtime, encoder: Encoder, tell: Tell) -> None:
    """Make the vectors of a model beside those that answer, until next to none is missing."""
    used = answering(runtime).recipe.fingerprint()
    told = partial(tell, "Reading everything with the other model")
    while beside.fill(runtime.sessions, encoder, used, told) > FEW_LEFT:
        pass


def answering(runtime: Runtime) -> Encoder:
    """Return the model that answers, once this process has taken over what was put in use. Raises CannotChange."""
    for _ in range(2):
        with runtime.reading() as db:
            runtime.live.catch_up(db)
        runtime.live.wait()
    if runtime.encoder is None:
        raise CannotChange("There is no model here that could learn; the status page says why.")
    return runtime.encoder


def forget_others(runtime: Runtime) -> None:
    """Delete models and copies of the index that are neither in use nor the way back."""
    with runtime.reading() as db:
        version = beside.current(db)
    kept = {version.learned["recipe"], version.learned["before"]["recipe"]} if version else set()
    used: set[str | None] = {runtime.live.fingerprint, *kept}
    with suppress(SearchError):
        used.add(runtime.models(SHIPPED).recipe.fingerprint())
    models.forget_others(runtime.settings, kept, used)
