"""Which tellings of a solved incident become phrases of its article, and who may be helped by them."""

import pytest

from kb.corpus import Phrase
from kb.phrases import MOST, Readable, distinct, phrase, scope_of

TELLINGS = ("kettle", "lamp", "printer", "badge", "screen", "mail", "router", "phone", "mouse", "disk")


def told(*texts):
    return [Phrase(number, text, "phrase") for number, text in enumerate(texts, 1)]


def test_of_tellings_in_nearly_the_same_words_the_first_one_stays():
    phrases = told("the VPN drops every few minutes", "VPN drops every few minutes now", "tunnel goes away")
    assert [one.incident_id for one in distinct(phrases)] == [1, 3]


def test_the_most_different_tellings_are_kept_when_there_are_many():
    alike = [f"vpn drops on {name} again and again" for name in (*TELLINGS, *map(str, range(30)))]
    kept = [one.text for one in distinct(told(*alike, "nothing works since the update"))]
    assert len(kept) <= MOST
    assert "nothing works since the update" in kept


@pytest.mark.parametrize("text", ["Write to ada@example.org", "The password is Seam!0f-gold", "Ask Okafor"])
def test_a_telling_with_personal_data_is_left_out(text):
    assert phrase(1, "VPN drops", "It drops.", ["Ada Okafor"], "phrase")
    assert phrase(1, "VPN drops", text, ["Ada Okafor"], "phrase") is None
    assert phrase(1, text, "It drops.", ["Ada Okafor"], "phrase") is None


@pytest.mark.parametrize(
    ("team", "group", "scope"),
    [(None, None, "phrase"), (3, None, "phrase:3"), (None, 4, "phrase:4"), (3, 3, "phrase:3"), (3, 4, None)],
)
def test_a_phrase_is_for_those_who_may_read_the_article_and_the_incident(team, group, scope):
    assert scope_of(team, group) == scope


def test_only_the_phrases_of_open_classes_have_a_name():
    assert Readable({"article:public"}).of(["article:7"]) == {}
    open_ones = Readable({"article:public", "phrase", "phrase:3"})
    assert open_ones.of(["article:7", "incident:7"]) == {"phrase:7": "article:7", "phrase:3:7": "article:7"}
    assert [open_ones.article(name) for name in ("phrase:3:7", "incident:7")] == ["article:7", "incident:7"]
