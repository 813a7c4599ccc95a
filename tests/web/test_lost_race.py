"""Resolving while somebody else writes on the same incident: nobody's words take the place of others unseen."""

import pytest

from assistant.desk import lifecycle
from assistant.desk.incident import Incident
from tests import make

FORM = {"then": "close", "version": 1}


@pytest.fixture
def cleo_wrote(incident, rows):
    """Cleo has written a resolution since Ben opened the form."""
    with rows() as db:
        row, cleo = db.get(Incident, 1), make.person(db, "cleo")
        lifecycle.edit(db, row, {"resolution": "Cleo's way"}, seen=1, actor=cleo, now=make.NOON)


@pytest.mark.parametrize(
    "form",
    [
        {"door": "link", "article": "KB-000001", "resolution": "Ben's way"},
        {"door": "nothing", "nothing_reason": "withdrawn", "resolution": ""},
    ],
)
def test_ben_is_shown_what_cleo_wrote_before_he_resolves(ben, incident, article, cleo_wrote, runtime, form):
    answer = ben.post(f"/incidents/{incident}/resolve", **FORM, **form)
    assert answer.status_code == 409
    assert (
        "Cleo&#39;s way" in answer.text
        and (form["resolution"] or "Empty").replace("'", "&#39;") in answer.text
    )
    assert 'name="version" value="2"' in answer.text
    with runtime.reading() as db:
        row = db.get(Incident, 1)
        assert (row.resolution, row.phase) == ("Cleo's way", "new")


def test_having_seen_it_ben_resolves_in_his_own_words(ben, incident, article, cleo_wrote, runtime):
    form = {**FORM, "version": 2, "door": "link", "article": article, "resolution": "Both ways"}
    assert ben.post(f"/incidents/{incident}/resolve", **form).status_code == 303
    with runtime.reading() as db:
        assert (db.get(Incident, 1).resolution, db.get(Incident, 1).phase) == ("Both ways", "closed")


def test_what_others_changed_elsewhere_does_not_disturb(ben, incident, article, rows, runtime):
    with rows() as db:
        lifecycle.edit(
            db, db.get(Incident, 1), {"symptoms": "Red"}, seen=1, actor=make.person(db, "cleo"), now=make.NOON
        )
    form = {**FORM, "door": "link", "article": article, "resolution": "Ben's way"}
    assert ben.post(f"/incidents/{incident}/resolve", **form).status_code == 303
