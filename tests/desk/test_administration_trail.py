"""Whatever an administrator decides stands in the audit trail: who did it, when, what it was and what it is."""

from datetime import timedelta
from inspect import getmembers, isfunction, signature
from unittest.mock import ANY

import pytest
from sqlalchemy import select

from assistant.desk import (
    beginning,
    brand,
    catalogue,
    classification,
    content_standard,
    directory,
    edition,
    groups,
    invitation,
    items,
    nightly,
    people,
    priority,
    process,
    reasons,
    routing,
    site,
    ways,
)
from assistant.desk.assignment import Route
from assistant.desk.attachment import Store
from assistant.desk.audit import AuditEntry
from assistant.desk.permissions import viewer_of
from assistant.desk.process import Reason
from kb.standard import CHECKS
from tests import make
from tests.desk.test_brand import png
from tests.make import NOON

LATER = NOON + timedelta(hours=3)
ROOMS = (
    directory,
    groups,
    catalogue,
    items,
    routing,
    classification,
    reasons,
    content_standard,
    priority,
    ways,
    brand,
    nightly,
    invitation,
    beginning,
)
PERSON = {"name": "Kim Lee", "email": "kim@example.org", "role": "agent"}
SERVICE = {
    "name": "Mail",
    "description": "",
    "process": "itil",
    "owner_id": None,
    "audience": "everybody",
    "departments": [],
    "checklist": "",
}
ITEM = {"name": "LT-1", "kind": "Laptop", "details": "", "service_id": None}
PORTAL = {"public": False, "greeting": "What hurts?", "contact": ""}
PLAN = {"nightly": True, "hour": 3, "folder": "", "keep": 7}
ONE = (Reason("told", "It was a joke", "none"),)


class Desk:
    """One of everything, made by nobody in particular, and Dan, who changes it later."""

    def __init__(self, db, folder):
        self.db, self.store = db, Store(folder)
        self.dan, self.ben = make.person(db, "dan"), make.person(db)
        self.group, self.spare = make.group(db, "Network", self.ben), make.group(db, "Spare")
        self.service = make.service(db, group=self.group)
        self.item, self.other = make.item(db), make.item(db, "VPN-GW", needed_by=[make.item(db, "APP-1")])
        self.category = classification.ensure(db, "Network")
        self.route = db.scalar(select(Route))
        db.add(Route(category_id=self.category.id, group_id=self.spare.id, position=1))
        incident = make.incident(db, service=self.service)
        incident.assignee = self.ben
        db.flush()
        self.viewer = viewer_of(db, self.dan)
        self.empty, unused = make.group(db, "Empty"), make.group(db, "Unused")
        self.gone = [make.person(db, "gone"), unused, make.service(db, "Fax"), make.item(db, "FAX-1")]
        self.gone.append(classification.ensure(db, "Fax"))
        for row in self.gone:
            row.active = False
        db.flush()
        self.who = {"actor": self.dan, "now": LATER}

    def edit(self, verb, row, fields, *rest, **wanted):
        """Change a row as somebody who looks at it now."""
        values = {name: getattr(row, name) for name in fields} | wanted
        return verb(self.db, row, values, *rest, seen=edition.of(row, fields), **self.who)

    def decide(self, verb, subject, *rest):
        """Change a setting as somebody who looks at it now."""
        return verb(self.db, *rest, seen=site.version(self.db, subject), **self.who)


