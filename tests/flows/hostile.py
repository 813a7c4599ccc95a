"""A desk in which somebody wrote every trick into every field that people can fill."""

import io

from sqlalchemy.orm import Session

from assistant.desk import attachment, classification, closure, conversation, lifecycle, notice, people
from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.closure import Outcome
from assistant.desk.incident import Incident
from assistant.desk.lifecycle import Report
from assistant.desk.people import Group, Person
from kb import authoring, votes
from kb.article import Article, Content
from tests import make
from tests.flows.payloads import bundles
from tests.flows.served import Served


def fill(desk: Served) -> int:
    """Write each bundle of tricks into every field of two incidents and an article; return how many bundles."""
    tricks = bundles()
    with desk.rows() as db:
        for place, bundle in enumerate(tricks):
            _write(db, desk, place, bundle)
        make.person(db, "ben"), make.person(db, "cleo")
    desk.work()
    return len(tricks)


def _write(db: Session, desk: Served, place: int, bundle: tuple[str, ...]) -> None:
    line, text = " ".join(bundle), "\n\n".join(bundle)
    agent = _person(db, line, f"agent{place}", "coach")
    asking = _person(db, f"{line} ", f"asking{place}", "requester")
    service = Service(name=line, description=text)
    db.add_all([service, Group(name=line, people=[agent])])
    db.flush()
    article = _article(db, line, text, agent, service)
    first, second = (_incident(db, line, text, asking, agent, service) for _ in range(2))
    lifecycle.move(db, first, "in_progress", actor=agent, now=make.NOON)
    lifecycle.move(db, first, "on_hold", actor=agent, now=make.NOON, hold_reason=line)
    kept = attachment.attach(
        db, desk.runtime.attachments, first.id, line, io.BytesIO(text.encode()), actor=asking, now=make.NOON
    )
    kept.name = line
    told = notice.announce(db, first, line, text, actor=agent, now=make.NOON)
    notice.join(db, told, text, actor=asking, now=make.NOON)
    conversation.comment(db, first, text, actor=agent, now=make.NOON).to_all = True
    votes.cast(db, article, helpful=False, actor=asking, now=make.NOON, comment=text)
    service.questions = [
        {"label": line, "kind": kind, "choices": [line, text], "hint": text, "required": True}
        for kind in ("text", "long", "choice", "item", "yes_no")
    ]
    said = {"resolution": text, "cause": text, "workaround": text, "verification": text, "message": text}
    linked = Outcome("link", article_id=article.id, **said)
    closure.resolve(db, second, linked, close=True, actor=agent, now=make.NOON)


def _person(db: Session, name: str, who: str, role: str) -> Person:
    facts = {"department": name, "place": name, "phone": name}
    person = people.add(db, "Anybody", f"{who}@example.org", role=role, now=make.NOON)
    person.name = name
    for field, value in facts.items():
        setattr(person, field, value)
    db.flush()
    return person


def _article(db: Session, line: str, text: str, agent: Person, service: Service) -> Article:
    category = classification.ensure(db, line.replace("›", ">"))
    content = Content(line, text, text, text, text)
    article = authoring.draft(
        db, content, actor=agent, now=make.NOON, services=[service], category_id=category.id
    )
    revised = Content(line, f"{text}\n\nMore", text, text, text)
    authoring.revise(db, article, revised, seen=1, actor=agent, now=make.NOON, note=line)
    article.confidence, article.audience = "validated", "requesters"
    authoring.flag(db, article, text, actor=agent, now=make.NOON)
    return article


def _incident(db: Session, line: str, text: str, asking: Person, agent: Person, service: Service) -> Incident:
    item = ConfigurationItem(name=f"{line}{db.query(ConfigurationItem).count()}", kind=line, details=text)
    report = Report(
        title=line,
        text=text,
        symptoms=text,
        environment=text,
        requester=asking,
        contact=line[:200],
        service=service,
        category_id=classification.ensure(db, line).id,
        priority="P1",
        priority_reason=line,
        items=[item],
    )
    incident = lifecycle.open(db, report, actor=agent, now=make.NOON)
    lifecycle.assign(db, incident, None, agent, actor=agent, now=make.NOON)
    lifecycle.watch(db, incident, agent, actor=agent, now=make.NOON)
    conversation.note(db, incident, text, actor=agent, now=make.NOON)
    conversation.comment(db, incident, text, actor=asking, now=make.NOON)
    return incident
