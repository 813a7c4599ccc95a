"""The worklist: what waits, why, what it is worth, for one viewer only, the most pressing first."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from assistant.desk import curation, gaps, seen, upkeep
from assistant.desk.curation import KINDS
from assistant.desk.curation_queries import Asked
from assistant.desk.permissions import viewer_of
from kb import feedback, remarks
from kb.feedback import Showing
from kb.likeness import Likeness
from kb.votes import Vote
from tests import make


@pytest.fixture
def asked(db, now):
    return Asked(db, viewer_of(db, make.person(db, "cleo")), now)


def ask(db, text, now, *, kind="portal", found=0, **about):
    shown = [Showing(rank=1, corpus="article", item_id=found, score=0.5, band="likely")] if found else []
    who = make.person(db, "ada" if kind == "portal" else "ben")
    return feedback.record(db, text, shown, kind=kind, actor=who, now=now, took_ms=1.0, **about)


def lines(asked, kind, **more):
    return [(task.what, task.worth) for task in curation.page(asked, kind, **more).tasks]


def test_questions_that_mean_the_same_stand_in_one_line_with_who_asked(asked, db, now):
    for text in ("Printer toner smells", "  printers TONER smell ", "toner smells, printer"):
        ask(db, text, now)
    ask(db, "The printer's toner smells", now, kind="search")
    ask(db, "wifi", now)
    assert lines(asked, "searches") == [
        ("“The printer's toner smells”", "asked 4 times by requesters and agents"),
        ("“wifi”", "asked once by a requester"),
    ]


def test_what_is_still_being_typed_or_was_found_is_no_gap(asked, db, now):
    ask(db, "toner", now, kind="typing")
    ask(db, "toner smell", now, found=1, unanswered=False)
    assert lines(asked, "searches") == []


def test_what_was_shown_without_trust_found_nothing(asked, db, now):
    ask(db, "toner smell", now, found=1, unanswered=True)
    assert len(lines(asked, "searches")) == 1


def test_what_nobody_opened_is_told_until_somebody_opens_it(asked, db, now):
    article = make.article(db)
    search = ask(db, "toner smell", now, found=article.id)
    assert lines(asked, "ignored") == [("“toner smell”", "asked once by a requester")]
    feedback.choose(db, search.showings[0], "opened", actor=make.person(db, "ada"), now=now)
    assert lines(asked, "ignored") == []


def test_nobody_is_said_to_have_ignored_what_was_not_shown(asked, db, now):
    ask(db, "toner smell", now, kind="search", unanswered=False)
    assert lines(asked, "ignored") == lines(asked, "searches") == []


def test_a_question_that_was_looked_at_comes_back_when_it_is_asked_again(asked, db, now):
    search = ask(db, "toner smell", now)
    seen.note(db, seen.SEARCH, search.gist, actor=make.person(db, "cleo"), now=now)
    assert lines(asked, "searches") == []
    ask(db, "toner smells", now + timedelta(hours=1))
    assert lines(asked, "searches") == [("“toner smells”", "asked once by a requester")]


def test_a_question_for_which_an_article_was_written_leaves_the_list(asked, db, now):
    search = ask(db, "toner smell", now)
    gaps.answered(db, search.id, actor=make.person(db, "cleo"), now=now)
    assert lines(asked, "searches") == []


def test_not_validated_articles_stand_by_how_often_they_held(asked, db):
    for title, times in (("Once", 1), ("Never", 0), ("Twice", 2)):
        article = make.article(db, "not_validated", "internal", title=title)
        for _ in range(times):
            make.resolved_by(db, make.incident(db), article)
    assert lines(asked, "unvalidated") == [
        ("Twice", "held 2 of 2 times"),
        ("Once", "held 1 of 1 time"),
        ("Never", "not used yet"),
    ]


def test_articles_that_did_not_help_say_how_many_and_what_was_missing(asked, db, now):
    article = make.article(db)
    for who, helpful, comment in (("ada", False, "No such menu"), ("eve", True, ""), ("ben", False, "")):
        person = make.person(db, who)
        db.add(
            Vote(
                article_id=article.id,
                version=1,
                helpful=helpful,
                comment=comment,
                person_id=person.id,
                at=now,
            )
        )
    db.flush()
    (task,) = curation.page(asked, "votes").tasks
    assert task.why == "It did not help 2 readers: “No such menu”"
    assert task.worth == "not used yet, helped 1 of 3 readers"


def test_idle_drafts_are_those_that_nobody_touched_for_long_enough(asked, db, now):
    make.article(db, "wip", "internal", title="Idle").updated_at = now - timedelta(days=15)
    make.article(db, "wip", "internal", title="Fresh").updated_at = now - timedelta(days=13)
    assert [what for what, _ in lines(asked, "drafts")] == ["Idle"]


def test_closures_stand_there_until_somebody_looked_or_thirty_days_have_gone(asked, db, now):
    for days in (1, 31):
        incident = make.incident(db, f"Closed {days} days ago", state="closed")
        incident.closing_door, incident.nothing_reason = "nothing", "withdrawn"
        incident.closed_at = now - timedelta(days=days)
        db.flush()
    (task,) = curation.page(asked, "closures").tasks
    assert (task.what, task.why) == ("Closed 1 days ago", "Somebody: Withdrawn by the requester")
    seen.note(db, seen.CLOSURE, str(task.key), actor=make.person(db, "cleo"), now=now)
    assert curation.page(asked, "closures").tasks == []


def test_what_is_overdue_stands_first_then_what_most_people_met(asked, db, now):
    often, rarely = make.article(db, title="Often"), make.article(db, title="Rarely")
    for _ in range(3):
        make.resolved_by(db, make.incident(db), often)
    ben = make.person(db)
    upkeep.flag(db, often, "Unclear", actor=ben, now=now)
    late = upkeep.flag(db, rarely, "Wrong", actor=ben, now=now - timedelta(days=8))
    ask(db, "toner smell", now)
    assert [task.what for task in curation.worklist(asked).tasks] == ["Rarely", "Often", "“toner smell”"]
    assert late.due_at < now


def test_one_article_stands_in_one_line_that_names_the_rest(asked, db, now):
    article = make.article(db, "not_validated", "internal")
    upkeep.flag(db, article, "Wrong", actor=make.person(db), now=now)
    remarks.add(db, article, "Needs a picture", actor=make.person(db), now=now)
    (task,) = curation.worklist(asked).tasks
    assert (task.kind, task.also) == ("flags", ("unvalidated", "remarks"))


def test_what_a_team_keeps_changes_nothing_for_cleo(asked, db, now):
    team = make.group(db, "Staff matters", make.person(db))
    hidden = make.article(db, "not_validated", "team", team_id=team.id)
    other = make.article(db)
    ben = make.person(db)
    upkeep.flag(db, hidden, "Wrong", actor=ben, now=now)
    remarks.add(db, hidden, "Hm", actor=ben, now=now)
    db.add(Vote(article_id=hidden.id, version=1, helpful=False, person_id=ben.id, at=now))
    db.add(Likeness(article_id=hidden.id, other_id=other.id, nearness=0.9, found_at=now))
    kept = make.incident(db, "Complaint", state="closed", restricted_to=team)
    kept.closing_door, kept.nothing_reason, kept.closed_at = "nothing", "withdrawn", now
    db.flush()
    assert curation.worklist(asked).tasks == []
    assert set(curation.counts(asked).values()) == {0}
    assert curation.one(asked, "flags", 1) is None


@pytest.mark.parametrize("kind", ["unvalidated", "flags", "searches"])
def test_every_line_stands_on_exactly_one_page(asked, db, now, kind):
    for n in range(5):
        article = make.article(db, "not_validated", "internal", title=f"Article {n}")
        upkeep.flag(db, article, "Wrong", actor=make.person(db), now=now)
        ask(db, f"question{n}", now)
    met, after = [], ""
    while True:
        page = curation.page(asked, kind, after=after, most=2)
        met += [task.key for task in page.tasks]
        after = page.after
        if not after:
            break
    assert len(met) == len(set(met)) == 5
    assert curation.page(asked, kind, after="damaged").tasks
    assert curation.counts(asked)[kind] == 5


def test_a_longer_list_asks_the_database_no_more_often(asked, db, now):
    def asks():
        count = []
        event.listen(db.get_bind(), "before_cursor_execute", lambda *_: count.append(1))
        db.expire_all()
        for name in KINDS:
            curation.page(asked, name)
        return len(count)

    def more(n):
        article = make.article(db, "not_validated", "internal", title=f"Article {n}")
        make.article(db, "wip", "internal", title=f"Draft {n}").updated_at = now - timedelta(days=20)
        upkeep.flag(db, article, "Wrong", actor=make.person(db), now=now)
        remarks.add(db, article, "Hm", actor=make.person(db), now=now)
        db.add(Vote(article_id=article.id, version=1, helpful=False, person_id=make.person(db).id, at=now))
        ask(db, f"question{n}", now)
        ask(db, f"answered{n}", now, found=article.id)

    more(0)
    first = asks()
    for n in range(1, 6):
        more(n)
    assert asks() <= 2 * first + 4  # the second call is counted by both listeners
