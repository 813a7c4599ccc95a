"""Figures from outcomes, against what was worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.backtest import figures, report
from assistant.backtest.outcome import PRODUCT, Outcome

LABELS = {PRODUCT: "Kintsugi", "words": "Words alone"}


def outcome(number, product, words=(), *, answers=1, chance=0.5, **more):
    """Return what came of an incident whose answers stood at these places."""
    places = {PRODUCT: list(product), "words": list(words)}
    right = 1 in product
    return Outcome(number, answers, places, chance, right, [], **more)


def means(values):
    return {name: value[0] for name, value in values.items()}


def test_each_measure_is_the_mean_over_what_had_been_solved_before():
    known = [outcome(1, [1]), outcome(2, [3]), outcome(3, []), outcome(4, [11])]
    assert means(figures.quality(known, PRODUCT)) == {
        "recall@1": 0.25,
        "recall@5": 0.5,
        "recall@10": 0.5,
        "MRR@10": pytest.approx((1 + 1 / 3) / 4),
        "nDCG@10": pytest.approx((1 + 0.5) / 4),
    }


def test_of_two_answers_each_counts_half():
    found = means(figures.quality([outcome(1, [1, 6], answers=2)], PRODUCT))
    assert (found["recall@1"], found["recall@5"], found["recall@10"]) == (0.5, 0.5, 1)
    assert found["nDCG@10"] == pytest.approx((1 + 1 / 2.80735) / (1 + 1 / 1.58496), abs=1e-4)


def test_what_was_new_and_what_nobody_confirmed_is_counted_but_not_measured():
    outcomes = [outcome(1, [1]), outcome(2, [], answers=0), outcome(3, [], answers=None)]
    found = figures.of(outcomes, LABELS)
    assert [found[name] for name in ("asked", "judged", "known", "new")] == [3, 2, 1, 1]
    assert found["contenders"][PRODUCT]["recall@1"][0] == 1
    assert found["confidence"]["asked"] == 2


def test_a_part_that_is_better_everywhere_is_named_and_one_that_differs_by_chance_is_not():
    beaten = figures.of([outcome(number, [2], [1]) for number in range(40)], LABELS)
    assert any(line.startswith("recall@1: Words alone is better by 1.000") for line in report.worse(beaten))
    by_chance = [outcome(number, [1 + number % 2], [1 + (number + 1) % 2]) for number in range(40)]
    assert report.worse(figures.of(by_chance, LABELS)) == []


def test_the_interval_of_a_difference_pairs_the_same_incidents():
    """Both vary a lot from incident to incident; the difference never does, so its interval has no width."""
    known = [outcome(number, [1 + number % 9], [2 + number % 9]) for number in range(45)]
    found = figures.differences(known, "words", PRODUCT)["recall@5"]
    alone = figures.quality(known, PRODUCT)["recall@5"]
    assert found[2] - found[1] < alone[2] - alone[1]
    same = figures.differences(known, PRODUCT, PRODUCT)
    assert same == {}


def test_two_runs_are_compared_on_what_both_asked():
    before = [outcome(1, [2]), outcome(2, [1]), outcome(9, [1])]
    found = figures.since([outcome(1, [1]), outcome(2, [1]), outcome(3, [])], before)
    assert found["known"] == 2
    assert found["recall@1"][0] == 0.5
    assert figures.since([outcome(1, [1])], [outcome(2, [1])]) == {"known": 0}


def test_the_word_of_the_desk_is_held_against_what_was_right():
    sure, unsure = outcome(1, [1], chance=0.95), outcome(2, [2], chance=0.05)
    new = outcome(3, [], answers=0, chance=0.05)
    found = figures.confidence([sure, unsure, new])
    assert found["calibration error"] == pytest.approx(0.05)
    assert found["AUROC"] == pytest.approx((1 + 0.5) / 2)
    assert found["risk"] == [(pytest.approx(1 / 3), 0.0), (1.0, pytest.approx(2 / 3))]


def test_without_anything_new_nobody_can_say_how_well_it_is_told_apart():
    assert figures.confidence([outcome(1, [1])])["AUROC"] is None
    assert figures.confidence([])["calibration error"] is None


def test_services_and_languages_come_with_their_sizes_largest_first():
    outcomes = [outcome(number, [1], service_id=number % 3 % 2, language="German") for number in range(9)]
    found = figures.of(outcomes, LABELS)
    assert [(one["key"], one["known"]) for one in found["services"]] == [(0, 6), (1, 3)]
    assert [one["key"] for one in found["languages"]] == ["German"]


def test_a_desk_that_has_confirmed_nothing_has_no_figures_and_no_error():
    found = figures.of([], LABELS)
    assert found["contenders"][PRODUCT] == {"label": "Kintsugi", "against": {}}
    assert report.worse(found) == []
    assert any("say little" in line for line in report.lines(found))


PLACES = st.lists(st.integers(1, 50), max_size=3, unique=True)


@given(st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=30))
def test_every_figure_is_a_share_within_its_interval_and_grows_with_depth(drawn):
    known = [outcome(at, product, words, answers=3) for at, (product, words) in enumerate(drawn)]
    for name in LABELS:
        found = figures.quality(known, name)
        for mean, low, high in found.values():
            assert 0 <= low <= mean + 1e-9 and mean <= high + 1e-9 <= 1 + 1e-6
        assert found["recall@1"][0] <= found["recall@5"][0] <= found["recall@10"][0]
    there, back = (figures.differences(known, *pair) for pair in (("words", PRODUCT), (PRODUCT, "words")))
    assert means(there) == {name: pytest.approx(-value) for name, value in means(back).items()}


@given(st.lists(st.integers(), max_size=300), st.integers(2, 70))
def test_a_thinned_curve_keeps_its_ends(points, most):
    found = figures.thinned(points, most)
    assert len(found) == min(most, len(points))
    assert found[:1] == points[:1] and found[-1:] == points[-1:]
