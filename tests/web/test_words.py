"""How facts are worded."""

from datetime import timedelta

import pytest
from flask import g
from markupsafe import Markup

from assistant.web import words
from tests import make


@pytest.fixture
def noon(app):
    """A request at noon, by nobody."""
    with app.test_request_context("/sign-in"):
        g.now = make.NOON
        yield make.NOON


@pytest.mark.parametrize(
    ("gone", "age", "ago"),
    [
        (timedelta(seconds=20), "now", "just now"),
        (timedelta(seconds=-20), "now", "just now"),
        (timedelta(minutes=59), "59 min", "59 min ago"),
        (timedelta(hours=23), "23 h", "23 h ago"),
        (timedelta(days=13), "13 d", "13 d ago"),
        (timedelta(days=20), "10 Feb 2026", "on 10 Feb 2026"),
    ],
)
def test_times_are_worded_by_their_distance(noon, gone, age, ago):
    assert words.age(noon - gone) == age
    assert words.ago(noon - gone) == ago


def test_the_exact_time_names_its_zone(noon):
    assert words.exact(noon) == "Mon 2 Mar 2026, 12:00 UTC"
    assert words.local_input(noon) == "2026-03-02T12:00"
    assert words.local_input(None) == ""


@pytest.mark.parametrize(("size", "said"), [(1, "1 bytes"), (2048, "2 KB"), (3_200_000, "3.2 MB")])
def test_sizes(size, said):
    assert words.size(size) == said


def test_stars_for_emphasis_are_left_out_and_those_that_mean_something_stay():
    said = words.marked("Open *Credential Manager*, then **Remove** *.log, 5 * 3 and foo*", [])
    assert said == "Open Credential Manager, then Remove *.log, 5 * 3 and foo*"


def test_the_cells_of_a_table_stand_side_by_side_and_other_bars_stay():
    assert (
        words.marked("| Code | Cure |\n| :-- | ---- |\n| 691 | Reset it |", [])
        == "Code · Cure · 691 · Reset it"
    )
    assert words.marked("… Cure | |---|---| | 691 | Reset it | …", ["691"]) == (
        "… Cure · <mark>691</mark> · Reset it · …"
    )
    assert words.marked("ps aux | grep x | wc -l || true", []) == "ps aux | grep x | wc -l || true"


@pytest.mark.parametrize(
    ("text", "term", "marked"),
    [
        ("the office is off", "off", "the office is <mark>off</mark>"),
        ("logs of the logistics", "log", "<mark>log</mark>s of the logistics"),
        ("reconnects when connected", "connect", "reconnects when <mark>connect</mark>ed"),
        ("KB-7 at v6.2.1", "6.2.1", "KB-7 at v<mark>6.2.1</mark>"),
        ("打印机卡纸了", "卡纸", "打印机<mark>卡纸</mark>了"),
    ],
)
def test_a_term_is_marked_where_a_word_begins_and_a_short_one_where_hardly_more_follows(text, term, marked):
    assert words.marked(text, [term]) == Markup(marked)


def test_terms_are_marked_and_everything_else_is_escaped():
    said = words.marked("VPN <b>drops</b> often", ["drops", "vpn"])
    assert said == Markup("<mark>VPN</mark> &lt;b&gt;<mark>drops</mark>&lt;/b&gt; often")


@pytest.mark.parametrize("terms", [[], [""], ["(", "[a", "*"]])
def test_odd_terms_do_no_harm(terms):
    assert words.marked("a < b", terms) == "a &lt; b"


def test_a_long_passage_is_cut_around_the_first_term():
    said = words.marked("word " * 200 + "needle " + "word " * 200, ["needle"])
    assert "<mark>needle</mark>" in said
    assert said.startswith("… ")
    assert said.endswith(" …")
    assert len(said) < 320
    assert len(words.marked("x" * 5000, ["y"])) < 500


def test_a_sentence_begins_with_a_capital_and_keeps_its_names():
    assert words.sentence("asked twice about SAP and Wi-Fi") == "Asked twice about SAP and Wi-Fi"
