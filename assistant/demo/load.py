"""Brings the demo desk to life: its articles and incidents are lived once more, in order, through the desk's verbs."""

import secrets
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.demo import content, habits
from assistant.demo.article_life import ArticleLife
from assistant.demo.cast import Cast
from assistant.demo.clock import after, before
from assistant.demo.content import FOLDER, ArticleFile, IncidentFile
from assistant.demo.incident_life import IncidentLife
from assistant.desk import classification, notifications, people
from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.assignment import Route
from assistant.desk.people import Group, Person
from assistant.runtime import Runtime

FIRST_DAY = "70 08:00"  # when the people of the demo came to the desk
WORDS_IN_PASSWORD = 4
UNREAD = timedelta(days=2)  # what people were told before that, they have read
SHOWN = ("ada", "ben", "cleo", "mia", "dan")  # who is introduced when the demo is ready
Tell = Callable[[int, int], object]
Event = tuple[datetime, Callable[[], None]]


@dataclass(frozen=True)
class Loaded:
    """A desk that was just filled. password: everybody's, kept nowhere but here; people: whom to introduce."""

    password: str
    people: list[Person]
    articles: int
    incidents: int


def load(runtime: Runtime, *, now: datetime, progress: Tell = lambda done, of: None) -> Loaded | None:
    """Fill an empty desk, all or nothing; a desk where somebody is already stays as it is, and None comes back.

    progress: called with the events done and the events to come.
    """
    with runtime.writing() as db:
        if db.scalar(select(Person.id).limit(1)) is not None:
            return None
        password = new_password()
        cast = _people(db, password, before(now, FIRST_DAY))
        _services(db, cast)
        for path in content.categories():
            cast.categories[path] = classification.ensure(db, path)
        articles, incidents = content.articles(), content.incidents()
        events = sorted(_events(db, cast, articles, incidents, now), key=lambda event: event[0])
        for done, (_, happen) in enumerate(events, 1):
            happen()
            progress(done, len(events))
        notifications.read_before(db, now - UNREAD)
        db.commit()
        shown = [cast.people[key] for key in SHOWN]
        for person in shown:
            db.refresh(person)
        db.expunge_all()
    return Loaded(password, shown, len(articles), len(incidents))


def new_password() -> str:
    """Return a password that a person can remember for a day."""
    words = (FOLDER / "words.txt").read_text("utf-8").split()
    return "-".join(
        [*(secrets.choice(words) for _ in range(WORDS_IN_PASSWORD)), str(secrets.randbelow(90) + 10)]
    )


def _people(db: Session, password: str, now: datetime) -> Cast:
    data = content.people()
    cast = Cast()
    for key, person in data["people"].items():
        timezone = data["places"][person["place"]]
        cast.people[key] = people.add(
            db, email=_address(person["name"]), timezone=timezone, now=now, **person
        )
    first, *others = cast.people.values()
    people.set_password(first, password)
    for person in others:  # one hash for all: making it is slow on purpose
        person.password_hash = first.password_hash
    for name, group in data["groups"].items():
        members = [cast.people[key] for key in group.pop("people")]
        cast.groups[name] = Group(name=name, people=members, **group)
    db.add_all(cast.groups.values())
    db.flush()
    return cast


def _address(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return f"{plain.replace(' ', '.')}@example.com"


def _services(db: Session, cast: Cast) -> None:
    needs: dict[str, list[str]] = {}
    for position, (name, data) in enumerate(content.services().items()):
        group, owner = cast.groups[data.pop("group")], cast.people[data.pop("owner")]
        items = [_item(line, needs) for line in data.pop("items")]
        service = cast.services[name] = Service(name=name, owner=owner, items=items, **data)
        db.add(service)
        db.flush()
        db.add(Route(service_id=service.id, group=group, position=position))
        cast.items |= {item.name: item for item in items}
    for name, others in needs.items():
        cast.items[name].needs = [cast.items[other] for other in others]
    db.flush()


def _item(line: str, needs: dict[str, list[str]]) -> ConfigurationItem:
    """Return the item that a line describes, and note by name what it needs."""
    name, kind, details, *needed = (part.strip() for part in line.split("|"))
    needs[name] = [other.strip() for part in needed for other in part.split(",")]
    return ConfigurationItem(name=name, kind=kind, details=details)


def _events(
    db: Session, cast: Cast, articles: list[ArticleFile], incidents: list[IncidentFile], now: datetime
) -> Iterator[Event]:
    """Yield everything that happened, each with its time; nothing is left to happen after now."""
    for incident in incidents:
        start = before(now, incident.at)
        began = before(now, incident.began) if incident.began else None
        told = IncidentLife(db, cast, incident, began)
        yield _event(incident.name, partial(told.open, start), start, now)
        for step in incident.steps:
            at = after(start, step.when)
            yield _event(f"{incident.name}, {step.when}", partial(told.take, step, at), at, now)
    for article in articles:
        cast.articles[article.key] = life = ArticleLife(db, cast, article)
        for step in article.life:
            at = before(now, step.when)
            yield _event(f"{article.key}, {step.when}", partial(life.take, step, at), at, now)
    yield from _habits(db, cast, now)


def _habits(db: Session, cast: Cast, now: datetime) -> Iterator[Event]:
    """Yield what people asked the search, and the lists that they kept."""
    for question in content.questions():
        for step in question.asked:
            at = before(now, step.when)
            yield _event(f"“{step.text}”", partial(habits.ask, db, cast, question, step, at), at, now)
    for view in content.views():
        at = before(now, view.at)
        yield _event(f"“{view.name}”", partial(habits.keep, db, cast, view, at), at, now)


def _event(whose: str, act: Callable[[], None], at: datetime, now: datetime) -> Event:
    """Return something that happened; what goes wrong in it says in whose life."""
    if at > now:
        raise ValueError(f"{whose} would be ahead of its time.")

    def happen() -> None:
        try:
            act()
        except Exception as error:
            error.add_note(f"In the demo: {whose}.")
            raise

    return at, happen
