"""What an item says twice is paired; nothing gives the answer away."""

from hypothesis import given
from hypothesis import strategies as st

from kb.corpus import Passage
from kb.pairs import MOST, WORDS, pairs

TITLE = Passage("title", "Kiln controller shows E42")


def told(*passages):
    return [(pair.asked, pair.told) for pair in pairs("incident:1", passages)]


def test_a_title_is_paired_with_the_text_and_symptoms_with_what_helped():
    symptoms = Passage("symptoms", "The display went dark after the storm")
    resolution = Passage("resolution", "Reset the breaker and wait for ten minutes")
    assert told(TITLE, symptoms, resolution) == [
        (TITLE.text, symptoms.text),
        (TITLE.text, resolution.text),
        (f"{TITLE.text} {symptoms.text}", resolution.text),
    ]


def test_a_heading_is_paired_with_what_stands_under_it():
    text = "## Before\nSwitch off the mains first\n\n## After that\nLet the kiln cool for an hour"
    found = told(Passage("title", "Kiln"), Passage("resolution", text))
    assert ("Kiln Before", "Switch off the mains first") in found
    assert ("Kiln After that", "Let the kiln cool for an hour") in found


def test_a_text_that_begins_with_its_title_does_not_give_itself_away():
    (pair,) = told(TITLE, Passage("issue", f"# {TITLE.text}\nIt happens after every power cut here"))
    assert pair == (TITLE.text, "It happens after every power cut here")


def test_a_text_without_a_title_goes_by_its_first_words():
    words = " ".join(f"word{number}" for number in range(40))
    ((asked, rest),) = told(Passage("symptoms", words))
    assert words == f"{asked} {rest}"


def test_too_little_to_say_gives_no_pair():
    assert told(TITLE) == told(TITLE, Passage("symptoms", "see log")) == []


@given(st.lists(st.tuples(st.sampled_from(["title", "issue", "cause", "resolution"]), st.text(max_size=900))))
def test_any_item_gives_few_short_pairs_that_differ(parts):
    found = pairs("article:1", [Passage(*part) for part in parts])
    assert len(found) <= MOST
    assert len(set(found)) == len(found)
    assert all(len(text.split()) <= WORDS for pair in found for text in (pair.asked, pair.told))
