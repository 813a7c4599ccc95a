"""Searches at the portal: one question counts once however it was typed, and belongs to what was filed after it."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from kb import feedback
from kb.feedback import Search, Showing
from tests import make


@pytest.fixture
def ask(db, now):
    def ask(text, who="ada", after=0, **about):
        actor = make.person(db, who) if who else None
        shown = [Showing(rank=1, corpus="article", item_id=1, score=0.9, band="likely")]
        at = now + timedelta(seconds=after)
        return feedback.record_typed(
            db, text, shown, kind="portal", actor=actor, now=at, took_ms=1.0, **about
        )

    return ask


def texts(db):
    return list(db.scalars(select(Search.text).order_by(Search.id)))


def test_what_ada_types_on_replaces_its_beginning(db, ask):
    for after, text in enumerate(["vp", "vpn d", "VPN drops"]):
        ask(text, after=after)
    assert texts(db) == ["VPN drops"]
    ask("printer", after=5)
    assert texts(db) == ["VPN drops", "printer"]


def test_what_ada_mends_replaces_what_she_typed_before(db, ask):
    for after, text in enumerate(["Prnter jams\nSince Monday.", "Printer jams\nSince Monday."]):
        ask(text, after=after)
    for after, text in enumerate(["error 1603 in setup of Farol", "error 1618 in setup of Farol"], 5):
        ask(text, after=after)
    assert texts(db)[1:] == ["error 1603 in setup of Farol", "error 1618 in setup of Farol"]
    assert texts(db)[0] == "Printer jams\nSince Monday."


def test_searches_of_long_ago_go_unless_somebody_did_something_with_them(db, ask, now):
    ask("idle", after=-1)
    opened, filed = ask("mail", who="eve"), ask("printer")
    feedback.choose(db, opened.showings[0], "rejected", reason="No.", actor=make.person(db, "eve"), now=now)
    incident = make.incident(db)
    feedback.led_to(db, incident.id, actor=make.person(db, "ada"), now=now)
    assert feedback.purge(db, now=now + feedback.KEPT) == 0, "what led to an incident stays"
    ask("chair", after=100)
    assert feedback.purge(db, now=now + feedback.KEPT + timedelta(seconds=100)) == 1
    assert texts(db) == ["idle", "mail", "printer"]
    assert [filed.led_to_id, db.query(Showing).count()] == [incident.id, 3]


def test_other_people_later_times_and_answers_that_were_opened_stand(db, ask, now):
    ask("vpn")
    ask("vpn drops", who="eve")
    ask("vpn drops", after=200)
    opened = ask("mail", after=210)
    feedback.choose(db, opened.showings[0], "opened", actor=make.person(db, "ada"), now=now)
    ask("mail late", after=215)
    assert texts(db) == ["vpn", "vpn drops", "vpn drops", "mail", "mail late"]


def test_a_browser_nobody_signed_in_with_replaces_its_own_only(db, ask):
    ask("vpn", who=None, visitor="one")
    ask("vpn drops", who=None, visitor="two", after=1)
    ask("vpn drops", who=None, visitor="one", after=1)
    assert texts(db) == ["vpn drops", "vpn drops"]


def test_what_was_searched_in_the_last_half_hour_leads_to_the_incident(db, ask, now):
    ask("vpn drops", after=-3600)
    mine, other = ask("vpn", after=-60), ask("vpn", who="eve", after=-60)
    incident = make.incident(db)
    assert feedback.led_to(db, incident.id, actor=make.person(db, "ada"), now=now) == 1
    db.expire_all()
    assert feedback.before(db, incident.id) == [mine]
    assert other.led_to_id is None


def test_only_the_one_to_whom_an_answer_was_shown_says_what_it_was_worth(db, ask, now):
    search = ask("vpn", who=None, visitor="one")
    showing = search.showings[0]
    feedback.answer(db, showing.id, "used", actor=make.person(db, "ada"), now=now)
    feedback.answer(db, showing.id, "used", actor=None, visitor="two", now=now)
    feedback.answer(db, showing.id, "used", actor=None, now=now)
    assert showing.choice is None
    feedback.answer(db, showing.id, "rejected", actor=None, visitor="one", now=now, reason="Other menu")
    assert (showing.choice, showing.reason) == ("rejected", "Other menu")


def test_all_that_was_shown_is_kept_at_once_and_in_its_order(db, now):
    written = []

    def note(*told):
        written.append(told[2])

    event.listen(db.get_bind(), "before_cursor_execute", note)
    shown = [
        Showing(rank=rank, corpus="incident", item_id=100 - rank, score=0.5, band="likely")
        for rank in range(1, 61)
    ]
    search = feedback.record(
        db, "vpn drops", shown, kind="search", actor=make.person(db), now=now, took_ms=1.0
    )
    event.remove(db.get_bind(), "before_cursor_execute", note)
    assert sum("INTO showing" in statement for statement in written) == 1
    kept = select(Showing.rank, Showing.item_id).where(Showing.search_id == search.id).order_by(Showing.id)
    assert db.execute(kept).all() == [(rank, 100 - rank) for rank in range(1, 61)]
    assert [db.get(Showing, showing.id).item_id for showing in search.showings] == [
        showing.item_id for showing in shown
    ]
