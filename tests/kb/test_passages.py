"""How an item's text is cut."""

from hypothesis import given
from hypothesis import strategies as st

from kb.corpus import Passage
from kb.passages import HEADLINE_WORDS, MOST, WORDS, cut, headline, items_numbered, number_of


def test_the_title_stands_alone_and_leads_every_other_passage():
    pieces = cut(
        [Passage("title", "VPN drops"), Passage("issue", "The tunnel drops."), Passage("cause", "MTU")]
    )
    assert [(piece.part, piece.lead, piece.text) for piece in pieces] == [
        ("title", "", "VPN drops"),
        ("issue", "VPN drops", "The tunnel drops."),
        ("cause", "VPN drops", "MTU"),
    ]
    assert pieces[1].read == "VPN drops\nThe tunnel drops."


def test_a_long_part_is_cut_in_order_and_loses_no_word():
    words = [f"word{number}" for number in range(950)]
    text = "\n".join(" ".join(words[start : start + 70]) for start in range(0, 950, 70))
    pieces = cut([Passage("title", "A title of six words, almost"), Passage("resolution", text)])
    bodies = pieces[1:]
    assert [piece.ordinal for piece in bodies] == list(range(len(bodies)))
    assert " ".join(piece.text for piece in bodies).split() == words
    assert all(len(piece.read.split()) <= WORDS for piece in pieces)


def test_one_endless_line_is_cut_too():
    pieces = cut([Passage("symptoms", "x " * 1000)])[1:]
    assert [len(piece.text.split()) for piece in pieces] == [WORDS] * 5


def test_lines_stay_lines():
    assert cut([Passage("resolution", "1. Open\n\n2. Close")])[1].text == "1. Open\n\n2. Close"


def test_an_item_without_a_title_goes_by_its_headline():
    pieces = cut([Passage("symptoms", "Printer is on fire\nIt began at noon.")])
    assert [(piece.part, piece.text) for piece in pieces] == [
        ("headline", "Printer is on fire"),
        ("symptoms", "Printer is on fire\nIt began at noon."),
    ]
    assert pieces[1].lead == ""


def test_a_headline_is_the_first_line_or_the_first_words_of_a_text_that_is_one_line():
    assert headline("\n Mail is slow \nsince noon") == "Mail is slow"
    assert headline("") == headline(" \n ") == ""
    assert headline("word " * 100).split() == ["word"] * HEADLINE_WORDS


def test_a_whole_log_gives_a_limited_number_of_passages():
    assert len(cut([Passage("symptoms", "line\n" * 100_000)])) == MOST


def test_two_parts_of_one_name_do_not_collide():
    pieces = cut([Passage("phrase", "one"), Passage("phrase", "two")])[1:]
    assert [(piece.part, piece.ordinal) for piece in pieces] == [("phrase", 0), ("phrase", 1)]


def test_a_passage_is_known_by_all_that_the_model_reads():
    with_title = cut([Passage("title", "A"), Passage("issue", "same")])[1]
    other_title = cut([Passage("title", "B"), Passage("issue", "same")])[1]
    assert with_title.digest != other_title.digest
    assert with_title.digest == cut([Passage("title", "A"), Passage("issue", "same")])[1].digest


@given(
    st.lists(
        st.builds(Passage, st.sampled_from(["title", "issue", "cause"]), st.text(max_size=500)), max_size=6
    )
)
def test_any_text_can_be_cut_and_no_passage_is_empty(passages):
    pieces = cut(passages)
    assert all(piece.text.strip() and len(piece.digest) == 64 for piece in pieces)
    assert len({(piece.part, piece.ordinal) for piece in pieces}) == len(pieces)


def test_numbers_are_read_as_they_are_written():
    assert number_of("incident", 42) == "INC-000042"
    assert items_numbered("like INC-000042 and kb-7, not KB5034441 or INC-99999999999") == {
        "incident:42": "inc-42",
        "article:7": "kb-7",
    }
