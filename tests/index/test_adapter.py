"""A map of the question's vector: learned where there is something to learn, and left out where not."""

import numpy as np
import pytest

from index import adapter
from index.adapter import Lesson

DIMENSION, ITEMS = 16, 60


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def lesson(shift, asked=80, seed=5):
    """People ask for an item in its own words, plus what this desk always says and the model knows nothing of."""
    drawn = np.random.default_rng(seed)
    items = unit(drawn.normal(size=(ITEMS, DIMENSION)))
    wanted = drawn.integers(ITEMS, size=asked)
    questions = unit(items[wanted] + shift + drawn.normal(scale=0.05, size=(asked, DIMENSION)))
    return Lesson(questions, items, np.arange(ITEMS), np.eye(ITEMS, dtype=bool)[wanted])


def right_first(one, questions):
    return np.mean(one.right[np.arange(len(questions)), (questions @ one.passages.T).argmax(axis=1)])


def test_what_a_desk_always_says_is_learned_away():
    shift = 1.5 * np.eye(DIMENSION)[0]
    taught, asked = lesson(shift), lesson(shift)
    asked = Lesson(asked.questions[40:], asked.passages, asked.starts, asked.right[40:])
    found = adapter.learned(taught.of(np.arange(40)))
    assert right_first(asked, found.of(asked.questions)) > right_first(asked, asked.questions)
    assert np.linalg.norm(found.of(asked.questions), axis=1) == pytest.approx(1, abs=1e-5)


def test_where_questions_find_what_they_ask_for_nothing_is_learned():
    assert adapter.learned(lesson(0 * np.eye(DIMENSION)[0])) is None


def test_what_is_learned_is_the_same_every_time():
    one, other = (adapter.learned(lesson(1.5 * np.eye(DIMENSION)[0])) for _ in range(2))
    assert np.array_equal(one.up, other.up) and np.array_equal(one.down, other.down)
