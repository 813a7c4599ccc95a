"""The reason card: what a question and its answer share and where they differ, in the words of both."""

from assistant.desk.card import compare
from assistant.desk.differences import between

ASKED = f"Since Monday. {'Nothing else to say. ' * 40} The tunnel hangs after sleep. GlobalConnect 7.2."
PASSAGE = "The tunnel hangs when the laptop wakes from sleep."
ABOUT = "GlobalConnect 6.9 and the tunnel"


def test_the_stretch_of_the_question_that_fits_stands_beside_the_passage():
    card = compare(ASKED, PASSAGE, ABOUT, ("tunnel", "hangs", "sleep"), ())
    assert len(card.here) == 1
    assert "The tunnel hangs after sleep" in card.here[0]
    assert len(card.here[0]) < 260
    assert card.there == [PASSAGE]


def test_what_differs_is_shown_in_the_words_of_both():
    card = compare(ASKED, PASSAGE, ABOUT, ("tunnel",), between(ASKED, ABOUT))
    assert (card.ours, card.theirs) == (("7.2",), ("6.9",))
    assert any("GlobalConnect 7.2" in text for text in card.here)
    assert any("GlobalConnect 6.9" in text for text in card.there)


def test_nothing_is_added_where_a_stretch_says_the_difference_already():
    card = compare("GlobalConnect 7.2 hangs", "GlobalConnect 6.9 hangs", ABOUT, (), between(ASKED, ABOUT))
    assert (card.here, card.there) == (["GlobalConnect 7.2 hangs"], ["GlobalConnect 6.9 hangs"])


def test_what_only_one_of_them_affirms_is_not_shared():
    about = "GlobalConnect 6.9. Not affected: 7.2"
    card = compare(ASKED, PASSAGE, about, ("tunnel", "7.2"), between(ASKED, about))
    assert card.shared == ("tunnel",)
    assert any("Not affected: 7.2" in text for text in card.there)
