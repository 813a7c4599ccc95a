"""Finding what an address names. What is missing and what is foreign look the same: nothing is there."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy import func, select
from werkzeug.exceptions import NotFound

from assistant.desk import people, permissions, relations
from assistant.desk.asset import ConfigurationItem, Service
from assistant.desk.errors import Finding, Refused
from assistant.desk.incident import Incident
from assistant.desk.people import Group, Person
from assistant.identity import me, viewer
from assistant.web import forms
from assistant.web.door import db
from kb.article import Article
from kb.passages import LARGEST_ID, id_numbered

Row = TypeVar("Row")


def the_incident(number: str) -> Incident:
    """Return the incident with this number. Raises NotFound when the viewer may not read it."""
    incident = relations.by_number(db(), number)
    if incident is None or not permissions.may_read_incident(db(), viewer(), incident):
        raise NotFound
    return incident


def number_of_mine(text: str) -> str:
    """Return the number that a text is, if it is that of an incident which whoever is signed in may read."""
    if me() and text.lower().startswith("inc"):
        with suppress(NotFound):
            return the_incident(text).number
    return ""


def the(kind: type[Row], row_id: int) -> Row:
    """Return the row with this id. Raises NotFound when there is none."""
    row = db().get(kind, row_id) if row_id <= LARGEST_ID else None
    if row is None:
        raise NotFound
    return row


def the_article(number: str) -> Article:
    """Return the article with this number. Raises NotFound when the viewer may not read it."""
    article = article_by_number(number)
    if article is None:
        raise NotFound
    return article


def the_article_now(number: str) -> Article:
    """Return the article with this number, or the one that it was merged into. Raises NotFound as above."""
    article, seen = _article_row(number), set()
    while article is not None and article.merged_into is not None and article.id not in seen:
        if not _was_for(article):
            raise NotFound
        seen.add(article.id)
        article = article.merged_into
    if article is None or not permissions.may_read_article(db(), viewer(), article):
        raise NotFound
    return article


def article_by_number(number: str) -> Article | None:
    """Return the article that the viewer may read with this number."""
    article = _article_row(number)
    return article if article and permissions.may_read_article(db(), viewer(), article) else None


def article_id(number: str) -> int | None:
    """Return the id that an article's number says; KB-000007, kb7 and 7 all mean the same."""
    return id_numbered("article", number)


def _article_row(number: str) -> Article | None:
    known = article_id(number)
    return db().get(Article, known) if known is not None else None


def _was_for(article: Article) -> bool:
    """Say whether the viewer was among the readers of an article before it was merged and archived."""
    return viewer().reads(article.scope if article.audience == "team" else f"article:{article.audience}")


def numbered(text: str) -> list[Article | Incident]:
    """Return what the viewer may read under this number; a bare number may mean an incident and an article."""
    incident, article = relations.by_number(db(), text), article_by_number(text)
    readable = incident is not None and permissions.may_read_incident(db(), viewer(), incident)
    return [item for item in (incident if readable else None, article) if item is not None]


def named_article(field: str) -> Article:
    """Return the article whose number stands in a form field. Raises Refused at that field."""
    number = forms.text(field)
    article = article_by_number(number)
    if article is None:
        raise Refused(
            [Finding(field, f"There is no article “{number}”.", "Write its number like KB-000007.")]
        )
    return article


def named_incident(field: str) -> Incident:
    """Return the incident whose number stands in a form field. Raises Refused at that field."""
    number = forms.text(field)
    try:
        return the_incident(number)
    except NotFound:
        finding = Finding(field, f"There is no incident “{number}”.", "Write its number like INC-000042.")
        raise Refused([finding]) from None


def named_person(field: str) -> Person | None:
    """Return the person whose mail address or full name stands in a form field, None when it is empty."""
    given = forms.text(field)
    if not given:
        return None
    same_name = select(Person).where(func.lower(Person.name) == given.lower()).limit(2)
    named = [person] if (person := people.by_email(db(), given)) else list(db().scalars(same_name))
    if len(named) != 1:
        message = (
            f"Nobody here is known as “{given}”." if not named else f"Several people are called {given}."
        )
        raise Refused([Finding(field, message, "Write the mail address of somebody who is in the list.")])
    return named[0]


def named_items(field: str) -> list[ConfigurationItem]:
    """Return the configuration items whose names stand in a form field, separated by commas."""
    names = list(dict.fromkeys(name.strip() for name in forms.text(field).split(",") if name.strip()))
    lowered = [name.lower() for name in names]
    items = list(
        db().scalars(select(ConfigurationItem).where(func.lower(ConfigurationItem.name).in_(lowered)))
    )
    unknown = [name for name in names if name.lower() not in {item.name.lower() for item in items}]
    if unknown:
        message = f"There is no configuration item “{unknown[0]}”."
        cure = "Write the names as they are here, such as LT-20981, with commas between them."
        raise Refused([Finding(field, message, cure)])
    return items


def chosen(kind: type[Row], field: str) -> Row | None:
    """Return the row whose id a form field holds, None when nothing is chosen. Raises Refused for an unknown id."""
    chosen_id = forms.number(field)
    row: Any = db().get(kind, chosen_id) if chosen_id is not None else None
    if row is None and forms.text(field):
        raise Refused([Finding(field, "This is not in the list.", "Choose one of the list.")])
    return row


def chosen_id(kind: type[Any], field: str) -> int | None:
    """Return the id that a form field holds when there is such a row. Raises Refused for an unknown id."""
    row = chosen(kind, field)
    return row.id if row is not None else None


def own_group(field: str) -> Group | None:
    """Return the group a form field holds. Raises Refused when the person is not in it: nobody locks themselves out."""
    group = chosen(Group, field)
    if not permissions.may_restrict_to(me(), group):
        raise Refused([Finding(field, "You are not in this group.", "Choose one of your own groups.")])
    return group


def services() -> list[Service]:
    """Return the services that people can choose."""
    return list(db().scalars(select(Service).where(Service.active).order_by(Service.name)))


def offered(rows: Iterable[Any], present: Any = None) -> list[tuple[int, str]]:
    """Return what a form offers: the rows that are in use, and the present one though it is not any more."""
    choices = [(row.id, row.name) for row in rows]
    if present is None or present.id in dict(choices):
        return choices
    return [*choices, (present.id, f"{present.name} (not in use)")]
