"""What is spelled alike is found alike, typos and logs included."""

from hypothesis import given
from hypothesis import strategies as st

from index.spelling import likeness

texts = st.lists(st.text(max_size=60), max_size=6)


@given(st.text(max_size=200), texts)
def test_every_text_gets_a_figure_from_nought_and_order_does_not_matter(asked, compared):
    figures = likeness(asked, compared)
    assert len(figures) == len(compared)
    assert all(figure >= 0 for figure in figures)
    assert sorted(likeness(asked, compared[::-1])) == sorted(figures)


def test_a_typo_is_nearer_than_another_word():
    typo, other = likeness("kerberos ticket expired", ["kerebros tickt expird", "mailbox quota exceeded"])
    assert typo > other


def test_a_part_of_a_path_is_found_in_a_longer_one():
    log = "java.io.IOException at org.apache.hadoop.fs.s3a.S3AFileSystem.innerMkdirs"
    path, prose = likeness("S3AFileSystem innerMkdirs", [log, "the file system makes a directory and fails"])
    assert path > prose


def test_what_all_texts_share_tells_nothing():
    common, rare = likeness(
        "disk full on db-042", ["disk full on web-001", "db-042 disk full", *["disk full on x"] * 20]
    )[:2]
    assert rare > common


def test_nothing_is_like_nothing():
    assert likeness("", ["a"]) == [0.0]
    assert likeness("a", []) == []
