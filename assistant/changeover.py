"""A model that learns the desk's language: taught, embedded, judged, put in use, taken back.

All the while the model before answers. Vectors of the new one are made beside those that are in use; only when every
passage has one and the laboratory has judged, one row says that the new one answers. Broken off anywhere, the desk goes
on with one of the two, and what was done so far is not done again.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from assistant import adaptation, models
from assistant.adaptation import CannotAdapt, Verdict
from assistant.backtest import cases, promotion, run
from assistant.backtest.promotion import Decision
from assistant.desk import lessons
from assistant.desk.asset import Service
from assistant.desk.people import Person
from assistant.runtime import Runtime
from assistant.telling import Tell
from index.encoder import Encoder
from index.errors import SearchError
from kb import beside
from kb.beside import SHIPPED

CANDIDATE, VERDICT = "candidate", "verdict.json"
JUDGED = 3  # the newest third of the incidents with a confirmed answer judges and does not teach
FEW_LEFT = 64  # passages that came meanwhile; they are embedded as soon as the model is in use
THREADS = max(1, (os.cpu_count() or 1) // 2)  # of the training process; the rest is for those who work
NICENESS = 10
Train = Callable[..., Verdict]


def carry_out(runtime: Runtime, tell: Tell, train: Train = adaptation.adapt) -> dict[str, Any]:
    """Teach a copy of the model, and put it in use when it finds better; return what came of it."""
    with _alone(runtime.settings.models_folder):
        try:
            came = _done(runtime) or _adapted(runtime, tell, train)
        except CannotAdapt as error:
            came = asdict(Decision(kept=False, by="nothing", said=str(error)))
        shutil.rmtree(_candidate(runtime), ignore_errors=True)
        _forget_others(runtime)
        return came


def go_back(runtime: Runtime, recipe: str, actor_id: int | None, tell: Tell) -> None:
    """Put a model in use again that was in use before; nothing is left to do where it is already."""
    with _alone(runtime.settings.models_folder):
        with runtime.reading() as db:
            if beside.in_use(db) == recipe:
                return
        said = {"said": "Somebody went back to this model."}
        _go_over(runtime, runtime.models(recipe), recipe, tell, evidence=said, actor_id=actor_id)


def _adapted(runtime: Runtime, tell: Tell, train: Train) -> dict[str, Any]:
    old, since = _answering(runtime), _judged_since(runtime)
    verdict = _verdict(runtime, old) or _taught(runtime, old, since, tell, train)
    came: dict[str, Any] = {"pairs": asdict(verdict)}
    if not verdict.better:
        return came | asdict(promotion.no_gain(verdict.said))
    encoder = runtime.models(CANDIDATE)
    _embed(runtime, encoder, tell)
    came["laboratory"] = found = _named(runtime, run.trial(runtime, encoder, tell, since=since))
    came |= asdict(promotion.decide(verdict.said, found))
    if came["kept"]:
        recipe = encoder.recipe.fingerprint()
        _install(_candidate(runtime), runtime.settings.models_folder / recipe)
        _go_over(runtime, encoder, recipe, tell, evidence=came)
    return came


def _candidate(runtime: Runtime) -> Path:
    return models.folder_of(runtime.settings, CANDIDATE)


def _taught(runtime: Runtime, old: Encoder, since: datetime, tell: Tell, train: Train) -> Verdict:
    """Teach a copy of the model that the desk came with, and remember the verdict beside it."""
    pairs, target = lessons.taught(runtime.sessions, since), _candidate(runtime)
    verdict = train(runtime.settings.model, old, pairs, target, threads=THREADS, niceness=NICENESS, tell=tell)
    kept = {"old": old.recipe.fingerprint(), "verdict": asdict(verdict)}
    (target / VERDICT).write_text(json.dumps(kept), "utf-8")
    return verdict


def _verdict(runtime: Runtime, old: Encoder) -> Verdict | None:
    """Return the verdict on a candidate that was taught before all this was broken off."""
    try:
        kept = json.loads((_candidate(runtime) / VERDICT).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return Verdict(**kept["verdict"]) if kept["old"] == old.recipe.fingerprint() else None


def _done(runtime: Runtime) -> dict[str, Any] | None:
    """Return what came of a candidate that is in use already, because all this was broken off right after."""
    with runtime.reading() as db:
        version = beside.current(db)
    if version is None or not (_candidate(runtime) / VERDICT).exists():
        return None
    same = runtime.models(CANDIDATE).recipe.fingerprint() == version.learned["recipe"]
    return dict(version.evidence) if same else None


def _judged_since(runtime: Runtime) -> datetime:
    """Return the moment before which records teach and after which they judge."""
    with runtime.reading() as db:
        known = [case.at for case in cases.load(db, now=runtime.now()) if case.answers]
    return known[-max(1, len(known) // JUDGED)] if known else runtime.now()


def _answering(runtime: Runtime) -> Encoder:
    """Return the model that answers, once this process has taken over what was put in use. Raises CannotAdapt."""
    for _ in range(2):
        with runtime.reading() as db:
            runtime.live.catch_up(db)
        runtime.live.wait()
    if runtime.encoder is None:
        raise CannotAdapt("There is no model here that could learn; the status page says why.")
    return runtime.encoder


def _embed(runtime: Runtime, encoder: Encoder, tell: Tell) -> None:
    """Make the vectors of a model beside those that answer, until next to none is missing."""
    used = _answering(runtime).recipe.fingerprint()
    told = partial(tell, "Reading everything with the other model")
    while beside.fill(runtime.sessions, encoder, used, told) > FEW_LEFT:
        pass


def _named(runtime: Runtime, found: dict[str, Any]) -> dict[str, Any]:
    """Return what the laboratory found, with services by their names."""
    with runtime.reading() as db:
        names = {row.id: row.name for row in db.execute(select(Service.id, Service.name))}
    for part in found["parts"]:
        if part["by"] == "service":
            part["key"] = names.get(part["key"])
    return found


def _go_over(
    runtime: Runtime,
    encoder: Encoder,
    recipe: str,
    tell: Tell,
    *,
    evidence: Mapping[str, Any],
    actor_id: int | None = None,
) -> None:
    """Let a model answer from now on, once every passage has its vector and a copy of the index lies ready."""
    _embed(runtime, encoder, tell)
    tell("Preparing the index")
    with runtime.reading() as db:
        runtime.live.prepare(db, encoder)
    with runtime.writing() as db:
        actor = db.get(Person, actor_id) if actor_id else None
        beside.use(db, recipe, encoder.recipe.model, evidence, actor=actor, now=runtime.now())
        db.commit()


def _install(candidate: Path, target: Path) -> None:
    """Copy a model to where it is opened from; it is there whole or not at all."""
    draft = target.with_name(f"{CANDIDATE}-copy")
    for path in (draft, target):
        shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(candidate, draft)
    draft.rename(target)


def _forget_others(runtime: Runtime) -> None:
    """Delete models and copies of the index that are neither in use nor the way back."""
    with runtime.reading() as db:
        version = beside.current(db)
    kept = {version.learned["recipe"], version.learned["before"]["recipe"]} if version else set()
    models.forget_others(runtime.settings, kept)
    with suppress(SearchError):
        kept |= {runtime.models(SHIPPED).recipe.fingerprint()}
    runtime.live.forget_others({runtime.live.fingerprint, *kept})


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time change the model."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotAdapt("Another change of the model is under way.") from error
        yield
