"""Writing articles: versions, states, flags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import authoring, states
from kb.article import CONFIDENCES
from kb.errors import EditConflict, MoveNotAllowed, Refused
from tests import make


def test_a_fragment_can_be_saved_as_work_in_progress(db, now):
    article = authoring.draft(db, make.content(resolution="", issue=""), actor=make.person(db), now=now)
    assert (article.confidence, article.audience, article.number) == (
        "wip",
        "internal",
        f"KB-{article.id:06d}",
    )


def test_every_revision_is_kept_and_the_same_text_adds_none(db, now):
    article, ben = make.article(db), make.person(db)
    first = article.current.content
    authoring.revise(db, article, make.content(title="VPN drops"), seen=1, actor=ben, now=now, note="Shorter")
    authoring.revise(db, article, make.content(title="VPN drops"), seen=2, actor=ben, now=now)
    assert [version.title for version in article.versions] == [first.title, "VPN drops"]
    assert article.current.note == "Shorter"


def test_the_second_of_two_revisions_is_told_and_keeps_its_text(db, now):
    article, ben = make.article(db), make.person(db)
    authoring.revise(db, article, make.content(title="One"), seen=1, actor=make.person(db, "cleo"), now=now)
    with pytest.raises(EditConflict) as conflict:
        authoring.revise(db, article, make.content(title="Two"), seen=1, actor=ben, now=now)
    assert conflict.value.yours["title"] == "Two"
    assert article.current.title == "One"


def test_only_its_owner_changes_a_compliance_based_article(db, now):
    article = make.article(db, governance="compliance")
    with pytest.raises(Refused, match="Only its owner"):
        authoring.revise(db, article, make.content(title="Other"), seen=1, actor=make.person(db), now=now)
    authoring.revise(db, article, make.content(title="Other"), seen=1, actor=make.person(db, "cleo"), now=now)


@pytest.mark.parametrize("missing", ["issue", "resolution"])
def test_an_article_without_issue_or_resolution_stays_work_in_progress(db, now, missing):
    article = make.article(db, "wip", "internal", **{missing: " "})
    with pytest.raises(Refused) as refused:
        authoring.set_state(db, article, confidence="not_validated", actor=make.person(db), now=now)
    assert refused.value.findings[0].field == missing


def test_personal_data_is_named_before_an_article_leaves_work_in_progress(db, now):
    article, ben = make.article(db, "wip", "internal", issue="Ask bob.smith@example.org"), make.person(db)
    with pytest.raises(Refused, match=r"a mail address: “bob\.smith@example\.org”"):
        authoring.set_state(db, article, confidence="not_validated", actor=ben, now=now)
    authoring.set_state(
        db, article, confidence="not_validated", personal_data_checked=True, actor=ben, now=now
    )
    assert article.confidence == "not_validated"


def test_a_new_version_is_looked_at_for_personal_data_again(db, now):
    article, ben = make.article(db), make.person(db)
    article.personal_data_checked = True
    authoring.revise(db, article, make.content(issue="Ask bob@example.org"), seen=1, actor=ben, now=now)
    with pytest.raises(Refused):
        authoring.set_state(db, article, audience="public", actor=ben, now=now)


def test_requesters_never_see_work_in_progress(db, now):
    article = make.article(db, "wip", "internal")
    with pytest.raises(Refused) as refused:
        authoring.set_state(db, article, audience="requesters", actor=make.person(db, "cleo"), now=now)
    assert refused.value.findings[0].field == "audience"


@pytest.mark.parametrize("before", CONFIDENCES)
@pytest.mark.parametrize("after", CONFIDENCES)
def test_confidence_moves_only_along_its_table(db, now, before, after):
    article, cleo = make.article(db, before, "internal"), make.person(db, "cleo")
    if after == before or after in states.MOVES[before]:
        assert authoring.set_state(db, article, confidence=after, actor=cleo, now=now).confidence == after
    else:
        with pytest.raises(MoveNotAllowed):
            authoring.set_state(db, article, confidence=after, actor=cleo, now=now)


def test_a_flag_needs_a_reason_and_is_settled_with_an_outcome(db, now):
    article, ben = make.article(db), make.person(db)
    with pytest.raises(Refused):
        authoring.flag(db, article, " ", actor=ben, now=now)
    raised = authoring.flag(db, article, "Step 2 is gone in 6.3", actor=ben, now=now)
    with pytest.raises(Refused):
        authoring.settle(db, raised, "", actor=make.person(db, "cleo"), now=now)
    authoring.settle(db, raised, "Step 2 rewritten", actor=make.person(db, "cleo"), now=now)
    assert (raised.settled_at, raised.outcome) == (now, "Step 2 rewritten")


@given(st.text(max_size=40), st.text(max_size=40))
def test_forms_with_any_line_ends_give_the_same_content(one, two):
    unix = authoring.content_of({"issue": f"{one}\n{two}"})
    assert authoring.content_of({"issue": f"{one}\r\n{two}"}) == unix or "\r" in one + two
