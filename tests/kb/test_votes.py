"""Whether an article helped: one vote a reader, the last word counts, and nobody's vote stands in for another's."""

import pytest

from kb import votes
from kb.errors import Refused
from tests import make


def test_ada_votes_once_and_her_last_word_counts(db, now):
    article, ada = make.article(db), make.person(db, "ada")
    first = votes.cast(db, article, helpful=True, actor=ada, now=now)
    again = votes.cast(db, article, helpful=False, actor=ada, now=now, comment=" Other menu. ")
    assert again is first
    assert (again.helpful, again.comment, again.version) == (False, "Other menu.", 1)
    assert votes.counts(db, [article.id]) == {article.id: votes.Counts(0, 1)}


def test_people_and_browsers_count_each(db, now):
    article = make.article(db)
    votes.cast(db, article, helpful=True, actor=make.person(db, "ada"), now=now)
    votes.cast(db, article, helpful=True, actor=None, visitor="one", now=now)
    votes.cast(db, article, helpful=False, actor=None, visitor="two", now=now)
    votes.cast(db, article, helpful=False, actor=None, visitor="two", now=now)
    assert votes.counts(db, [article.id]) == {article.id: votes.Counts(2, 1)}
    assert votes.of(db, article.id, actor=None, visitor="two").helpful is False
    assert votes.of(db, article.id, actor=None) is None


def test_a_vote_is_about_the_version_that_was_read_and_reopens_what_was_seen_to(db, now):
    article, ada = make.article(db), make.person(db, "ada")
    vote = votes.cast(db, article, helpful=False, actor=ada, now=now, comment="Wrong name")
    vote.settled_at = now
    article.latest = 1
    votes.cast(db, article, helpful=False, actor=ada, now=now, comment="Still wrong")
    assert vote.settled_at is None


def test_a_vote_is_somebodys_and_its_comment_is_short(db, now):
    article = make.article(db)
    with pytest.raises(ValueError, match="somebody"):
        votes.cast(db, article, helpful=True, actor=None, now=now)
    with pytest.raises(Refused) as refused:
        votes.cast(db, article, helpful=True, actor=make.person(db, "ada"), now=now, comment="x" * 2001)
    assert refused.value.findings[0].field == "comment"
    assert votes.counts(db, [article.id]) == {}
