"""One list for one question: what operators leave, what is counted beside it, and that nothing hidden shows through."""

import random
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from assistant import worker
from assistant.desk import everything
from assistant.desk.classification import Category
from assistant.desk.incident import Incident
from assistant.desk.narrowing import complete
from assistant.desk.operators import Asker
from assistant.desk.permissions import viewer_of
from assistant.desk.query import begun, parse
from kb.search import Within, find
from tests import make

pytestmark = pytest.mark.both
LISBON = ZoneInfo("Europe/Lisbon")


@pytest.fixture
def desk(runtime):
    """A writing session with ways to search: desk.ask, desk.titles, desk.facets, desk.go_on."""
    with runtime.writing() as db:

        def asker(who):
            return Asker(viewer_of(db, make.person(db, who)), LISBON)

        def ask(text, who="ben", **more):
            db.commit()
            worker.run_once(runtime, make.NOON)
            while runtime.live.status(runtime.sessions.reader()).stale:
                worker.run_once(runtime, make.NOON)
            return everything.search(db, runtime.live, parse(text), asker(who), now=make.NOON, **more)

        db.ask = ask
        db.titles = lambda text, **more: {
            getattr(hit.item, "title", "") or hit.item.name for hit in ask(text, **more).hits
        }
        db.facets = lambda text, **more: {
            facet.by: {str(term): count for term, _, count in facet.values}
            for facet in ask(text, **more).facets
        }
        db.go_on = lambda text, who="ben": [label for _, label, _ in complete(db, begun(text), asker(who))]
        yield db


@pytest.fixture
def three(desk):
    """A VPN incident of Remote access that is closed, one of Mail that is open, and an article about the VPN."""
    remote, mail = make.service(desk, "Remote access"), make.service(desk, "Mail")
    network = make.group(desk, "Network", make.person(desk))
    branch = Category(name="Network")
    desk.add_all([branch, leaf := Category(name="VPN", parent=branch)])
    desk.flush()
    old = make.incident(
        desk, "VPN drops at home", service=remote, state="closed", impact="organisation", urgency="now"
    )
    old.category_id, old.assignee = leaf.id, make.person(desk)
    new = make.incident(desk, "VPN slow for mail", service=mail, requester=make.person(desk, "eve"))
    new.group = network
    new.recorded_at = make.NOON.replace(month=4)
    make.article(desk, title="VPN adapter sleeps", services=[remote], category_id=branch.id)
    return desk


LEFT = {
    "vpn": {"VPN drops at home", "VPN slow for mail", "VPN adapter sleeps"},
    "vpn kind:incident": {"VPN drops at home", "VPN slow for mail"},
    "vpn KIND:article": {"VPN adapter sleeps"},
    "vpn state:open": {"VPN slow for mail"},
    "vpn state:closed": {"VPN drops at home"},
    "vpn state:closed state:validated": {"VPN drops at home", "VPN adapter sleeps"},
    'vpn service:"remote access"': {"VPN drops at home", "VPN adapter sleeps"},
    "vpn service:remote kind:incident": {"VPN drops at home"},
    "vpn priority:p1": {"VPN drops at home"},
    "vpn priority:critical": {"VPN drops at home"},
    "vpn group:network": {"VPN slow for mail"},
    "vpn assignee:me": {"VPN drops at home"},
    "vpn assignee:nobody": {"VPN slow for mail"},
    "vpn requester:marsh": {"VPN slow for mail"},
    "vpn requester:eve@example.org": {"VPN slow for mail"},
    "vpn category:network": {"VPN drops at home", "VPN adapter sleeps"},
    "vpn category:vpn": {"VPN drops at home"},
    "vpn after:2026-04 kind:incident": {"VPN slow for mail"},
    "vpn before:2026-03-03": {"VPN drops at home", "VPN adapter sleeps"},
    "vpn after:2026-03-03 before:2026-04-03": {"VPN slow for mail"},
    'vpn "drops at"': {"VPN drops at home"},
    "vpn -slow -adapter": {"VPN drops at home"},
    'vpn -"for mail" kind:incident': {"VPN drops at home"},
    "state:open": {"VPN slow for mail"},
    '"adapter sleeps"': {"VPN adapter sleeps"},
    "-vpn": set(),
}


