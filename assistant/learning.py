"""A model learns the desk's language: taught from its records, embedded, judged on its incidents, put in use.

The newest third of the incidents with a confirmed answer judges, and nothing recorded since the first of them teaches.
"""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from assistant import adaptation, models
from assistant.adaptation import CannotAdapt, Manner, Verdict
from assistant.backtest import cases, promotion, run
from assistant.changeover import answering, changing, embed, forget_others, go_over
from assistant.desk import lessons
from assistant.desk.asset import Service
from assistant.models import CANDIDATE
from assistant.runtime import Runtime
from assistant.telling import Tell
from index.encoder import Encoder
from kb import beside

VERDICT = "verdict.json"
JUDGED = 3  # one in so many of the incidents with a confirmed answer judges
THREADS = max(1, (os.cpu_count() or 1) // 2)  # of the training process; the rest is for those who work
NICENESS = 10  # of the training process: those who work go first
Train = Callable[..., Verdict]


def carry_out(runtime: Runtime, tell: Tell, train: Train = adaptation.adapt) -> dict[str, Any]:
    """Teach a copy of the model, and put it in use when it finds better; return what came of it."""
    with changing(runtime):
        try:
            came = _done(runtime) or _adapted(runtime, tell, train)
        except CannotAdapt as error:
            came = asdict(promotion.nothing_taught(str(error)))
        shutil.rmtree(_candidate(runtime), ignore_errors=True)
        forget_others(runtime)
        return came


def _adapted(runtime: Runtime, tell: Tell, train: Train) -> dict[str, Any]:
    old, since = answering(runtime), _judged_since(runtime)
    verdict = _verdict(runtime, old) or _taught(runtime, old, since, tell, train)
    came: dict[str, Any] = {"pairs": asdict(verdict)}
    if not verdict.better:
        return came | asdict(promotion.no_gain(verdict.said))
    encoder = runtime.models(CANDIDATE)
    embed(runtime, encoder, tell)
    came["laboratory"] = found = _named(runtime, run.trial(runtime, encoder, tell, since=since))
    came |= asdict(promotion.decide(verdict.said, found))
    if came["kept"]:
        recipe = encoder.recipe.fingerprint()
        models.install(runtime.settings, recipe)
        go_over(runtime, encoder, recipe, tell, evidence=came)
    return came


def _candidate(runtime: Runtime) -> Path:
    return models.folder_of(runtime.settings, CANDIDATE)


def _taught(runtime: Runtime, old: Encoder, since: datetime, tell: Tell, train: Train) -> Verdict:
    """Teach a copy of the model that the desk came with, and remember the verdict beside it."""
    pairs, target = lessons.taught(runtime.sessions, since), _candidate(runtime)
    manner = Manner(THREADS, NICENESS, runtime.settings.model_precision)
    verdict = train(runtime.settings.model, old, pairs, target, manner=manner, tell=tell)
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


def _named(runtime: Runtime, found: dict[str, Any]) -> dict[str, Any]:
    """Return what the laboratory found, with services by their names."""
    with runtime.reading() as db:
        names = {row.id: row.name for row in db.execute(select(Service.id, Service.name))}
    for part in found["parts"]:
        if part["by"] == "service":
            part["key"] = names.get(part["key"])
    return found
