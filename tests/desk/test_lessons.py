"""What teaches a model: the desk's own records of before, and nothing that is restricted."""

from datetime import timedelta

import pytest

from assistant.desk import lessons
from tests import make

pytestmark = pytest.mark.both


def taught(runtime, hours=1):
    return list(lessons.taught(runtime.sessions, make.NOON + timedelta(hours=hours)))


@pytest.fixture
def solved(runtime):
    """An incident with the article that resolved it."""
    with runtime.writing() as db:
        article, incident = make.article(db), make.incident(db, "No VPN in the train")
        make.resolved_by(db, incident, article)
        db.commit()
        return article.id


def test_records_teach_their_own_words_and_confirmed_links_join_them(runtime, solved):
    found = taught(runtime)
    assert any(one.asked == "No VPN in the train" and "Since the update" in one.told for one in found)
    links = [one for one in found if "No VPN in the train" in one.asked and "Switch off power" in one.told]
    assert links and {one.item for one in links} == {f"article:{solved}"}


def test_what_came_after_the_moment_does_not_teach(runtime, solved):
    assert taught(runtime, hours=-1) == []


def test_what_only_a_group_may_read_does_not_teach(runtime, solved):
    with runtime.writing() as db:
        staff = make.group(db, "Staff matters", restricted=True)
        secret = make.incident(db, "Complaint about a colleague of the sales team", restricted_to=staff)
        article = make.article(db, audience="team", team_id=staff.id, title="How complaints are handled here")
        make.resolved_by(db, secret, article)
        db.commit()
    found = " ".join(f"{one.asked} {one.told}" for one in taught(runtime))
    assert "omplaint" not in found and "No VPN in the train" in found