@pytest.mark.parametrize("text", LEFT)
def test_operators_leave_what_they_say(three, text):
    assert three.titles(text) == LEFT[text]


def test_what_an_operator_does_not_know_is_told_and_the_rest_is_searched(three):
    results = three.ask(
        "vpn service:printing state:opne after:yesterday colour:red priority:P1 -kind:article"
    )
    said = [(problem.message, problem.cure) for problem in results.narrowing.problems]
    assert "colour:" in said[0][0] and "service:" in said[0][1]
    assert "“printing”" in said[1][0] and "Mail, Remote access" in said[1][1]
    assert "“opne”" in said[2][0] and "Open, New" in said[2][1]
    assert "“yesterday”" in said[3][0] and "2026-03-02" in said[3][1]
    assert "-kind:" in said[4][0]
    assert [hit.item.title for hit in results.hits] == ["VPN drops at home"]


def test_a_day_begins_where_the_asker_lives(three):
    """In Lisbon it is summer in June, an hour before UTC."""
    make.incident(three, "VPN at midnight", now=make.NOON.replace(month=6, day=9, hour=23, minute=30))
    assert three.titles("vpn after:2026-06-10 kind:incident") == {"VPN at midnight"}


def test_what_is_counted_leads_to_as_much(three):
    facets = three.facets("vpn")
    assert facets["kind"] == {"kind:Incident": 2, "kind:Article": 1}
    assert facets["service"] == {'service:"Remote access"': 2, "service:Mail": 1}
    assert facets["state"] == {"state:New": 1, "state:Closed": 1, "state:Validated": 1}
    for values in facets.values():
        for term, count in values.items():
            assert three.ask(f"vpn {term}").total == count


def test_what_is_counted_without_words_is_more_than_what_is_listed(three):
    results = three.ask("kind:incident kind:article", shown=1)
    assert (len(results.hits), results.total) == (1, 3)
    facets = three.facets("kind:incident kind:article")
    assert facets["state"] == {"state:New": 1, "state:Closed": 1, "state:Validated": 1}
    assert facets["service"] == {'service:"Remote access"': 2, "service:Mail": 1}
    for values in facets.values():
        for term, count in values.items():
            assert three.ask(f"kind:incident kind:article {term}").total == count


@pytest.mark.parametrize("typed", ["{}", "#{}", "inc{}", "INC {}", "inc-{}", "INC-{:06d}", "  {} "])
def test_a_number_brings_what_bears_it_first_however_it_is_written(three, typed):
    drops = three.scalar(select(Incident).where(Incident.title == "VPN drops at home"))
    hits = three.ask(typed.format(drops.id)).hits
    assert (hits[0].item, hits[0].numbered) == (drops, True)
    assert not any(hit.numbered for hit in hits if hit.kind == "incident" and hit.item is not drops)


def test_a_number_brings_nothing_that_is_filtered_out_and_nothing_first_that_is_only_quoted(three):
    drops, slow = three.scalars(select(Incident).order_by(Incident.id))
    assert three.titles(f"{drops.id} service:mail kind:incident") == {"VPN slow for mail"}
    hits = three.ask(f"the vpn is slow for mail as in {drops.number} of last week kind:incident").hits
    assert [hit.item for hit in hits] == [slow, drops]
    assert [hit.numbered for hit in hits] == [False, True]


def test_what_begins_with_what_is_typed_is_offered_before_what_only_holds_it(three):
    for name in ("DrawVault 7", "LT-20981"):
        make.item(three, name)
    assert [text.split(":")[1] for text in three.go_on("item:lt")] == ["LT-20981", '"DrawVault 7"']


def test_a_filter_that_is_on_is_a_chip_and_no_facet(three):
    results = three.ask("vpn kind:incident")
    assert [label for _, label in results.narrowing.chips] == ["Incident"]
    assert "kind" not in {facet.by for facet in results.facets}


def test_people_and_services_are_found_by_their_names_before_what_is_written(three):
    hits = three.ask("mail").hits
    assert [hit.kind for hit in hits[:2]] == ["service", "incident"]
    assert three.titles("eve marsh") >= {"Eve Marsh"}
    assert three.titles("kind:person") == {"Ada Okafor", "Ben Sato", "Cleo Marchetti", "Eve Marsh"}
    assert "Mail" not in three.titles("mail state:open")


