"""How a question's words weigh, and how much of them an item has."""

import math

import pytest

from index.lexical import Document, Evidence, Question, rarity, weigh

ASKED = Question(
    {"vpn": 2, "drop": 1}, {"vpn": 1.0, "drop": 3.0}, mean_length=4.0, identifiers=frozenset({"inc-7"})
)


def test_rare_words_weigh_more_and_no_weight_is_negative():
    weights = [rarity(having, 100) for having in (0, 1, 10, 50, 100)]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] > 0


def test_the_score_is_bm25_as_a_share_of_what_the_question_could_reach():
    document = Document("incident:1", ["vpn"], "vpn vpn slow client")
    bm25 = 2 * 1.0 * 2 * 2.2 / (2 + 1.2)
    assert weigh(ASKED, document).score == pytest.approx(bm25 / ((2 * 1.0 + 3.0) * 2.2))


def test_an_endless_item_that_says_only_the_question_comes_near_one():
    question = Question({"vpn": 1}, {"vpn": 2.0}, mean_length=1_000_000)
    assert weigh(question, Document("a", [], "vpn " * 999_999 + "vpn")).score == pytest.approx(1, abs=1e-4)


def test_evidence_names_what_matched_the_rarest_first():
    evidence = weigh(ASKED, Document("a", ["drop"], "drop vpn", ["inc-7", "inc-8"]))
    assert evidence.stems == ("drop", "vpn")
    assert evidence.identifiers == {"inc-7"}
    assert evidence.cover == 1.0


def test_an_item_without_the_words_has_no_evidence():
    assert weigh(ASKED, Document("a", [], "")) == Evidence("a")


def test_a_question_without_words_has_no_reach_and_divides_nothing():
    nothing = Question({}, {}, mean_length=0.0)
    assert nothing.reach == 0
    assert not math.isnan(weigh(nothing, Document("a", ["x"], "x")).score)
