"""A desk with something on every page, and the list of those pages with somebody who sees each."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from assistant.desk import (
    attachment,
    checklist,
    classification,
    closure,
    conversation,
    jobs,
    lifecycle,
    merging,
    notice,
    presence,
    process,
    relations,
    saved_view,
    site,
    upkeep,
)
from assistant.desk import reasons as reasons_of_the_fourth_door
from assistant.desk.asset import Service
from assistant.desk.closure import Outcome
from assistant.desk.incident import Incident
from assistant.desk.process import Reason
from kb import authoring, feedback, remarks
from kb.article import Article
from kb.likeness import Likeness
from kb.votes import Vote
from tests import make
from tests.flows.served import Served

PAGES = {  # name -> (who looks, path)
    "sign-in": (None, "/sign-in"),
    "queue": ("ben", "/incidents?list=open"),
    "empty queue": ("ben", "/incidents?list=groups"),
    "selected incidents": ("ben", "/incidents/bulk?number=INC-000001&number=INC-000002"),
    "preview": ("ben", "/incidents/INC-000001/preview"),
    "palette": ("ben", "/palette?q=vpn"),
    "merged incident": ("ben", "/incidents/INC-000005"),
    "new incident": ("ben", "/incidents/new"),
    "incident": ("ben", "/incidents/INC-000001"),
    "edit incident": ("ben", "/incidents/INC-000001/edit"),
    "resolve": ("ben", "/incidents/INC-000001/resolve"),
    "closed incident": ("ben", "/incidents/INC-000002"),
    "articles": ("cleo", "/articles"),
    "article": ("cleo", "/articles/KB-000001"),
    "edit article": ("cleo", "/articles/KB-000001/edit"),
    "article version": ("cleo", "/articles/KB-000001/versions/2"),
    "versions side by side": ("cleo", "/articles/KB-000001/versions/2?view=beside"),
    "publish": ("cleo", "/articles/KB-000002/publish"),
    "archive": ("cleo", "/articles/KB-000001/archive"),
    "article as a requester": ("cleo", "/articles/KB-000001/as/requester"),
    "article as nobody": ("cleo", "/articles/KB-000002/as/anonymous"),
    "curation": ("cleo", "/curation"),
    "empty curation": ("cleo", "/curation?kind=drafts"),
    "flag": ("cleo", "/curation/flags/1"),
    "did not help": ("cleo", "/curation/votes/1"),
    "not validated": ("cleo", "/curation/unvalidated/2"),
    "near-duplicates": ("cleo", "/curation/pairs/1"),
    "question": ("cleo", "/curation/searches/1"),
    "merge": ("cleo", "/articles/KB-000001/merge?with=KB-000002"),
    "merge which": ("cleo", "/articles/KB-000001/merge"),
    "import": ("cleo", "/articles/import"),
    "search": ("ben", "/search?q=vpn+drops"),
    "how to search": ("ben", "/search"),
    "narrowed search": ("ben", "/search?q=vpn+state:open+service:nothing+-printer"),
    "search in vain": ("ben", "/search?q=kind:person+nobody-is-called-so"),
    "more like an incident": ("ben", "/incidents/INC-000001/alike"),
    "more like an article": ("cleo", "/articles/KB-000001/alike"),
    "related articles": ("ada", "/help/articles/KB-000001/related"),
    "closures": ("cleo", "/closures"),
    "laboratory": ("dan", "/laboratory"),
    "asked again": ("cleo", "/laboratory/incidents?show=judged"),
    "under the lens": ("cleo", "/laboratory/incidents/2"),
    "a day once more": ("cleo", "/laboratory/days?day=2026-03-02"),
    "model": ("dan", "/laboratory/model"),
    "health": ("dan", "/admin/health"),
    "processes": ("dan", "/admin/processes"),
    "process": ("dan", "/admin/process/itil"),
    "edit process": ("dan", "/admin/process/itil/edit"),
    "compare processes": ("dan", "/admin/process/itil/compare?before=0&after=1"),
    "reasons": ("dan", "/admin/reasons"),
    "edit reasons": ("dan", "/admin/reasons/itil"),
    "priority": ("dan", "/admin/priority"),
    "content standard": ("dan", "/admin/standard"),
    "people": ("dan", "/admin/people"),
    "person": ("dan", "/admin/people/1"),
    "new person": ("dan", "/admin/people/new"),
    "several people": ("dan", "/admin/people/several"),
    "invite": ("dan", "/admin/people/1/invite"),
    "invitation gone": (None, "/invitations/nothing"),
    "groups": ("dan", "/admin/groups"),
    "group": ("dan", "/admin/groups/1"),
    "services to offer": ("dan", "/admin/services"),
    "service to offer": ("dan", "/admin/services/1"),
    "questions": ("dan", "/admin/services/1/questions"),
    "items": ("dan", "/admin/items"),
    "item": ("dan", "/admin/items/2"),
    "item for ben": ("ben", "/items/1"),
    "categories": ("dan", "/admin/categories"),
    "category": ("dan", "/admin/categories/2"),
    "routes": ("dan", "/admin/routes?try=yes"),
    "brand": ("dan", "/admin/brand"),
    "set up: groups": ("dan", "/set-up/steps/groups"),
    "set up: process": ("dan", "/set-up/steps/process"),
    "set up: services": ("dan", "/set-up/steps/services"),
    "set up: people": ("dan", "/set-up/steps/people"),
    "set up: done": ("dan", "/set-up/steps/done"),
    "audit trail": ("mia", "/admin/audit"),
    "profile": ("ben", "/profile"),
    "notifications": ("ada", "/notifications"),
    "ask": ("ada", "/help?q=vpn+drops"),
    "ask about a service": ("ada", "/help/ask?q=vpn+drops"),
    "ask the desk": ("ada", "/help/ask/1?q=vpn+drops"),
    "services": ("ada", "/help/services"),
    "service": ("ada", "/help/services/1-remote-access"),
    "known incident": ("ada", "/help/known/INC-000006"),
    "announce": ("ben", "/incidents/INC-000006/notice"),
    "portal without sign-in": (None, "/help?q=vpn+drops"),
    "my incidents": ("ada", "/help/incidents"),
    "my incident": ("ada", "/incidents/INC-000001"),
    "my waiting incident": ("ada", "/incidents/INC-000004"),
    "my closed incident": ("ada", "/incidents/INC-000002"),
    "article for ada": ("ada", "/articles/KB-000001"),
    "nothing there": ("ben", "/incidents/INC-999999"),
}


def fill(desk: Served) -> None:
    """Put something on every page."""
    with desk.rows() as db:
        ben, cleo = make.person(db), make.person(db, "cleo")
        category = classification.ensure(db, "Network › VPN")
        service = make.service(db, group=make.group(db, "Network", ben))
        article = make.article(db, category_id=category.id, services=[service])
        revised = make.content(cause="The update switches the power saving on again.")
        authoring.revise(db, article, revised, seen=1, actor=cleo, now=make.NOON, note="Clearer")
        authoring.flag(db, article, "Windows 11 24H2 calls this differently.", actor=ben, now=make.NOON)
        first, second, third = (
            make.incident(
                db, title, service=service, symptoms="The VPN drops.", environment="Platform: Windows 11"
            )
            for title in (
                "VPN drops every few minutes",
                "VPN drops in the train",
                "The screen was switched off",
            )
        )
        conversation.note(db, first, "The driver is old.", actor=ben, now=make.NOON)
        conversation.comment(db, first, "Please try the cable.", actor=ben, now=make.NOON)
        lifecycle.assign(db, first, first.group, ben, actor=ben, now=make.NOON)
        relations.relate(db, first, second, "related_to", actor=ben, now=make.NOON)
        with (desk.runtime.settings.data / "screen.txt").open("w+b") as file:
            file.write(b"The tunnel is gone")
            file.seek(0)
            store = desk.runtime.attachments
            attachment.attach(db, store, first.id, "screen.txt", file, actor=ben, now=make.NOON)
        linked = Outcome("link", resolution="Switched it off.", article_id=article.id)
        closure.resolve(db, second, linked, close=True, actor=ben, now=make.NOON)
        nothing = Outcome("nothing", reason="not_an_incident")
        closure.resolve(db, third, nothing, close=True, actor=ben, now=make.NOON)
        child, twin = (make.incident(db, title) for title in ("No VPN in Porto", "No VPN in Leeds"))
        relations.relate(db, child, first, "child_of", actor=ben, now=make.NOON)
        merging.merge(db, twin, first, actor=ben, now=make.NOON)
        lifecycle.assign(db, child, child.group, ben, actor=ben, now=make.NOON)
        for state in ("in_progress", "on_hold"):
            lifecycle.move(db, child, state, hold_reason="A part is late.", actor=ben, now=make.NOON)
        checklist.add(db, first, "Ask for the driver version", actor=ben, now=make.NOON)
        presence.note(db, first, cleo, writing=True, now=desk.runtime.now() + timedelta(hours=1))
        saved_view.save(db, "Urgent", {"list": "open", "sort": "newest"}, actor=ben, now=make.NOON)
        for who in ("ada", "mia"):
            make.person(db, who)
        dan = make.person(db, "dan")
        reasons = [*process.preset("itil").reasons.values(), Reason("planned", "It was planned work")]
        reasons_of_the_fourth_door.save(db, "itil", reasons, seen=0, actor=dan, now=make.NOON)
        jobs.add(db, "mail", {}, now=make.NOON).parked_at = make.NOON
        jobs.ask(db, "index.check", now=make.NOON, asked_by_id=dan.id)
        _ask_again(db, second, third, article)
        _announce(db, service)
        _let_things_wait(db, article, desk.runtime.now())
    desk.work()
    with desk.rows() as db:  # after the worker, which takes pairs away that it does not find near
        db.add(Likeness(article_id=1, other_id=2, nearness=0.9, found_at=make.NOON))


def _ask_again(db: Session, found: Incident, missed: Incident, article: Article) -> None:
    """Let the laboratory have run twice."""
    right, wrong = ("article", article.id, 1, "issue", 0), ("incident", found.id, 0, "symptoms", 0)
    parts = {"shown_parts": {"words": 5.0, "meaning": 3.25}, "answer_parts": {"words": 2.0, "headline": -0.5}}
    for day in range(2):
        make.laboratory(
            db,
            make.outcome(missed.id, [1], right, chance=0.9),
            make.outcome(found.id, [4], wrong, right, chance=0.3, **parts, service_id=found.service_id),
            at=make.NOON + timedelta(days=day),
        )


def _announce(db: Session, service: Service) -> None:
    """Open the portal, announce an incident that hurts Ada too, and let the service ask something."""
    ben, ada = make.person(db), make.person(db, "ada")
    said = {"public": True, "contact": "Phone 1234, or desk@example.org"}
    site.put(db, "portal", said, seen=0, actor=None, now=make.NOON)
    service.questions = [
        {"label": "Where are you", "kind": "choice", "choices": ["Home", "Office"], "required": True},
        {"label": "Which device", "kind": "item", "hint": "Its number is on the sticker."},
        {"label": "What did you see", "kind": "long"},
    ]
    item = make.item(db, "LT-20981", service=service)
    item.needs.append(make.item(db, "gw-01", kind="Gateway", service=service))
    incident = make.incident(db, "gw-01 hangs", service=service, requester=None)
    told = notice.announce(db, incident, "The VPN drops in Porto", "Use a cable.", actor=ben, now=make.NOON)
    notice.join(db, told, "Here too.", actor=ada, now=make.NOON)
    conversation.comment(db, incident, "Next news at noon.", actor=ben, now=make.NOON).to_all = True


def _let_things_wait(db: Session, article: Article, now: datetime) -> None:
    """Give the knowledge manager something of most kinds."""
    ada, ben = make.person(db, "ada"), make.person(db)
    other = make.article(
        db, "not_validated", "internal", title="VPN goes away", issue="Call +351 912 345 678"
    )
    feedback.record(db, "toner smells", [], kind="portal", actor=ada, now=now, took_ms=1.0)
    upkeep.flag(db, other, "Is this still so?", actor=ben, now=now)
    remarks.add(db, article, "A picture would help.", actor=ben, now=now)
    vote = {"article_id": article.id, "version": 1, "helpful": False, "person_id": ada.id, "at": now}
    db.add(Vote(**vote, comment="There is no such menu."))
