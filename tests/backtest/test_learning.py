"""What a desk learns from its choices: judged on what came later, used where it is better, taken back by one click."""

from dataclasses import replace

import numpy as np

from assistant.backtest import choices, gate, learning, run
from assistant.backtest.gate import Offer
from assistant.backtest.learning import Pupil
from index import fusion
from index.adapter import Adapter
from kb import tuning
from kb.manner import AS_SHIPPED
from kb.tuning import ADAPTER, RANKING
from tests import make
from tests.make import NOON
from tests.web.world import showing

WORTH = {"better": True, "before": 0.5, "gain": [0.1, 0.05, 0.15]}


def taught(weight=9.0, *, better=True):
    return Offer(RANKING, better, {"words": weight} if better else {}, {**WORTH, "better": better}, {})


def weight_of_words(db):
    weights = tuning.manner(db, None, {}).weights or fusion.shipped_weights()
    return weights["words"]


def test_what_was_learned_is_used_until_somebody_goes_back_and_again_when_they_want_it(db):
    shipped, dan = weight_of_words(db), make.person(db, "dan")
    gate.take_over(db, taught(), now=NOON)
    assert weight_of_words(db) == 9.0
    assert "as it was shipped" in gate.decide(db, RANKING, own=False, actor=dan, now=NOON)
    gate.take_over(db, taught(weight=8.0), now=NOON)
    assert weight_of_words(db) == shipped
    gate.decide(db, RANKING, own=True, actor=dan, now=NOON)
    assert weight_of_words(db) == 9.0


def test_what_is_no_gain_any_more_is_used_no_longer_and_nobody_can_choose_it(db):
    shipped = weight_of_words(db)
    gate.take_over(db, taught(), now=NOON)
    gate.take_over(db, taught(better=False), now=NOON)
    assert weight_of_words(db) == shipped
    gate.decide(db, RANKING, own=True, actor=make.person(db, "dan"), now=NOON)
    assert weight_of_words(db) == shipped


def test_a_map_turns_the_questions_of_the_model_it_was_learned_with_and_of_no_other(db):
    drawn = np.random.default_rng(1)
    up, down = (drawn.normal(size=shape).astype(np.float32) for shape in ((8, 2), (2, 8)))
    learned = {"recipe": "this model", "rank": 2}
    offer = Offer(ADAPTER, True, learned, WORTH, {}, tuning.written(Adapter(up, down)))  # noqa: FBT003
    gate.take_over(db, offer, now=NOON)
    kept = {}
    found = tuning.manner(db, "this model", kept).adapter
    assert np.array_equal(found.up, up) and np.array_equal(found.down, down)
    assert tuning.manner(db, "this model", kept).adapter is found, "it is read once"
    assert tuning.manner(db, "another model", kept) == AS_SHIPPED


def test_the_earlier_half_teaches_the_later_half_judges_and_what_is_worse_is_not_used(
    runtime, history, monkeypatch
):
    lessons = []

    def teach(past, examples, manner):
        lessons.append([one.case.incident_id for one in examples])
        return replace(manner, weights=dict.fromkeys(fusion.shipped_weights(), 0.0))

    monkeypatch.setattr(learning, "FEWEST", 1)
    pupil = Pupil(RANKING, teach, lambda manner, _: (dict(manner.weights), None), {})
    monkeypatch.setattr(learning, "PUPILS", (pupil,))
    told = run.carry_out(runtime, lambda *_: None).figures["learned"][RANKING]
    assert lessons == [[history["first drop"]]], "of three, the first"
    assert told["labels"] == 3 and told["before"] > 0 > told["gain"][0]
    with runtime.reading() as db:
        assert tuning.newest(db, RANKING) is None


def test_few_incidents_teach_nothing(runtime, history):
    told = run.carry_out(runtime, lambda *_: None).figures["learned"]
    assert {kind: one["gain"] for kind, one in told.items()} == {ADAPTER: None, RANKING: None}


def test_a_choice_far_down_says_that_somebody_looked_there(db):
    used, found, other = (make.incident(db) for _ in range(3))
    deep = showing(db, used, "article", 1)
    deep.choice, deep.rank = "used", 3
    refused = showing(db, used, "incident", other.id)
    refused.choice, refused.rank = "rejected", 1
    db.flush()
    record = choices.read(db, [used.id, found.id])
    assert record.of(used.id).rejected == {("incident", other.id)}
    assert record.seen(used.id) == record.looked_at[2] < 1
    assert record.seen(found.id) == 1, (
        "what was linked without being shown was found by somebody's own effort"
    )