LEVELS = {check.name: check.level for check in CHECKS}
NUMBERS = {check.name: check.number for check in CHECKS}
QUESTION = {"label": "Since when?", "kind": "text", "choices": [], "required": False, "hint": ""}
GROUP = {"name": "New", "description": "", "restricted": False}
MATRIX = {**priority.MATRIX, ("person", "later"): "P3"}
ITIL = process.preset_text("itil")
ADDED, GONE, BACK = [None, ANY], [True, False], [False, True]
VERBS = {  # verb -> how Dan does it, and what the trail tells: {field: [before, after]}
    "directory.add": (
        lambda d: directory.add(d.db, PERSON, [d.group], **d.who),
        {"email": [None, PERSON["email"]]},
    ),
    "directory.change": (
        lambda d: d.edit(directory.change, d.ben, people.EDITABLE, [d.group], name="Ben Saito"),
        {"name": ["Ben Sato", "Ben Saito"]},
    ),
    "directory.deactivate": (lambda d: directory.deactivate(d.db, d.ben, **d.who), {"active": GONE}),
    "directory.reactivate": (lambda d: directory.reactivate(d.db, d.gone[0], **d.who), {"active": BACK}),
    "directory.sign_out": (lambda d: directory.sign_out(d.db, d.ben, **d.who), {}),
    "directory.hand_over": (
        lambda d: directory.hand_over(d.db, d.viewer, d.ben, d.dan, **d.who),
        {"assignee_id": [ANY, ANY]},
    ),
    "groups.add": (lambda d: groups.add(d.db, GROUP, **d.who), {"name": [None, "New"]}),
    "groups.change": (
        lambda d: d.edit(groups.change, d.group, groups.EDITABLE, name="Net"),
        {"name": ["Network", "Net"]},
    ),
    "groups.join": (lambda d: groups.join(d.db, d.group, d.dan, **d.who), {"people": ["", "Dan Novak"]}),
    "groups.leave": (lambda d: groups.leave(d.db, d.group, d.ben, **d.who), {"people": ["Ben Sato", ""]}),
    "groups.retire": (lambda d: groups.retire(d.db, d.empty, **d.who), {"active": GONE}),
    "groups.revive": (lambda d: groups.revive(d.db, d.gone[1], **d.who), {"active": BACK}),
    "catalogue.add": (lambda d: catalogue.add(d.db, SERVICE, d.group, **d.who), {"name": [None, "Mail"]}),
    "catalogue.change": (
        lambda d: d.edit(catalogue.change, d.service, catalogue.EDITABLE, d.spare, name="VPN"),
        {"name": ["Remote access", "VPN"], "group_id": [ANY, ANY]},
    ),
    "catalogue.ask": (
        lambda d: catalogue.ask(
            d.db, d.service, [QUESTION], seen=edition.of(d.service, catalogue.ASKED), **d.who
        ),
        {"questions": [[], [QUESTION]]},
    ),
    "catalogue.retire": (lambda d: catalogue.retire(d.db, d.service, **d.who), {"active": GONE}),
    "catalogue.revive": (lambda d: catalogue.revive(d.db, d.gone[2], **d.who), {"active": BACK}),
    "items.add": (lambda d: items.add(d.db, ITEM, **d.who), {"name": [None, "LT-1"]}),
    "items.change": (
        lambda d: d.edit(items.change, d.item, items.EDITABLE, name="LT-2"),
        {"name": ["LT-20981", "LT-2"]},
    ),
    "items.need": (lambda d: items.need(d.db, d.item, d.other, **d.who), {"needs": ["", "VPN-GW"]}),
    "items.unneed": (
        lambda d: items.unneed(d.db, d.other.needed_by[0], d.other, **d.who),
        {"needs": ["VPN-GW", ""]},
    ),
    "items.retire": (lambda d: items.retire(d.db, d.item, **d.who), {"active": GONE}),
    "items.revive": (lambda d: items.revive(d.db, d.gone[3], **d.who), {"active": BACK}),
    "routing.add": (lambda d: routing.add(d.db, None, None, d.group, **d.who), {"group_id": ADDED}),
    "routing.send": (lambda d: routing.send(d.db, d.service, d.spare, **d.who), {"group_id": [ANY, ANY]}),
    "routing.move": (lambda d: routing.move(d.db, d.route, 1, **d.who), {"position": [0, 1]}),
    "routing.drop": (
        lambda d: routing.drop(d.db, d.route, **d.who),
        {"group": ["Network", None], "service": ["Remote access", None]},
    ),
    "classification.add": (
        lambda d: classification.add(d.db, "VPN", d.category, **d.who),
        {"name": [None, "VPN"]},
    ),
    "classification.change": (
        lambda d: classification.change(
            d.db, d.category, "Net", None, seen=edition.of(d.category, classification.EDITABLE), **d.who
        ),
        {"name": ["Network", "Net"]},
    ),
    "classification.retire": (lambda d: classification.retire(d.db, d.category, **d.who), {"active": GONE}),
    "classification.revive": (
        lambda d: classification.revive(d.db, d.gone[4], **d.who),
        {"active": BACK},
    ),
    "reasons.save": (lambda d: reasons.save(d.db, "itil", ONE, seen=0, **d.who), {"number": [None, 1]}),
    "ways.save": (lambda d: ways.save(d.db, ITIL, seen=0, **d.who), {"number": [None, 1]}),
    "ways.begin": (
        lambda d: ways.begin(d.db, ITIL.replace('name = "itil"', 'name = "ours"'), **d.who),
        {"name": [None, "ours"]},
    ),
    "content_standard.put": (
        lambda d: d.decide(content_standard.put, "standard", "# Ours", LEVELS, NUMBERS),
        {"value": ADDED},
    ),
    "priority.decide": (
        lambda d: [d.decide(priority.decide, "priority", matrix) for matrix in (MATRIX, priority.MATRIX)],
        {"value": [{"person later": "P3"}, {}]},
    ),
    "brand.rename": (
        lambda d: [d.decide(brand.rename, "brand", name, "") for name in ("Farol", "Forno")],
        {"value": [ANY, ANY]},
    ),
    "brand.give_logo": (lambda d: d.decide(brand.give_logo, "brand", d.store, png()), {"value": ADDED}),
    "brand.take_logo": (lambda d: d.decide(brand.take_logo, "brand"), {"value": ADDED}),
    "brand.open_portal": (lambda d: d.decide(brand.open_portal, "portal", PORTAL), {"value": ADDED}),
    "nightly.plan": (
        lambda d: [d.decide(nightly.plan, "backup", {**PLAN, "hour": hour}) for hour in (3, 4)],
        {"value": [PLAN, {**PLAN, "hour": 4}]},
    ),
    "invitation.invite": (lambda d: invitation.invite(d.db, d.ben, **d.who), {}),
    "beginning.name_desk": (
        lambda d: beginning.name_desk(d.db, "Farol", "Europe/Lisbon", **d.who),
        {"timezone": ["UTC", "Europe/Lisbon"]},
    ),
    "beginning.choose_process": (
        lambda d: beginning.choose_process(d.db, "agile", **d.who),
        {"process": ["itil", "agile"]},
    ),
    "beginning.add_groups": (
        lambda d: beginning.add_groups(d.db, ["New"], **d.who),
        {"name": [None, "New"], "people": ["", "Dan Novak"]},
    ),
    "beginning.add_services": (
        lambda d: beginning.add_services(d.db, ["Mail"], d.group, **d.who),
        {"name": [None, "Mail"], "group_id": ADDED},
    ),
    "beginning.add_people": (
        lambda d: beginning.add_people(d.db, "Kim Lee, kim@example.org", timezone="UTC", **d.who),
        {"email": [None, "kim@example.org"]},
    ),
}


def test_every_verb_of_administration_stands_in_the_table():
    verbs = {
        f"{room.__name__.rpartition('.')[2]}.{name}"
        for room in ROOMS
        for name, verb in getmembers(room, isfunction)
        if verb.__module__ == room.__name__
        and not name.startswith("_")
        and "actor" in signature(verb).parameters
    }
    assert verbs == VERBS.keys()


@pytest.mark.parametrize("verb", VERBS)
def test_it_leaves_who_did_it_when_what_it_was_and_what_it_is(db, tmp_path, verb):
    desk = Desk(db, tmp_path)
    db.info.pop("acting", None)
    last = max(db.scalars(select(AuditEntry.id)))
    act, told = VERBS[verb]
    act(desk)
    db.flush()
    left = list(db.scalars(select(AuditEntry).where(AuditEntry.id > last).order_by(AuditEntry.id)))
    assert left, "it leaves nothing"
    assert {(entry.person_id, entry.at) for entry in left} == {(desk.dan.id, LATER)}
    changes = [(name, change) for entry in left for name, change in entry.changes.items()]
    assert [one for one in changes if not (isinstance(one[1], list) and len(one[1]) == 2)] == []
    for wanted in told.items():
        assert wanted in changes
