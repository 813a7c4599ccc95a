"""The incidents of a made-up desk, from three years ago until now, with all that hangs on each of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from assistant.desk.assignment import AssignmentSpan
from assistant.desk.audit import AuditEntry
from assistant.desk.incident import SOURCES, Entry, Incident, Relation, Watcher, incident_item
from assistant.desk.link import Link
from assistant.desk.notice import Notice
from assistant.desk.notifications import Notification
from bench.staff import NOW, RESTRICTED, Row, Size
from bench.texts import Text
from kb.feedback import Search, Showing, gist_of

YEARS = timedelta(days=3 * 365)
NEW_SHARE, OPEN_SHARE = 0.05, 0.8  # of the newest twentieth four in five are open: 4 % of all
PRIORITIES = ("P1", "P2", "P2", "P3", "P3", "P3", "P3", "P4", "P4", "P4")
OPEN_STATES = (("new", "new"), ("in_progress", "active"), ("in_progress", "active"), ("on_hold", "waiting"))
DOORS = ("link", "link", "link", "link", "write", "write", "improve", "nothing", "nothing", "nothing")
REASONS = ("not_an_incident", "withdrawn", "recovered")
BANDS = ("very likely", "likely", "possible", "possible")
EVERY_RESTRICTED = 100  # incident


def scope(number: int) -> str:
    """Return the permission class of an incident, as its row has it."""
    return Incident(restricted_to_id=_restricted(number)).scope


def _restricted(number: int, groups: int = 12) -> int | None:
    return groups - number // EVERY_RESTRICTED % RESTRICTED if number % EVERY_RESTRICTED == 0 else None


def content(text: Text) -> dict[str, str]:
    """Return what the index reads of an incident: the last third of its text stands for what resolved it."""
    words = text.said.split()
    most = max(1, len(words) * 2 // 3)
    parts = {
        "title": text.title,
        "symptoms": " ".join(words[:most]),
        "resolution": " ".join(words[most:]),
    }
    return {name: said for name, said in parts.items() if said}


def rows(size: Size, texts: Sequence[Text]) -> Iterator[Row]:
    """Yield the incidents, the oldest first."""
    chance = np.random.default_rng(6)
    for number, text in enumerate(texts, 1):
        told = _incident(size, number, text, chance)
        yield Incident.__table__, told
        yield from _hanging(size, told, chance)
    yield from _notices(size)


def _incident(size: Size, number: int, text: Text, chance: np.random.Generator) -> dict[str, Any]:
    lucky = chance.random(4)
    recorded = NOW - YEARS * (1 - number / (size.incidents + 1))
    service = 1 + int(size.services * lucky[0] ** 2)  # some services hurt more than others
    is_open = number > size.incidents * (1 - NEW_SHARE) and lucky[1] < OPEN_SHARE
    state, phase = OPEN_STATES[number % 4] if is_open else ("closed", "closed")
    if not is_open and number % 200 == 0:
        state, phase = "resolved", "resolved"
    agent = None if state == "new" else size.agent(int(lucky[2] * 1000))
    said = {"symptoms": "", "resolution": "", **content(text)}
    if is_open:
        said["resolution"] = ""
    return {
        "id": number,
        "version": 1,
        "source": list(SOURCES)[number % len(SOURCES)],
        "contact": "",
        "requester_id": size.requester(int(lucky[3] * 1e6)),
        "reported_text": said["symptoms"],
        "recorded_at": recorded,
        "recorded_by_id": agent,
        "updated_at": recorded + timedelta(hours=30),
        "updated_by_id": agent,
        **said,
        "environment": "Platform: Windows 11",
        "service_id": service,
        "category_id": 9 + number % 40,
        "impact": "person",
        "urgency": "soon",
        "priority": PRIORITIES[number % len(PRIORITIES)],
        "priority_reason": "",
        "group_id": 1 + service % (size.groups - RESTRICTED),
        "assignee_id": agent,
        "restricted_to_id": _restricted(number, size.groups),
        "process": "itil",
        "process_version": 0,
        "state": state,
        "phase": phase,
        "hold_reason": "A part is on its way." if phase == "waiting" else "",
        "workaround": "",
        "cause": "",
        "verification": "",
        "reopen_count": 0,
        **_end(number, phase, agent, recorded),
    }


def _end(number: int, phase: str, agent: int | None, recorded: datetime) -> dict[str, Any]:
    """Return how an incident ended; nothing of it for an open one."""
    ended = recorded + timedelta(hours=20)
    door = DOORS[number % len(DOORS)] if phase == "closed" else None
    resolved = phase in ("resolved", "closed")
    return {
        "resolved_at": ended if resolved else None,
        "resolved_by_id": agent if resolved else None,
        "closed_at": ended + timedelta(hours=2) if phase == "closed" else None,
        "closing_door": door,
        "nothing_reason": REASONS[number % len(REASONS)] if door == "nothing" else None,
    }


def _hanging(size: Size, told: Mapping[str, Any], chance: np.random.Generator) -> Iterator[Row]:
    """Yield what was said and done about one incident."""
    number, at, agent = told["id"], told["recorded_at"], told["assignee_id"]
    for place in range(int(chance.integers(2, 5))):
        by_agent = place % 2 == 0
        author = size.agent(number) if by_agent else told["requester_id"]
        entry = {"kind": "note" if by_agent else "comment", "author_id": author, "to_all": False}
        text = f"{told['title'][:80]}: looked at it, step {place + 1}."
        yield (
            Entry.__table__,
            {"incident_id": number, **entry, "text": text, "at": at + timedelta(hours=place)},
        )
    yield from _trail(told, at, agent)
    span = {"incident_id": number, "group_id": told["group_id"], "person_id": agent, "since": at}
    yield AssignmentSpan.__table__, {**span, "until": told["closed_at"], "by_id": agent}
    if told["closing_door"] in ("link", "write", "improve"):
        article = 1 + int(size.articles * chance.random() ** 3)  # some articles are reused again and again
        linked = {"incident_id": number, "article_id": article, "kind": "resolved", "person_id": agent}
        yield Link.__table__, {**linked, "at": told["resolved_at"], "failed_at": None}
    if number % 5 < 2:
        yield incident_item, {"incident_id": number, "item_id": 1 + number * 7 % size.items}
    if number % 20 == 0:
        watcher = {"person_id": size.requester(number * 3), "at": at, "by_id": None}
        yield Watcher.__table__, {"incident_id": number, **watcher}
    if number % 50 == 49:
        about = {"kind": "related_to", "person_id": agent, "at": at}
        yield Relation.__table__, {"incident_id": number, "other_id": number - 7, **about}


def _trail(told: Mapping[str, Any], at: datetime, agent: int | None) -> Iterator[Row]:
    """Yield the audit trail: recorded, taken, resolved, closed."""
    added = {name: [None, told[name]] for name in ("title", "priority", "state", "phase", "group_id")}
    steps: list[tuple[str, dict[str, list[Any]]]] = [("incident added", added)]
    if agent:
        taken = {"state": ["new", "in_progress"], "assignee_id": [None, agent]}
        steps.append(("incident changed", taken))
    if told["resolved_at"]:
        steps.append(
            ("incident changed", {"state": ["in_progress", "resolved"], "resolution": ["", "Done."]})
        )
    if told["closed_at"]:
        steps.append(("incident changed", {"state": ["resolved", "closed"]}))
    for place, (action, changes) in enumerate(steps):
        subject = {"subject": "incident", "subject_id": told["id"], "version": 1, "person_id": agent}
        when = at + timedelta(hours=place)
        yield AuditEntry.__table__, {**subject, "at": when, "action": action, "changes": changes}


def _notices(size: Size) -> Iterator[Row]:
    """Yield what requesters are told now, and what people were told lately."""
    for number in range(size.incidents - 4, size.incidents + 1):
        told = {"title": f"Service {number % size.services + 1} is slow", "text": "We are working on it."}
        yield Notice.__table__, {"incident_id": number, **told, "at": NOW, "updated_at": NOW}
    for person in range(1, size.agents + size.requesters + 1):
        for place in range(5):
            path = f"/incidents/INC-{1 + (person + place) % size.incidents:06d}"
            told = {"text": f"An agent wrote to you, {place}.", "path": path, "at": NOW}
            read = {"read_at": None if place == 0 else NOW}
            yield Notification.__table__, {"person_id": person, **told, **read}


def kept_searches(size: Size, texts: Sequence[Text]) -> Iterator[Row]:
    """Yield what was asked and shown: for every second incident, and one question of the portal in three."""
    for number in range(1, size.incidents // 2 + 1):
        incident = number * 2
        at = NOW - YEARS * (1 - incident / (size.incidents + 1))
        portal = number % 3 == 0
        text = texts[incident - 1].title
        asked = {"id": number, "at": at, "text": text, "gist": gist_of(text), "took_ms": 20.0, "degraded": ""}
        whose = {
            "kind": "portal" if portal else "suggestion",
            "person_id": size.requester(number) if portal else size.agent(number),
            "incident_id": None if portal else incident,
            "unanswered": number % 7 == 0,
            "taken": bool(number % 4),
        }
        yield Search.__table__, {**asked, **whose}
        for rank in range(1, 5):
            shown = {"rank": rank, "corpus": "article", "item_id": 1 + (number * rank) % size.articles}
            band = {"score": 0.9 / rank, "band": BANDS[rank - 1], "reason": ""}
            chosen = {"choice": "used", "chosen_at": at} if rank == 1 and number % 4 else {}
            row = {"choice": None, "chosen_at": None, **chosen}
            yield Showing.__table__, {"search_id": number, **shown, **band, **row}