def test_without_words_the_newest_come_first(three):
    assert [hit.item.title for hit in three.ask("kind:incident").hits] == [
        "VPN slow for mail",
        "VPN drops at home",
    ]


def test_what_is_typed_may_go_on(three):
    assert three.go_on("vpn ser") == ["service:"]
    assert three.go_on("service:") == ["service:Mail", 'service:"Remote access"', 'service:"No service"']
    assert three.go_on("requester:mar") == ['requester:"Cleo Marchetti"', 'requester:"Eve Marsh"']
    assert three.go_on("state:re") == ["state:Resolved"]
    assert three.go_on("vpn drops") == []


def test_a_narrow_question_finds_what_is_far_down(desk):
    """Beyond the candidates of the index: a filter comes before the ranking, a phrase is looked for further."""
    mail = make.service(desk, "Mail")
    for number in range(120):
        make.incident(desk, f"VPN drops {number}", symptoms="VPN drops. " * 4)
    make.incident(desk, "Letters stay away, VPN or not", service=mail)
    assert desk.titles("vpn drops service:mail") == {"Letters stay away, VPN or not"}
    assert desk.titles('vpn drops "stay away"') == {"Letters stay away, VPN or not"}


@pytest.mark.parametrize(
    "text", ["vpn kind:incident state:closed", "vpn service:remote", "vpn -slow after:2026", "vpn"]
)
def test_what_is_too_much_to_hand_to_the_index_one_by_one_is_looked_through_afterwards(
    three, text, monkeypatch
):
    before = three.titles(text)
    monkeypatch.setattr(everything, "SINGLY", 0)
    assert three.titles(text) == before


def test_a_restriction_never_widens_what_may_be_read(desk, runtime):
    staff = make.group(desk, "Staff matters", make.person(desk, "cleo"), restricted=True)
    secret = make.incident(desk, "VPN of the director", restricted_to=staff)
    desk.ask("vpn")
    within = Within({"incident": {secret.id}})
    for who, seen in (("ben", []), ("eve", []), ("cleo", [("incident", secret.id)])):
        viewer = viewer_of(desk, make.person(desk, who))
        assert list(find(desk, runtime.live, "VPN of the director", viewer, within=within).order) == seen


QUESTIONS = (
    "vpn",
    "vpn state:open",
    '"vpn drops"',
    "vpn -printer",
    "state:new",
    "kind:incident vpn",
    "service:mail vpn drops",
)


def seen(desk, who):
    """Return everything that somebody gets for every question, but how long it took."""
    found = {"goes on": [desk.go_on(text, who) for text in ("service:", "group:", "requester:", "vpn sta")]}
    for text in QUESTIONS:
        results = desk.ask(text, who)
        answer = replace(results.answer, took_ms=0) if results.answer else None
        hits = [(hit.kind, hit.item.id, hit.found, hit.held) for hit in results.hits]
        found[text] = (
            hits,
            results.total,
            results.facets,
            answer,
            [problem.cure for problem in results.narrowing.problems],
        )
    return found


@pytest.mark.parametrize("who", ["ben", "mia", "dan"])
def test_what_is_restricted_changes_nothing_for_others_and_is_found_by_its_readers(desk, who, monkeypatch):
    """There is more to find than the halves of the index propose."""
    monkeypatch.setattr(everything, "POOL", 40)
    monkeypatch.setattr(everything, "WIDE", 80)
    chance = random.Random(who)
    mail, person = make.service(desk, "Mail"), make.person(desk, who)
    staff = make.group(desk, "Staff matters", make.person(desk, "cleo"), restricted=True)
    words = ("vpn", "drops", "printer", "update", "screen")
    for _ in range(60):
        make.incident(desk, " ".join(chance.sample(words, 3)), service=chance.choice((mail, None)))
        make.article(desk, title=" ".join(chance.sample(words, 3)))
    assert person not in staff.people
    before = seen(desk, who)
    assert "vpn drops" not in desk.titles("vpn drops", who="cleo")
    for _ in range(4):
        hidden = make.incident(desk, "vpn drops", symptoms=" ".join(chance.sample(words, 4)), service=mail)
        hidden.restricted_to = staff
        make.article(desk, "validated", "team", team_id=staff.id, title="vpn drops", issue="secret printer")
    assert seen(desk, who) == before
    assert "vpn drops" in desk.titles("vpn drops", who="cleo")
