"""What a score promises: whether anybody here solved it, whether it is this item, and the words for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import calibration
from index.calibration import Surroundings, lead, solved, stands_out, surroundings

cosines = st.lists(st.floats(-1, 1), max_size=80)


@given(cosines, st.floats(0, 1))
def test_what_is_around_a_question_does_not_depend_on_an_order(closest, length):
    around = surroundings(closest, length)
    assert surroundings(closest[::-1], length) == around
    assert around.nearest == max(closest, default=0.0)
    assert 0 < solved(around) < 1


def test_a_nearer_neighbour_and_a_fuller_neighbourhood_speak_for_an_answer_a_long_question_against():
    plain = Surroundings(nearest=0.6, crowd=0.3, length=0.5)
    assert solved(Surroundings(0.7, 0.3, 0.5)) > solved(plain) > solved(Surroundings(0.6, 0.2, 0.5))
    assert solved(Surroundings(0.6, 0.3, 0.9)) < solved(plain)


def test_few_items_are_a_thin_neighbourhood():
    assert surroundings([0.8] * 11, 0.5).crowd < surroundings([0.8] * 30, 0.5).crowd == pytest.approx(0.8)
    assert surroundings([], 0.5).nearest == 0


@given(st.floats(0, 40), st.lists(st.floats(0, 40), max_size=12))
def test_what_stands_out_further_is_never_less_likely(score, others):
    assert 0 <= stands_out(score, others) <= stands_out(score + 1, others) + 1e-12 <= 1 + 1e-12
    assert lead(score, others) >= lead(score, [other + 1 for other in others]) - 1e-9


@pytest.mark.parametrize(
    ("chance", "words"),
    [(1.0, "very likely"), (0.7, "very likely"), (0.5, "likely"), (0.2, "possible"), (0, "possible")],
)
def test_people_read_words_not_numbers(chance, words):
    assert calibration.band(chance) == words
