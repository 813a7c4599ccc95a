"""The content standard is the desk's own: its document, its checks, their past."""

import pytest

from assistant.desk import audit, content_standard, site
from assistant.desk.errors import EditConflict, Refused
from kb import authoring, standard
from kb.standard import CHECKS, Standard
from tests import make

LEVELS = {check.name: check.level for check in CHECKS}
NUMBERS = {check.name: check.number for check in CHECKS if check.number}


def put(db, now, *, text="Be short.", seen=0, levels=(), numbers=()):
    content_standard.put(
        db,
        text,
        {**LEVELS, **dict(levels)},
        {**NUMBERS, **dict(numbers)},
        seen=seen,
        actor=make.person(db, "dan"),
        now=now,
    )


def test_the_desk_comes_with_a_document_that_shows_good_and_bad():
    assert standard.TEXT.count("**Good:**") >= 4
    assert standard.TEXT.count("**Bad:**") >= 4


def test_a_check_blocks_advises_or_is_off():
    bare = make.content(environment="")
    assert [finding.field for finding in Standard().findings(bare)] == ["environment"]
    assert Standard().blocking(bare) == []
    assert [one.field for one in Standard({"environment": "blocks"}).blocking(bare)] == ["environment"]
    assert Standard({"environment": "off"}).findings(bare) == []


def test_a_number_is_the_desks_own_and_stands_in_the_cure():
    content = make.content(title="x" * 60)
    assert Standard().findings(content) == []
    (finding,) = Standard(numbers={"long_title": 50}).findings(content)
    assert finding.cure == "Keep it to 50 characters."


def test_what_the_desk_decided_counts_wherever_an_article_changes_its_state(runtime, now):
    with runtime.writing() as db:
        put(db, now, levels={"environment": "blocks", "resolution": "off"})
        cleo = make.person(db, "cleo")
        article = make.article(db, "wip", environment="")
        with pytest.raises(authoring.Refused, match="environment is missing"):
            authoring.set_state(db, article, confidence="not_validated", actor=cleo, now=now)
        other = make.article(db, "wip", resolution="")
        authoring.set_state(db, other, confidence="not_validated", actor=cleo, now=now)
        db.commit()
    with runtime.reading() as db:
        assert standard.of(db).level(CHECKS[4]) == "blocks"


def test_a_session_that_nobody_decides_for_follows_the_usual(db):
    assert standard.of(db) is standard.USUAL


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "x" * 50_001}, "text"),
        ({"levels": {"issue": "shouts"}}, "level_issue"),
        ({"numbers": {"long_title": 301}}, "number_long_title"),
        ({"numbers": {"steps": None}}, "number_steps"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(db, now, wrong, field):
    with pytest.raises(Refused) as refused:
        put(db, now, **wrong)
    assert [finding.field for finding in refused.value.findings] == [field]


def test_the_past_is_kept_and_the_second_of_two_is_told(db, now):
    put(db, now)
    with pytest.raises(EditConflict):
        put(db, now)
    put(db, now, text="Be clear.", seen=1)
    assert [one.value["text"] for one in content_standard.past(db)] == ["Be clear.", "Be short."]
    first = content_standard.past(db)[1]
    assert first.who == "Dan Novak" and content_standard.at(db, first.number) == first
    assert content_standard.text(db) == "Be clear."


def test_other_settings_are_no_past_of_the_standard(db, now):
    site.put(db, "portal", {"public": True}, seen=0, actor=None, now=now)
    entry = audit.of(db, "setting", 3)[0] if audit.of(db, "setting", 3) else audit.of(db, "setting", 2)[0]
    assert content_standard.past(db) == [] and content_standard.at(db, entry.id) is None
