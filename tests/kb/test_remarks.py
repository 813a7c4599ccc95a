"""Remarks: what colleagues say about an article, until it is taken up."""

import pytest

from kb import remarks
from kb.errors import Refused
from tests import make


def test_ben_says_something_and_cleo_takes_it_up(db, now):
    article, ben, cleo = make.article(db), make.person(db), make.person(db, "cleo")
    said = remarks.add(db, article, "  Step 2 needs a picture. ", actor=ben, now=now)
    assert (said.text, said.person, said.settled_at) == ("Step 2 needs a picture.", ben, None)
    remarks.settle(db, said, actor=cleo, now=now)
    assert (said.settled_at, said.settled_by_id) == (now, cleo.id)
    assert remarks.of(db, [article.id]) == [said]


def test_nothing_said_is_refused(db, now):
    with pytest.raises(Refused):
        remarks.add(db, make.article(db), " \n", actor=make.person(db), now=now)
