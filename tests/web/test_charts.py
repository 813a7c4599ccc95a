"""Drawings stay within their frame, and say in words what they show."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.web import charts

SHARE = st.floats(0, 1)


def points(path):
    return [tuple(map(float, point.split(","))) for point in path.split()]


def is_inside(drawing, x, y):
    return drawing.left - 0.1 <= x <= drawing.right + 0.1 and charts.TOP - 0.1 <= y <= drawing.bottom + 0.1


@given(st.lists(st.tuples(SHARE, SHARE)))
def test_a_risk_curve_stays_within_its_frame(curve):
    drawing = charts.risk(curve)
    assert all(is_inside(drawing, *point) for point in points(drawing.lines["risk"]))
    assert len(points(drawing.lines["risk"])) == len(curve)


def test_more_wrong_answers_stand_higher_and_the_scale_is_whole_percentages():
    drawing = charts.risk([(0.5, 0.1), (1.0, 0.37)])
    (x1, y1), (x2, y2) = points(drawing.lines["risk"])
    assert x1 < x2 and y1 > y2
    assert [mark.text for mark in drawing.scale] == ["0%", "10%", "20%", "30%", "40%"]
    assert "100% answered, 37% wrong" in drawing.says


def test_a_promise_that_is_kept_lies_on_the_diagonal_and_more_incidents_make_a_larger_dot():
    drawing = charts.reliability([(0.25, 0.25, 4), (0.8, 0.4, 100)])
    few, many = drawing.dots
    (left, bottom), (right, top) = points(drawing.diagonal)
    assert (few.x - left) / (right - left) == pytest.approx((bottom - few.y) / (bottom - top), abs=0.01)
    assert many.radius > few.radius
    assert many.says == "100 incidents: promised 80%, right 40%"


def test_runs_stand_from_left_to_right_with_their_first_and_last_day():
    drawing = charts.trend(["1 Mar 2026", "2 Mar 2026", "3 Mar 2026"], {"nDCG@10": [0.5, 0.6, 0.9]})
    assert [x for x, _ in points(drawing.lines["nDCG@10"])] == [44, 196, 348]
    assert [mark.text for mark in drawing.ground] == ["1 Mar 2026", "3 Mar 2026"]
    assert re.search(r"3 runs: nDCG@10 from 0.500 to 0.900", drawing.says)


@pytest.mark.parametrize(
    "drawing", [charts.risk([]), charts.reliability([]), charts.trend(["1 Mar"], {"a": [1]})]
)
def test_where_there_is_nothing_to_draw_the_frame_stands(drawing):
    assert drawing.scale and drawing.title
