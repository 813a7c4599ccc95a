"""One run of the laboratory from beginning to end, kept as it goes, so that one that is broken off is gone on with."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256

from assistant.backtest import (
    cases,
    choices,
    contest,
    figures,
    gate,
    honesty,
    learning,
    reading,
    states,
)
from assistant.backtest.cases import Case
from assistant.backtest.contest import CONTENDERS, Contender
from assistant.backtest.figures import Figures
from assistant.backtest.gate import Offer
from assistant.backtest.outcome import Outcome
from assistant.backtest.states import Kind
from assistant.desk import laboratory
from assistant.desk.laboratory import LaboratoryRun
from assistant.runtime import Runtime
from assistant.telling import Tell
from index import fusion
from index.encoder import Encoder

AT_ONCE = 50  # incidents asked between two commits
PHRASEBOOK = {  # where the words of solved incidents are tried: among what
    "articles and incidents": states.KINDS,
    "articles alone": [kind for kind in states.KINDS if kind.corpus == "article"],
}


def carry_out(
    runtime: Runtime, tell: Tell, *, most: int = cases.MOST, contenders: Sequence[Contender] = CONTENDERS
) -> LaboratoryRun:
    """Ask the newest incidents again and return the run with its figures. tell: may raise, and the run stays open."""
    with runtime.writing() as db:
        run = laboratory.begin(db, recipe_of(runtime), now=runtime.now())
        done = {one["incident_id"] for one in run.outcomes}
        db.commit()
        run_id = run.id
    with runtime.reading() as db:
        found = cases.load(db, now=runtime.now(), most=most)
        record = choices.read(db, [case.incident_id for case in found])
    waiting = [case for case in found if case.incident_id not in done]
    offers: list[Offer] = []
    if found:
        with reading.opened(runtime, found, tell) as then:
            for start in range(0, len(waiting), AT_ONCE):
                some = waiting[start : start + AT_ONCE]
                outcomes = []
                for number, outcome in enumerate(contest.run(then, some, contenders), start + 1):
                    outcomes.append(asdict(outcome))
                    tell("Asking incidents again", number, len(waiting))
                with runtime.writing() as db:
                    laboratory.keep(db, run_id, outcomes)
                    db.commit()
            offers = learning.learn(then, found, record, tell)
    return _finish(runtime, run_id, {one.name: one.label for one in contenders}, offers)


def trial(
    runtime: Runtime,
    encoder: Encoder,
    tell: Tell,
    *,
    most: int = cases.MOST,
    since: datetime | None = None,
) -> Figures:
    """Return by how much the desk would find better with another model, on its own incidents; nothing is kept.

    since: only what was recorded from this moment on is asked.
    """
    with runtime.reading() as db:
        found = cases.load(db, now=runtime.now(), most=most)
    known = [case for case in found if case.answers and (since is None or case.at >= since)]
    new, old = (_asked(runtime, known, tell, one) for one in (encoder, runtime.encoder))
    return {**figures.since(new, old), "parts": figures.parts(new, old)}


def phrasebook(runtime: Runtime, tell: Tell, *, most: int = cases.MOST) -> dict[str, Figures]:
    """Return by how much the phrasebook helps, among everything and among articles alone; nothing is kept."""
    with runtime.reading() as db:
        known = [case for case in cases.load(db, now=runtime.now(), most=most) if case.answers]
    found = {}
    for name, kinds in PHRASEBOOK.items():
        without = [kind for kind in kinds if kind is not states.PHRASES]
        asked = (_asked(runtime, known, tell, runtime.encoder, some) for some in (kinds, without))
        found[name] = figures.since(*asked)
    return found


def recipe_of(runtime: Runtime) -> str:
    """Return what is measured as a short name: which model, and which ranking and prior."""
    ranking = sha256(json.dumps(fusion.shipped(), sort_keys=True).encode()).hexdigest()[:8]
    return f"{runtime.live.fingerprint or 'words only'} {ranking}"


def _asked(
    runtime: Runtime,
    known: Sequence[Case],
    tell: Tell,
    encoder: Encoder | None,
    kinds: Sequence[Kind] = states.KINDS,
) -> list[Outcome]:
    outcomes = []
    step = f"Asking with {encoder.recipe.model if encoder else 'words only'}"
    with reading.opened(runtime, known, tell, encoder=encoder, kinds=kinds) as then:
        for outcome in contest.run(then, known, CONTENDERS[:1]):
            outcomes.append(outcome)
            tell(step, len(outcomes), len(known))
    return outcomes


def _finish(
    runtime: Runtime, run_id: int, contenders: dict[str, str], offers: Sequence[Offer]
) -> LaboratoryRun:
    with runtime.reading() as db:
        run = db.get_one(LaboratoryRun, run_id)
        outcomes = [Outcome.read(one) for one in run.outcomes]
        before = laboratory.before(db, run.recipe)
        earlier = [Outcome.read(one) for one in before.outcomes] if before else []
    found = figures.of(outcomes, contenders)
    found["promise"] = honesty.learn(outcomes)
    found["learned"] = {one.kind: dict(one.worth) for one in offers}
    found["model"] = runtime.encoder.recipe.model if runtime.encoder else ""
    if before is not None:
        found["since"] = {"run": before.id, "recipe": before.recipe, **figures.since(outcomes, earlier)}
    with runtime.writing() as db:
        honesty.take_over(db, found["promise"], now=runtime.now())
        for offer in offers:
            gate.take_over(db, offer, now=runtime.now())
        run = laboratory.finish(db, run_id, found, now=runtime.now())
        db.commit()
        db.refresh(run)
        db.expunge(run)
    return run
