"""Configuration items: what they are, what they need, and what stops with them."""

from itertools import pairwise

import pytest

from assistant.desk import audit, edition, items
from assistant.desk.items import Wanted
from assistant.desk.permissions import viewer_of
from kb.errors import EditConflict, Refused
from tests import make
from tests.make import NOON


@pytest.fixture
def dan(db):
    return make.person(db, "dan")


@pytest.fixture
def chain(db, dan):
    """A client that needs a gateway that needs a server."""
    client, gateway, server = (make.item(db, name) for name in ("client", "gateway", "server"))
    items.need(db, client, gateway, actor=dan, now=NOON)
    items.need(db, gateway, server, actor=dan, now=NOON)
    return client, gateway, server


def test_items_are_found_by_name_details_kind_and_service(db, dan):
    service = make.service(db)
    first = make.item(db, "vpn-lis-01", kind="VPN gateway", details="Lisbon", service_id=service.id)
    second = make.item(db, "mail-01", kind="Server")
    items.retire(db, second, actor=dan, now=NOON)
    for wanted in (
        Wanted("LIS"),
        Wanted("lisbon"),
        Wanted(kind="VPN gateway"),
        Wanted(service_id=service.id),
    ):
        assert items.page(db, wanted).rows == [first]
    assert items.page(db, Wanted(retired=True)).rows == [second]
    assert items.named(db, "mail") == []


def test_an_item_has_a_name_of_its_own_without_a_comma(db, dan):
    new = {"name": "vpn-01", "kind": "", "details": "", "service_id": None}
    item = items.add(db, new, actor=dan, now=NOON)
    with pytest.raises(Refused, match="already"):
        items.add(db, {**new, "name": "VPN-01"}, actor=dan, now=NOON)
    with pytest.raises(Refused, match="comma"):
        items.add(db, {**new, "name": "a, b"}, actor=dan, now=NOON)
    seen = edition.of(item, items.EDITABLE)
    items.change(db, item, {**new, "kind": "Gateway"}, seen=seen, actor=dan, now=NOON)
    with pytest.raises(EditConflict):
        items.change(db, item, {**new, "kind": "Server"}, seen=seen, actor=dan, now=NOON)


def test_a_circle_is_refused_with_the_way_it_would_take(db, dan, chain):
    client, gateway, server = chain
    with pytest.raises(Refused, match="client needs gateway needs server already"):
        items.need(db, server, client, actor=dan, now=NOON)
    with pytest.raises(Refused, match="itself"):
        items.need(db, client, client, actor=dan, now=NOON)
    items.unneed(db, gateway, server, actor=dan, now=NOON)
    items.need(db, server, client, actor=dan, now=NOON)


def test_what_stops_when_the_server_fails_is_told_step_by_step(db, dan, chain):
    client, _, server = chain
    printer = make.item(db, "printer")
    items.need(db, printer, server, actor=dan, now=NOON)
    items.need(db, client, server, actor=dan, now=NOON)  # directly, too: it still stands there once
    names = [(depth, one.name) for depth, one in items.around(db, server, "needed_by")]
    assert names == [(1, "client"), (1, "gateway"), (1, "printer")]
    assert next((depth, one.name) for depth, one in items.around(db, client, "needs")) == (1, "gateway")


def test_a_long_chain_is_cut_off(db, dan, monkeypatch):
    monkeypatch.setattr(items, "MOST", 5)
    row = [make.item(db, f"host-{number:02}") for number in range(10)]
    for one, other in pairwise(row):
        items.need(db, one, other, actor=dan, now=NOON)
    assert [depth for depth, _ in items.around(db, row[0], "needs")] == [1, 2, 3, 4, 5]


def test_dependencies_are_told_in_the_trail_of_both(db, dan, chain):
    client, gateway, _ = chain
    assert audit.newest(db, "configuration item", client.id, most=1)[0].changes == {"needs": ["", "gateway"]}
    told = [entry.changes for entry in audit.newest(db, "configuration item", gateway.id, most=2)]
    assert {"needed_by": ["", "client"]} in told


def test_open_incidents_on_an_item_are_those_that_one_may_read(db, dan, chain):
    ben = make.person(db)
    staff = make.group(db, "Staff matters", ben, restricted=True)
    plain = make.incident(db, items=[chain[0]])
    private = make.incident(db, items=[chain[0]], restricted_to=staff)
    make.incident(db, items=[chain[0]], state="closed")
    assert items.open_incidents(db, viewer_of(db, dan), chain[0]) == [plain]
    assert items.open_incidents(db, viewer_of(db, ben), chain[0]) == [plain, private]
