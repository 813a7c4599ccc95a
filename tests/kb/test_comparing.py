"""What differs between two versions is shown word by word, and nothing of either text is lost."""

from hypothesis import given
from hypothesis import strategies as st

from kb.article import Content
from kb.comparing import compare, rows

LINES = st.lists(
    st.sampled_from(["Open the menu.", "Open the new menu.", "", "1. Click", "Tea", "a b c d"]), max_size=6
)


def test_within_a_line_only_the_words_that_changed_are_marked():
    (row,) = rows(["Open the old menu."], ["Open the new menu."])
    assert row.kind == "changed"
    assert [text for differs, text in row.before if differs] == ["old"]
    assert [text for differs, text in row.after if differs] == ["new"]


def test_lines_with_nothing_in_common_are_one_removed_and_one_added():
    assert [row.kind for row in rows(["Restart the laptop"], ["Call 112"])] == ["removed", "added"]


def test_only_the_fields_that_differ_are_told_in_the_order_of_an_article():
    before, after = Content(title="A", issue="x", cause="y"), Content(title="A", issue="z", cause="q")
    assert [change.field for change in compare(before, after)] == ["issue", "cause"]
    assert compare(before, before) == []


def test_a_line_too_long_to_be_compared_word_by_word_is_still_told():
    (removed, added) = rows(["a " * 2_500], ["b " * 2_500])
    assert (removed.kind, added.kind) == ("removed", "added")


@given(LINES, LINES)
def test_both_texts_can_be_read_back_from_the_rows(old, new):
    told = list(rows(old, new))
    assert ["".join(text for _, text in row.before) for row in told if row.kind != "added"] == old
    assert ["".join(text for _, text in row.after) for row in told if row.kind != "removed"] == new
