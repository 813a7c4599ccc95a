"""A desk as the first release left it: rows of revision 0001, written through its own tables and not through ours."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import Connection, Engine, MetaData, Table, insert, select

from assistant import migrations
from index.encoder import HashEncoder
from tests import make

REVISION = "0001"
TODAY = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
Row = Mapping[str, Any]


def ago(**time: int) -> datetime:
    """Return a time in the past as the database keeps it."""
    return TODAY - timedelta(**time)


ADA, BEN, CLEO, MIA, DAN, GONE = 1, 2, 3, 4, 5, 6
NETWORK, STAFF = 1, 2
REMOTE, PRINTING = 1, 2
NEW, ACTIVE, HELD, RESOLVED, LINKED, NOTHING, RESTRICTED, IMPORTED = 1, 2, 3, 4, 5, 6, 7, 8
VALIDATED, NOT_VALIDATED, DRAFT, ARCHIVED, OF_A_TEAM = 1, 2, 3, 4, 5

DEFAULTS: Mapping[str, Row] = {  # what the first release wrote where nobody said anything
    "person": {"active": True, "timezone": "UTC", "department": "", "place": "", "phone": ""}
    | {"password_hash": PasswordHasher().hash(make.PASSWORD), "created_at": ago(days=200)},
    "group": {"description": "", "restricted": False},
    "service": {"description": "", "process": "itil", "active": True},
    "configuration_item": {"kind": "", "details": ""},
    "article": {"governance": "experience", "latest": 1, "personal_data_checked": True, "owner_id": CLEO}
    | {"created_at": ago(days=90), "updated_at": ago(days=60), "updated_by_id": CLEO},
    "version": {"environment": "Platform: Windows 11", "cause": "", "note": "", "author_id": CLEO}
    | {"at": ago(days=60)},
    "flag": {"at": ago(days=9), "person_id": BEN, "outcome": ""},
    "incident": {"version": 1, "source": "phone", "contact": "", "requester_id": ADA, "reported_text": ""}
    | {"recorded_at": ago(days=8), "recorded_by_id": BEN, "updated_at": ago(days=7), "updated_by_id": BEN}
    | {"symptoms": "", "environment": "", "impact": "person", "urgency": "soon", "priority": "P3"}
    | {"priority_reason": "", "process": "itil", "hold_reason": "", "workaround": "", "cause": ""}
    | {"resolution": "", "verification": "", "reopen_count": 0, "service_id": REMOTE, "group_id": NETWORK},
    "entry": {"author_id": BEN, "at": ago(days=7)},
    "relation": {"person_id": BEN, "at": ago(days=6)},
    "search": {"at": ago(days=5), "person_id": BEN, "took_ms": 12.5, "degraded": ""},
    "showing": {"corpus": "article", "score": 0.9, "band": "very likely", "reason": ""},
    "link": {"person_id": BEN, "at": ago(days=5)},
    "job": {"payload": {}, "run_at": ago(days=1), "attempts": 0, "last_error": ""},
    "audit_entry": {"at": ago(days=7), "person_id": BEN, "subject": "incident"},
    "embedding": {"part": "issue", "ordinal": 0, "lead": "", "recipe": None, "vector": None}
    | {"stale": False, "deleted": False},
}

_RESOLVED: Row = {"resolved_at": ago(days=3), "resolved_by_id": BEN, "resolution": "Switched it off."}
_CLOSED: Row = {**_RESOLVED, "state": "closed", "phase": "closed", "closed_at": ago(days=2)}
_FIRST = HashEncoder()
ROWS: Mapping[str, Iterable[Row]] = {  # an id that the database gives is the row's place
    "category": [{"name": "Network", "parent_id": None}, {"name": "VPN", "parent_id": 1}],
    "person": [
        {"name": "Ada Okafor", "email": "ada@example.org", "role": "requester", "phone": "+351 21 555"},
        {"name": "Ben Sato", "email": "ben@example.org", "role": "agent"},
        {"name": "Cleo Marchetti", "email": "cleo@example.org", "role": "coach"},
        {"name": "Mia Lindqvist", "email": "mia@example.org", "role": "manager", "timezone": "Asia/Tokyo"},
        {"name": "Dan Novak", "email": "dan@example.org", "role": "administrator"},
        {"name": "Gil Past", "email": "gil@example.org", "role": "agent", "active": False}
        | {"password_hash": None},
    ],
    "group": [{"name": "Network"}, {"name": "Staff matters", "restricted": True}],
    "membership": [
        {"person_id": BEN, "group_id": NETWORK},
        {"person_id": MIA, "group_id": STAFF},
    ],
    "service": [
        {"name": "Remote access", "description": "VPN and portal"},
        {"name": "Printing", "process": "agile"},
        {"name": "Fax", "active": False},
    ],
    "configuration_item": [
        {"name": "gw-01", "kind": "Gateway", "details": "Rack 4", "service_id": REMOTE},
        {"name": "pr-03", "kind": "Printer", "service_id": PRINTING},
    ],
    "route": [{"position": 1, "service_id": REMOTE, "category_id": None, "group_id": NETWORK}],
    "article": [
        {"confidence": "validated", "audience": "requesters", "latest": 2, "category_id": 2},
        {"confidence": "not_validated", "audience": "internal", "external_id": "WIKI-7"},
        {"confidence": "wip", "audience": "internal", "personal_data_checked": False},
        {"confidence": "archived", "audience": "internal"},
        {"confidence": "validated", "audience": "team", "team_id": STAFF, "governance": "compliance"},
    ],
    "article_service": [{"article_id": VALIDATED, "service_id": REMOTE}],
    "version": [
        {"article_id": article, "number": number, "title": title, "issue": title, "resolution": "Do this."}
        for article, number, title in (
            (VALIDATED, 1, "VPN drops"),
            (VALIDATED, 2, "VPN drops every few minutes"),
            (NOT_VALIDATED, 1, "Printer is silent"),
            (DRAFT, 1, "Mail does not arrive"),
            (ARCHIVED, 1, "Modem does not dial"),
            (OF_A_TEAM, 1, "How complaints are kept"),
        )
    ],
    "flag": [
        {"article_id": VALIDATED, "reason": "Windows 11 24H2 calls this differently."},
        {"article_id": NOT_VALIDATED, "reason": "The tray is another one.", "settled_at": ago(days=8)}
        | {"settled_by_id": CLEO, "outcome": "Corrected"},
    ],
    "incident": [
        {"title": "VPN drops in the train", "state": "new", "phase": "new", "category_id": 2},
        {"title": "VPN drops at home", "state": "in_progress", "phase": "active", "assignee_id": BEN},
        {"title": "Token is lost", "state": "on_hold", "phase": "waiting", "assignee_id": BEN}
        | {"hold_reason": "A new token"},
        {"title": "No VPN in Porto", "state": "resolved", "phase": "resolved", **_RESOLVED},
        {"title": "No VPN in Leeds", "closing_door": "link", "closing_category_id": 2, **_CLOSED},
        {"title": "The screen was off", "closing_door": "nothing", "nothing_reason": "withdrawn", **_CLOSED},
        {"title": "Complaint about a colleague", "state": "new", "phase": "new"}
        | {"group_id": STAFF, "restricted_to_id": STAFF, "service_id": None},
        {"title": "Printer on floor 3 is silent", "state": "doing", "phase": "active", "process": "agile"}
        | {"service_id": PRINTING, "external_id": "OLD-99", "source": "import", "assignee_id": BEN},
    ],
    "incident_item": [{"incident_id": ACTIVE, "item_id": 1}],
    "assignment_span": [
        {"incident_id": ACTIVE, "group_id": NETWORK, "person_id": None, "since": ago(days=8)}
        | {"until": ago(days=7), "by_id": BEN},
        {"incident_id": ACTIVE, "group_id": NETWORK, "person_id": BEN, "since": ago(days=7), "by_id": BEN},
    ],
    "entry": [
        {"incident_id": ACTIVE, "kind": "note", "text": "The driver is old."},
        {"incident_id": ACTIVE, "kind": "comment", "text": "Please try the cable."},
        {"incident_id": RESOLVED, "kind": "comment", "text": "It works again.", "author_id": ADA},
    ],
    "watcher": [{"incident_id": ACTIVE, "person_id": MIA, "at": ago(days=6), "by_id": BEN}],
    "relation": [
        {"incident_id": ACTIVE, "other_id": NEW, "kind": "related_to"},
        {"incident_id": NOTHING, "other_id": LINKED, "kind": "duplicate_of"},
        {"incident_id": HELD, "other_id": ACTIVE, "kind": "child_of"},
    ],
    "attachment": [
        {"id": "a" * 22, "incident_id": ACTIVE, "entry_id": 2, "name": "cable.png", "size_bytes": 3}
        | {"media_type": "image/png", "sha256": "b" * 64, "person_id": ADA, "at": ago(days=7)},
    ],
    "search": [
        {"kind": "suggestion", "text": "VPN drops at home", "incident_id": ACTIVE, "recipe": "r1"},
        {"kind": "search", "text": "toner smells"},
        {"kind": "search", "text": "vpn in the train"},
    ],
    "showing": [
        {"search_id": 1, "rank": 1, "item_id": VALIDATED, "choice": "used"}
        | {"chosen_at": ago(days=5), "chosen_by_id": BEN},
        {"search_id": 1, "rank": 2, "item_id": LINKED, "corpus": "incident", "choice": "rejected"}
        | {"reason": "Another client"},
        {"search_id": 3, "rank": 1, "item_id": VALIDATED, "choice": None},
    ],
    "link": [
        {"incident_id": LINKED, "article_id": VALIDATED, "kind": "resolved", "showing_id": 1},
        {"incident_id": ACTIVE, "article_id": NOT_VALIDATED, "kind": "reference"},
        {"incident_id": RESOLVED, "article_id": VALIDATED, "kind": "resolved", "failed_at": ago(days=1)},
    ],
    "job": [
        {"kind": "suggestions", "payload": {"incident_id": NEW}},
        {"kind": "index.rebuild", "key": "index.rebuild 2026-01-01 08:00", "done_at": ago(days=1)},
        {"kind": "suggestions", "attempts": 5, "last_error": "disk full", "parked_at": ago(days=1)},
    ],
    "sign_in": [
        {"token_hash": "c" * 64, "person_id": BEN, "started_at": ago(days=1), "seen_at": ago(hours=1)}
        | {"address": "10.0.0.7", "browser": "Firefox"},
    ],
    "heartbeat": [{"name": "worker", "at": ago(minutes=5)}],
    "import_run": [
        {"kind": "incidents", "source": "legacy", "file": "old.csv", "fingerprint": "d" * 64, "position": 1}
        | {"rejects": "", "rejects_bytes": 0, "counts": {"added": 1}, "started_at": ago(days=90)}
        | {"updated_at": ago(days=90), "finished_at": ago(days=90)},
    ],
    "imported": [
        {"kind": "incidents", "external_id": "OLD-99", "item_id": IMPORTED, "run_id": 1, "digest": "e" * 32}
        | {"fields": {"title": "Printer on floor 3 is silent"}},
    ],
    "audit_entry": [
        {"subject_id": ACTIVE, "version": 1, "action": "incident added", "changes": {}},
        {"subject_id": ACTIVE, "version": 2, "action": "incident changed"}
        | {"changes": {"state": ["new", "in_progress"], "assignee_id": [None, BEN]}},
        {
            "subject": "article",
            "subject_id": VALIDATED,
            "action": "version added",
            "changes": {"number": [None, 1]},
        }
        | {"person_id": None, "version": None},
    ],
    "embedding_counter": [{"id": 1, "value": 3}],
    "embedding": [
        {"corpus": "article", "item_id": VALIDATED, "scope": "article:requesters", "text": "VPN drops"}
        | {"text_hash": "f" * 64, "sequence": 3, "recipe": _FIRST.recipe.fingerprint()}
        | {"vector": _FIRST.encode(["VPN drops"])[0].tobytes()},
        {"corpus": "incident", "item_id": NEW, "scope": "incident", "text": "VPN drops in the train"}
        | {"text_hash": "0" * 64, "sequence": 2, "stale": True},
    ],
}


def fill(engine: Engine) -> None:
    """Bring an empty database to the first revision and write these rows."""
    migrations.upgrade(engine, REVISION)
    with engine.execution_options(writing=True).begin() as connection:
        tables = reflect(connection)
        for table in tables.sorted_tables:
            for row in ROWS.get(table.name, ()):
                connection.execute(insert(table), {**DEFAULTS.get(table.name, {}), **row})


def reflect(connection: Connection) -> MetaData:
    """Return the tables as they are now, without that of the revisions."""
    tables = MetaData()
    tables.reflect(connection)
    tables.remove(tables.tables["alembic_version"])
    return tables


def contents(engine: Engine, columns: Mapping[str, Iterable[str]]) -> dict[str, list[Row]]:
    """Return the rows of these columns, table by table, in the order of their keys."""
    with engine.connect() as connection:
        tables = reflect(connection).tables
        return {name: _rows(connection, tables[name], wanted) for name, wanted in columns.items()}


def _rows(connection: Connection, table: Table, wanted: Iterable[str]) -> list[Row]:
    query = select(*(table.c[name] for name in wanted)).order_by(*table.primary_key.columns)
    return [dict(row._mapping) for row in connection.execute(query)]  # noqa: SLF001  it has no other name


def columns(engine: Engine) -> dict[str, list[str]]:
    """Return the columns of every table as it is now."""
    with engine.connect() as connection:
        return {name: [*table.columns.keys()] for name, table in reflect(connection).tables.items()}
