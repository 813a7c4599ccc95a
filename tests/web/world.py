"""A small desk with somebody in every role and an object of every kind of permission; put back after every change."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from assistant import settings as configuration
from assistant.app import create_app
from assistant.desk import (
    attachment,
    checklist,
    classification,
    content_standard,
    invitation,
    items,
    jobs,
    lifecycle,
    notice,
    people,
    relations,
    saved_view,
    signin,
)
from assistant.desk.asset import Service
from assistant.desk.assignment import Route
from assistant.desk.incident import Incident
from assistant.desk.people import Group
from assistant.importers import uploads
from assistant.runtime import Runtime
from assistant.web.guard import limiter
from index.encoder import HashEncoder
from kb import authoring, embeddings, feedback, remarks
from kb.article import Article
from kb.feedback import Showing
from kb.likeness import Likeness
from kb.standard import CHECKS
from kb.votes import Vote
from tests import make
from tests.engines import WRITTEN, Desks
from tests.web.conftest import Browser

PEOPLE = {  # who -> role; Ben and Ina are in the restricted group “Staff matters”, Tom is in another team
    "nobody": "anonymous",
    "ada": "requester",
    "eve": "requester",
    "ben": "agent",
    "tom": "agent",
    "cleo": "coach",
    "mia": "manager",
    "dan": "administrator",
    "ina": "anonymous",  # an agent who has left: signed in once, not active any more
}
WORKS = {"ben", "tom", "cleo", "mia", "dan"}
SIGNED_IN = WORKS | {"ada", "eve"}
INCIDENTS = {  # object -> who may read it
    "Ada's": WORKS | {"ada"},
    "watched by Ada": WORKS | {"ada", "eve"},
    "Eve's": WORKS | {"eve"},
    "restricted": {"ben", "eve"},
    "missing": set(),
}
ARTICLES = {
    "public": SIGNED_IN,
    "for requesters": SIGNED_IN,
    "internal": WORKS,
    "in progress": WORKS,
    "archived": WORKS,
    "of a team": {"ben"},
    "missing": set(),
}
TASKS = {
    "open": WORKS,
    "about what a team keeps": set(),
    "missing": set(),
}  # who works in curation reads them
QUESTIONS = {"open": WORKS, "missing": set()}
NOTICES = {"announced": SIGNED_IN, "ended": {"eve"}, "never announced": set(), "missing": set()}
SERVICES = {
    "for everybody": SIGNED_IN,
    "of a department": WORKS | {"eve"},
    "of the desk": WORKS,
    "missing": set(),
}
VIEWS = {"Ben's": {"ben"}, "shared with everybody's group": {"ben"}, "missing": set()}
ROWS = {
    "one": set(PEOPLE),
    "missing": set(),
}  # of administration: the role decides, then whether there is such a row
INVITATIONS = {"fresh": set(PEOPLE), "used": set(), "missing": set()}
ASKED = {
    "Ada's": WORKS,
    "restricted": set(),
    "missing": set(),
}  # by the laboratory; Ben, who reads both, may not enter
MISSING = 999_999
COUNTS_WRITES = {  # on PostgreSQL also those that were taken back
    "sqlite": text("PRAGMA data_version"),
    "postgresql": text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text"),
}
STATE = text(f"SELECT md5(string_agg(concat(name, rows, newest), ' ' ORDER BY name)) FROM ({WRITTEN}) AS t")


class World:
    """The desk, a browser for everybody, and for each object the values that stand in addresses and forms."""

    def __init__(self, desks: Desks, folder: Path) -> None:
        self.desks, self.folder = desks, desks.fresh(folder / "desk")
        self.runtime = Runtime(configuration.load(data=self.folder), encoder=HashEncoder(), writes_words=True)
        self.app = create_app(self.runtime)
        limiter.enabled = False
        with self.runtime.writing() as db:
            self.objects = {"incident": _incidents(db, self.runtime), "article": _articles(db)}
            self.objects |= _of_the_desk(db)
            self.objects["notice"] = _notices(db)
            self.objects["service"] = _services(db)
            self.objects["view"] = _views(db)
            self.objects["asked incident"] = _asked(db, self.objects)
            self.objects["attachment"] = {
                name: {"attachment_id": values["attachment_id"]}
                for name, values in self.objects["incident"].items()
            }
            self.objects |= _tasks(db, self.objects, self.runtime.now())
            self.objects |= _administered(db)
            ahead = self.runtime.now() + timedelta(hours=1)  # so that no request has to write down its use
            self.tokens = {who: signin.start(db, _person(db, who), now=ahead) for who in PEOPLE}
            make.person(db, "ina").active = False
            db.commit()
        for kind in ("articles", "incidents", "people"):
            self.objects[f"upload of {kind}"] = _upload(self.runtime, kind)
        embeddings.refresh(self.runtime.sessions, self.runtime.encoder)
        self.tokens["nobody"] = None
        self.browsers: dict[str, Browser] = {}
        desks.keep(self.folder)
        self.watching = self.runtime.engine.connect()
        self.seen: tuple[Any, Any] = (None, None)  # the last write on PostgreSQL, and what it left

    def browser(self, who: str) -> Browser:
        """Return the browser in which somebody is signed in."""
        if who not in self.browsers:
            self.browsers[who] = Browser(self.app, self.tokens[who])
        return self.browsers[who]

    @property
    def changes(self) -> Any:
        """Something that changes whenever anybody changes a row."""
        engine = self.runtime.engine.dialect.name
        with self.watching.begin():
            written = self.watching.execute(COUNTS_WRITES[engine]).scalar_one()
            if engine == "postgresql" and self.seen[0] != written:
                self.seen = written, self.watching.execute(STATE).scalar_one()
        return written if engine == "sqlite" else self.seen[1]

    def put_back(self) -> None:
        """Undo whatever was written since the beginning; a session that ended or holds a message is opened anew."""
        self.browsers.clear()
        self.desks.put_back(self.folder)

    def close(self) -> None:
        limiter.enabled = True
        self.watching.close()
        self.runtime.close()
        self.desks.drop(self.folder)


def _person(db: Session, who: str) -> Any:
    return make.person(db, who, **({"role": "agent"} if who in ("tom", "ina") else {}))


def _asked(db: Session, objects: Any) -> dict[str, dict[str, Any]]:
    """Keep a run of the laboratory that asked two incidents again; return their ids as they stand in addresses."""
    incidents, article = objects["incident"], objects["article"]["internal"]["id"]
    ids = {name: incidents[name]["id"] for name in ("Ada's", "restricted")}
    make.laboratory(
        db, *(make.outcome(one, [2], ("article", article, 1, "issue", 0)) for one in ids.values())
    )
    return {name: {"incident_id": one} for name, one in {**ids, "missing": MISSING}.items()}


def _of_the_desk(db: Session) -> dict[str, dict[str, dict[str, Any]]]:
    """Return what an administrator looks after: a process, a version of the content standard, a job that failed."""
    levels = {check.name: check.level for check in CHECKS}
    numbers = {check.name: check.number for check in CHECKS}
    dan = make.person(db, "dan")
    content_standard.put(db, "Be short.", levels, numbers, seen=0, actor=dan, now=make.NOON)
    job = jobs.add(db, "index.check", {}, now=make.NOON)
    job.parked_at = make.NOON
    db.flush()
    return {
        "process": {"there": {"name": "itil", "number": 0}, "missing": {"name": "nothing", "number": 0}},
        "standard": {
            "there": {"number": content_standard.past(db)[0].number},
            "missing": {"number": MISSING},
        },
        "job": {"there": {"job_id": job.id}, "missing": {"job_id": MISSING}},
    }


def _incidents(db: Session, runtime: Runtime) -> dict[str, dict[str, Any]]:
    ada, eve, ben = make.person(db, "ada"), make.person(db, "eve"), make.person(db, "ben")
    staff = make.group(db, "Staff matters", ben, _person(db, "ina"), restricted=True)
    network = make.group(db, "Network", _person(db, "tom"))
    plain = make.incident(db, "Printer on floor 3 is silent")
    watched = make.incident(db, "Scanner is slow", requester=eve)
    lifecycle.watch(db, watched, ada, actor=ben, now=make.NOON)
    made = {
        "Ada's": make.incident(db, "VPN drops for Ada", requester=ada),
        "watched by Ada": watched,
        "Eve's": make.incident(db, "VPN drops for Eve", requester=eve),
        "restricted": make.incident(db, "Complaint about a colleague", requester=eve, restricted_to=staff),
    }
    lifecycle.assign(db, made["Eve's"], network, None, actor=ben, now=make.NOON)
    others = {"restricted": make.incident(db, "Another complaint", restricted_to=staff)}
    values = {name: _hanging(db, runtime, one, others.get(name, plain)) for name, one in made.items()}
    values["missing"] = {
        **dict.fromkeys(("id", "relation_id", "showing_id", "step_id"), MISSING),
        "number": f"INC-{MISSING}",
        "attachment_id": "nothing",
    }
    return values


def _hanging(db: Session, runtime: Runtime, incident: Incident, other: Incident) -> dict[str, Any]:
    """Hang a file, a relation and a showing on an incident that Ben works on; return what addresses name."""
    ben = make.person(db, "ben")
    lifecycle.assign(db, incident, incident.group, ben, actor=ben, now=make.NOON)
    lifecycle.move(db, incident, "in_progress", actor=ben, now=make.NOON)
    log = io.BytesIO(f"log of {incident.id}".encode())
    file = attachment.attach(db, runtime.attachments, incident.id, "a.log", log, actor=ben, now=make.NOON)
    relation = relations.relate(db, incident, other, "related_to", actor=ben, now=make.NOON)
    shown = showing(db, incident, "incident", other.id)
    notice.announce(db, incident, incident.title, "", actor=ben, now=make.NOON, confirmed=True)
    step = checklist.add(db, incident, "Ask for the serial number", actor=ben, now=make.NOON)
    return {
        "id": incident.id,
        "number": incident.number,
        "attachment_id": file.id,
        "relation_id": relation.id,
        "showing_id": shown.id,
        "step_id": step.id,
    }


def _views(db: Session) -> dict[str, dict[str, Any]]:
    ben = make.person(db, "ben")
    asked = {"list": "open", "sort": "newest", "priority": ["P1"]}
    own, shared = (saved_view.save(db, name, asked, actor=ben, now=make.NOON) for name in ("Own", "Shared"))
    team = make.group(db, "Everybody", *(_person(db, who) for who in sorted(WORKS)))
    saved_view.share(db, shared, team, actor=ben)
    ids = {"Ben's": own.id, "shared with everybody's group": shared.id, "missing": MISSING}
    return {name: {"view_id": view_id} for name, view_id in ids.items()}


def showing(db: Session, incident: Incident, corpus: str, item_id: int) -> Showing:
    """Return a hit that Ben was shown for an incident."""
    shown = Showing(rank=1, corpus=corpus, item_id=item_id, score=0.9, band="very likely")
    about = {"incident_id": incident.id, "took_ms": 1.0}
    feedback.record(
        db, "vpn", [shown], kind="suggestion", actor=make.person(db, "ben"), now=make.NOON, **about
    )
    return shown


def _articles(db: Session) -> dict[str, dict[str, Any]]:
    staff = db.query(Group).filter_by(name="Staff matters").one()
    made = {
        "public": make.article(db, "validated", "public"),
        "for requesters": make.article(db, "validated", "requesters"),
        "internal": make.article(db, "not_validated", "internal"),
        "in progress": make.article(db, "wip", "internal"),
        "archived": make.article(db, "archived", "requesters"),
        "of a team": make.article(db, "validated", "team", team_id=staff.id, title="How complaints are kept"),
    }
    values = {name: _flagged(db, article) for name, article in made.items()}
    values["missing"] = {
        **dict.fromkeys(("id", "flag_id", "remark_id"), MISSING),
        "number": f"KB-{MISSING}",
        "version": 1,
        "role": "requester",
        "slug": "-",
    }
    return values


def _notices(db: Session) -> dict[str, dict[str, Any]]:
    """Announce three incidents: one stands, one has ended for everybody but Eve, whom it hurt."""
    ben, eve = make.person(db, "ben"), make.person(db, "eve")
    quiet = make.incident(db, "Nobody was told", requester=None)
    told = [make.incident(db, title, requester=None) for title in ("Mail is late", "Mail was late")]
    first, second = (notice.announce(db, one, one.title, "", actor=ben, now=make.NOON) for one in told)
    notice.join(db, second, actor=eve, now=make.NOON)
    notice.end(db, second, actor=ben, now=make.NOON)
    return {
        "announced": {"number": first.incident.number},
        "ended": {"number": second.incident.number},
        "never announced": {"number": quiet.number},
        "missing": {"number": f"INC-{MISSING}"},
    }


def _services(db: Session) -> dict[str, dict[str, Any]]:
    make.person(db, "eve").department = "Finance"
    about = {
        "for everybody": {},
        "of a department": {"audience": "departments", "departments": ["finance"]},
        "of the desk": {"audience": "desk"},
    }
    rows = {name: Service(name=name, **more) for name, more in about.items()}
    db.add_all(rows.values())
    db.flush()
    ids = {name: row.id for name, row in rows.items()} | {"missing": MISSING}
    return {name: {"service_id": service_id, "name": "-"} for name, service_id in ids.items()}


def _administered(db: Session) -> dict[str, dict[str, dict[str, Any]]]:
    """Return a row of each kind that administrators look after, and links for somebody who is new."""
    dan = make.person(db, "dan")
    people.set_password(dan, make.PASSWORD)
    new, network = make.person(db, "new"), db.query(Group).filter_by(name="Network").one()
    service = make.service(db, group=network)
    item, other = make.item(db), make.item(db, "vpn-lis-01")
    items.need(db, item, other, actor=dan, now=make.NOON)
    made = {
        "person": {"person_id": make.person(db, "eve").id},
        "group": {"group_id": network.id, "person_id": make.person(db, "tom").id},
        "any service": {"service_id": service.id},
        "item": {"item_id": item.id, "other_id": other.id},
        "category": {"category_id": classification.ensure(db, "Network › VPN").id},
        "route": {"route_id": db.query(Route).one().id},
    }
    objects = {
        kind: {"one": values, "missing": dict.fromkeys(values, MISSING)} for kind, values in made.items()
    }
    moment = datetime.now(UTC)
    used = invitation.invite(db, make.person(db, "gone"), actor=dan, now=moment)
    invitation.accept(db, used, make.PASSWORD, now=moment)
    fresh = invitation.invite(db, new, actor=dan, now=moment)
    links = {"fresh": fresh, "used": used, "missing": "nothing"}
    objects["key"] = {"wrong": {"key": "nothing"}}
    objects["step"] = {"desk": {"name": "desk"}, "missing": {"name": "nothing"}}
    return objects | {"invitation": {name: {"token": token} for name, token in links.items()}}


def _flagged(db: Session, article: Article) -> dict[str, Any]:
    raised = authoring.flag(db, article, "Outdated", actor=make.person(db, "ben"), now=make.NOON)
    said = remarks.add(db, article, "Clear", actor=make.person(db, "ben"), now=make.NOON)
    return {
        "id": article.id,
        "number": article.number,
        "flag_id": raised.id,
        "remark_id": said.id,
        "version": 1,
        "role": "requester",
        "slug": "-",
    }


def _tasks(db: Session, objects: dict[str, Any], now: datetime) -> dict[str, dict[str, dict[str, Any]]]:
    """Let something wait in curation: about what everybody there reads, and about what only a team reads."""
    article, kept = objects["article"]["public"]["id"], objects["article"]["of a team"]["id"]
    internal = objects["article"]["internal"]["id"]
    ada = make.person(db, "ada")
    db.add_all(
        Vote(article_id=one, version=1, helpful=False, person_id=ada.id, at=now) for one in (article, kept)
    )
    pairs = [
        Likeness(article_id=one, other_id=other, nearness=0.9, found_at=now)
        for one, other in ((article, internal), (article, kept))
    ]
    db.add_all(pairs)
    db.flush()
    asked = feedback.record(db, "toner smells", [], kind="portal", actor=ada, now=now, took_ms=1.0)
    staff = db.query(Group).filter_by(name="Staff matters").one()
    plain, hidden = (_nothing_learned(db, now, restricted_to=group) for group in (None, staff))
    question = {"kind": "searches", "key": asked.id}
    return {
        "task": _family(
            *(objects["article"][name]["flag_id"] for name in ("public", "of a team")), kind="flags"
        ),
        "article that did not help": _family(article, kept),
        "pair": _family(pairs[0].id, pairs[1].id),
        "question": {"open": question, "missing": {**question, "key": MISSING}},
        "closure": _family(plain, hidden),
    }


def _upload(runtime: Runtime, kind: str) -> dict[str, dict[str, Any]]:
    """Upload a file whose only row was rejected."""
    file = io.BytesIO(b"title,resolution,name,email\nToner smells,Open a window,Kim,kim@example.org\n")
    upload = uploads.take(runtime, kind, "toner.csv", file)
    (uploads.folder(runtime) / upload.id / "rejects.csv").write_text("nothing")
    return {"open": {"upload_id": upload.id}, "missing": {"upload_id": f"{kind}-nothing"}}


def _family(key: int, hidden: int, **more: Any) -> dict[str, dict[str, Any]]:
    keys = dict(zip(TASKS, (key, hidden, MISSING), strict=True))
    return {name: {"key": key, **more} for name, key in keys.items()}


def _nothing_learned(db: Session, now: datetime, **more: Any) -> int:
    """Return the id of an incident that was closed with nothing to learn just now."""
    incident = make.incident(db, "Told a joke", state="closed", **more)
    incident.closing_door, incident.nothing_reason, incident.closed_at = "nothing", "withdrawn", now
    db.flush()
    return incident.id
