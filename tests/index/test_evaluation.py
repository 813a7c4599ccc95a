"""The measures, against figures worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import evaluation as measure

RELEVANT = {"a": 1.0, "b": 1.0, "z": 0.0}


def test_recall_is_the_share_of_the_relevant():
    assert measure.recall(["x", "a", "b"], RELEVANT, 2) == 0.5
    assert measure.recall(["a", "b"], RELEVANT, 1) == 0.5
    assert measure.recall([], RELEVANT, 5) == 0


def test_the_reciprocal_rank_looks_at_the_first_relevant_among_ten():
    assert measure.reciprocal_rank(["x", "b", "a"], RELEVANT) == 0.5
    assert measure.reciprocal_rank(["x"] * 10 + ["a"], RELEVANT) == 0


def test_gain_is_discounted_by_rank_and_compared_with_the_best():
    assert measure.ndcg(["a", "x", "b"], RELEVANT) == pytest.approx((1 + 0.5) / (1 + 0.63093), abs=1e-4)
    assert measure.ndcg(["b", "a"], RELEVANT) == 1
    assert measure.ndcg(["z"], {"z": 0.0}) == 0


def test_average_precision_counts_what_was_never_found():
    assert measure.average_precision(["a", "x", "b"], RELEVANT) == pytest.approx((1 + 2 / 3) / 2)
    assert measure.average_precision(["a"], RELEVANT) == 0.5


def test_auroc_counts_ties_as_half():
    assert measure.auroc([0.9, 0.5, 0.5, 0.1], [True, True, False, False]) == pytest.approx(0.875)
    assert measure.auroc([1.0], [True]) == 0.5


def test_the_calibration_error_is_the_gap_between_promise_and_truth():
    assert measure.calibration_error([0.95, 0.95, 0.05, 0.05], [True, True, False, False]) == pytest.approx(
        0.05
    )
    assert measure.calibration_error([1.0, 1.0], [False, False]) == 1
    assert measure.calibration_error([], []) == 0


def test_a_query_that_was_not_answered_counts_nothing():
    figures = measure.summary({"q1": ["a"]}, {"q1": {"a": 1.0}, "q2": {"b": 1.0}})
    assert figures == dict.fromkeys(("Recall@1", "Recall@5", "Recall@10", "MRR@10", "nDCG@10", "MAP"), 0.5)
    assert measure.summary({}, {}) == {}


def test_the_interval_holds_the_mean_and_repeats_itself():
    low, high = measure.interval([0.0, 1.0] * 50)
    assert low < 0.5 < high
    assert (low, high) == measure.interval([0.0, 1.0] * 50)


@given(st.lists(st.sampled_from("abcdefgh"), unique=True), st.sets(st.sampled_from("abcdefgh"), min_size=1))
def test_every_measure_is_a_share_and_full_when_the_relevant_lead(ranked, wanted):
    relevant = dict.fromkeys(wanted, 1.0)
    best = sorted(wanted)
    for figure in (measure.ndcg, measure.average_precision, measure.reciprocal_rank):
        assert 0 <= figure(ranked, relevant) <= 1
        assert figure(best, relevant) == pytest.approx(1)


def test_reliability_holds_what_was_promised_against_what_was_true():
    assert measure.reliability([0.12, 0.18, 0.95, 1.0], [True, False, True, True]) == [
        (pytest.approx(0.15), 0.5, 2),
        (pytest.approx(0.975), 1.0, 2),
    ]


def test_risk_grows_with_what_is_answered_and_what_is_equally_sure_is_answered_together():
    found = measure.risk_coverage([0.8, 0.9, 0.1, 0.8], [False, True, False, True])
    assert found == [(0.25, 0.0), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]
    assert measure.risk_coverage([], []) == []


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_a_risk_curve_ends_with_everything_answered(pairs):
    promised, true = zip(*pairs, strict=True)
    points = measure.risk_coverage(promised, true)
    assert points[-1] == (1.0, pytest.approx(1 - sum(true) / len(true)))
    assert [coverage for coverage, _ in points] == sorted({coverage for coverage, _ in points})
    assert 0 <= measure.calibration_error(promised, true) <= 1
