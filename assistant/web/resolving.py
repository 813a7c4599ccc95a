"""Resolving beside the conversation: what was learned goes through one of four doors."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from assistant.desk import classification, closure, ways
from assistant.desk.classification import Category
from assistant.desk.closure import Outcome
from assistant.desk.incident import DOORS, Incident
from assistant.desk.link import resolving as resolving_links
from assistant.identity import me, viewer
from assistant.web import forms
from assistant.web.acts import CHANGED
from assistant.web.door import db, now, runtime
from assistant.web.incident_page import incident_page, readable_links
from assistant.web.page import done, keep_typed, page
from assistant.web.policy import allows
from assistant.web.subjects import article_by_number, chosen_id, the_incident
from kb import authoring
from kb.article import CONTENT_FIELDS, Article, Content

blueprint = Blueprint("resolving", __name__)
SAID = {True: "{} is resolved and closed.", False: "{} is resolved."}


@blueprint.get("/incidents/<number>/resolve")
@allows("incident.work")
def form(number: str) -> ResponseReturnValue:
    """Show how it ended and what was learned: the linked article, or a draft written from the incident."""
    incident = the_incident(number)
    article = article_by_number(forms.text("article")) or _linked(incident)
    return incident_page(
        incident,
        fragment="incidents/_resolve.html",
        resolving=True,
        article=article,
        draft=closure.draft_from(incident),
        doors=DOORS,
        reasons=ways.of(db(), incident).reasons.values(),
        categories=[category.choice for category in classification.tree(db(), *_categories(incident))],
    )


def _categories(incident: Incident) -> tuple[int | None, int | None]:
    return incident.closing_category_id, incident.category_id


@blueprint.post("/incidents/<number>/resolve")
@allows("incident.work", form="resolving.form")
def resolve(number: str) -> ResponseReturnValue:
    """Resolve through the chosen door, and close when asked."""
    close = forms.text("then") == "close"
    incident = closure.resolve(
        db(), the_incident(number), _outcome(), close=close, actor=me(), now=now(), live=runtime().live
    )
    return done(
        _page(number), SAID[incident.phase == "closed"].format(incident.number), event=f"{CHANGED} resolved"
    )


@blueprint.post("/incidents/<number>/resolve/near")
@allows("incident.work", looks=True)
def near(number: str) -> ResponseReturnValue:
    """Show the articles that already say what the draft says."""
    keep_typed()
    found = authoring.near_duplicates(db(), runtime().live, _new_article(), viewer())
    return page("articles/near.html", "articles/_near.html", near=found, incident=the_incident(number))


def _outcome() -> Outcome:
    door = forms.text("door")
    article = article_by_number(forms.text("article"))
    return Outcome(
        door=door,
        **forms.texts("resolution", "cause", "workaround", "verification", "message", "duplicate_of"),
        closing_category_id=chosen_id(Category, "closing_category_id"),
        article_id=article.id if article else None,
        seen=forms.number("seen") or 0,
        version=forms.number("version"),
        content=_content(door),
        personal_data_checked=bool(forms.text("personal_data_checked")),
        different=bool(forms.text("different")),
        reason=forms.text("nothing_reason"),
    )


def _content(door: str) -> Content | None:
    """Return the article's text behind the chosen door, when there is one to write."""
    if door == "improve":
        return Content(**{name: forms.text(f"improve_{name}") for name in CONTENT_FIELDS})
    return _new_article() if door == "write" else None


def _new_article() -> Content:
    """Return the new article as typed so far; its cause and resolution are those of the incident."""
    own = {name: forms.text(f"write_{name}") for name in ("title", "issue", "environment")}
    return Content(**own, **forms.texts("cause", "resolution"))


def _linked(incident: Incident) -> Article | None:
    """Return the newest article that resolved it, among those that the viewer may read."""
    readable = readable_links(incident)
    links = [link for link in resolving_links(incident) if link in readable]
    return links[-1].article if links else None


def _page(number: str) -> str:
    return url_for("incidents.detail", number=number)
