"""The authorisation matrix: everybody × every route × every method × every kind of object, and what must come back."""

import io
import re
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest
from werkzeug.test import TestResponse

from assistant.desk import priority, process
from assistant.desk.permissions import LEAST_ROLE
from assistant.web.guard import HEADERS
from assistant.web.policy import policy_of
from kb.standard import CHECKS
from kb.viewer import RANKS
from tests import make
from tests.web.world import (
    ARTICLES,
    ASKED,
    INCIDENTS,
    INVITATIONS,
    NOTICES,
    PEOPLE,
    QUESTIONS,
    ROWS,
    SERVICES,
    TASKS,
    VIEWS,
    WORKS,
    World,
)

pytestmark = pytest.mark.both
SANDBOX = "default-src 'none'; sandbox"  # the content policy of a file that somebody uploaded
ANY_OR_NONE = {"there": set(PEOPLE), "missing": set()}  # no permission of its own: the role decides
READERS = {
    "": {"": set(PEOPLE)},
    "incident": INCIDENTS,
    "attachment": INCIDENTS,
    "article": ARTICLES,
    "task": TASKS,
    "article that did not help": TASKS,
    "pair": TASKS,
    "question": QUESTIONS,
    "closure": TASKS,
    "process": ANY_OR_NONE,
    "standard": ANY_OR_NONE,
    "job": ANY_OR_NONE,
    "asked incident": ASKED,
    "upload of articles": QUESTIONS,
    "upload of incidents": QUESTIONS,
    "upload of people": QUESTIONS,
    "notice": NOTICES,
    "service": SERVICES,
    "view": VIEWS,
    **dict.fromkeys(("person", "group", "any service", "item", "category", "route"), ROWS),
    "invitation": INVITATIONS,
    "key": {"wrong": set(PEOPLE)},
    "step": {"desk": set(PEOPLE), "missing": set()},
}


@dataclass(frozen=True)
class Case:
    """What a route does for those who may use it on what they may read. about: the kind of object in its address.

    elsewhere: what people who do not work on incidents get instead, because their page has another address.
    """

    about: str = ""
    fine: int = 200
    form: dict[str, Any] = field(default_factory=dict)
    elsewhere: int = 0


INCIDENT = {
    "title": "Changed",
    "impact": "person",
    "urgency": "soon",
    "priority": "P3",
    "source": "phone",
    "reported_text": "It broke.",
    "version": "1",
}
ARTICLE = {**make.content().values(), "version": "1", "different": "yes"}
CELLS = {priority.cell(*pair): value for pair, value in priority.MATRIX.items()}
CHECKED = {f"level_{check.name}": check.level for check in CHECKS} | {
    f"number_{check.name}": str(check.number) for check in CHECKS if check.number
}
PERSON = {"name": "Kim Lee", "email": "kim@example.org", "role": "agent", "timezone": "UTC", "seen": "old"}
SERVICE = {"name": "Mail", "process": "itil", "audience": "everybody", "seen": "old"}
ROUTES = {  # endpoint -> case; 422 where only what is asked for is refused, so the view was reached
    "home.index": Case(fine=303),
    "portal.home": Case(),
    "portal.services": Case(),
    "portal.service": Case("service", 301),
    "portal_articles.detail": Case("article", 301),
    "portal_articles.voting": Case("article"),
    "portal_articles.vote": Case("article", 303, {"helpful": "no", "comment": "Other menu."}),
    "portal_ask.choose": Case(),
    "portal_ask.form": Case("service"),
    "portal_ask.send": Case("service", 303, {"title": "VPN drops", "file": "a.log"}),
    "portal_ask.likely": Case("service", form={"title": "VPN drops"}),
    "portal_known.detail": Case("notice"),
    "portal_known.join": Case("notice", 303, {"words": "Here too."}),
    "portal_known.back": Case("notice", 303),
    "portal_mine.index": Case(),
    "portal_mine.composer": Case("incident"),
    "portal_mine.reply": Case("incident", 303, {"text": "Any news?", "file": "a.log"}),
    "portal_announce.form": Case("incident"),
    "portal_announce.announce": Case(
        "incident", 303, {"notice_title": "The VPN drops", "confirmed": "yes", "seen": make.NOON.isoformat()}
    ),
    "portal_announce.end": Case("incident", 303),
    "portal_announce.before": Case("incident"),
    "portal_public.robots": Case(),
    "portal_public.sitemap": Case(fine=404),
    "sign_in.form": Case(),
    "sign_in.enter": Case(fine=422, form={"email": "ben@example.org", "password": "wrong"}),
    "sign_in.leave": Case(fine=303),
    "health.index": Case(),
    "notifications.index": Case(),
    "notifications.read": Case(fine=303),
    "profile.index": Case(),
    "profile.timezone": Case(fine=303, form={"timezone": "Asia/Tokyo"}),
    "profile.password": Case(fine=422, form={"password": "wrong", "new": "another long one"}),
    "profile.theme": Case(fine=303, form={"theme": "dark"}),
    "queue.index": Case(),
    "bulk.form": Case(),
    "bulk.act": Case(fine=422, form={"do": "take"}),
    "views.form": Case(),
    "views.save": Case(fine=303, form={"name": "Urgent", "priority": "P1"}),
    "views.rename": Case("view", 303, {"name": "More urgent"}),
    "views.share": Case("view", 303),
    "views.remove": Case("view", 303),
    "palette.index": Case(),
    "alike.incident": Case("incident"),
    "alike.article": Case("article"),
    "portal_articles.related": Case("article"),
    "items.index": Case(),
    "closures.index": Case(),
    "people.index": Case(),
    "search.index": Case(elsewhere=303),
    "status.index": Case(fine=303),
    "admin_processes.index": Case(),
    "admin_processes.detail": Case("process"),
    "admin_processes.compare": Case("process"),
    "admin_processes.edit": Case("process"),
    "admin_processes.save": Case("process", 303, {"text": process.preset_text("itil"), "version": "0"}),
    "admin_processes.new": Case(),
    "admin_processes.begin": Case(
        fine=303, form={"text": process.preset_text("itil").replace('"itil"', '"night"')}
    ),
    "admin_processes.check": Case(form={"text": "name = 1"}),
    "admin_processes.load": Case(form={"file": "night.toml"}),
    "admin_processes.restore": Case("process", 303, {"seen": "0"}),
    "admin_reasons.index": Case(),
    "admin_reasons.form": Case("process"),
    "admin_reasons.save": Case("process", 303, {"version": "0", "rows": "1", "label_0": "Withdrawn"}),
    "admin_priority.index": Case(),
    "admin_priority.save": Case(fine=303, form=CELLS),
    "admin_priority.attempt": Case(form=CELLS),
    "admin_priority.reset": Case(fine=303),
    "admin_standard.index": Case(),
    "admin_standard.save": Case(fine=303, form={"text": "Be short.", "version": "1", **CHECKED}),
    "admin_standard.version": Case("standard"),
    "admin_standard.restore": Case("standard", 303, {"version": "1"}),
    "admin_standard.panel": Case(),
    "admin_health.index": Case(),
    "admin_health.queue": Case(),
    "admin_health.rebuild": Case(fine=303),
    "admin_health.check": Case(fine=303),
    "admin_health.back_up": Case(fine=303),
    "admin_health.plan": Case(fine=303, form={"hour": "2", "seen": "0"}),
    "admin_health.again": Case("job", 303),
    "admin_health.give_up": Case("job", 303),
    "admin_audit.index": Case(),
    "admin_audit.export": Case(form={"kind": "csv"}),
    "incidents.new": Case(),
    "incidents.create": Case(fine=303, form=INCIDENT),
    "incidents.detail": Case("incident"),
    "incidents.head": Case("incident"),
    "incidents.facts": Case("incident"),
    "incidents.timeline": Case("incident"),
    "incidents.edit": Case("incident"),
    "incidents.save": Case("incident", 303, {**INCIDENT, "version": "99"}),
    "preview.pane": Case("incident"),
    "presence.show": Case("incident"),
    "presence.note": Case("incident", 200, {"writing": "yes"}),
    "steps.show": Case("incident"),
    "steps.add": Case("incident", 303, {"step": "Look at the log"}),
    "steps.tick": Case("incident", 303, {"done": "yes"}),
    "steps.remove": Case("incident", 303),
    "steps.put_back": Case("incident", 303),
    "family.show": Case("incident"),
    "family.resolve": Case("incident", 422),
    "family.merge": Case("incident", 422, {"into": "INC-999999"}),
    "family.unmerge": Case("incident", 422),
    "acts.composer": Case("incident"),
    "acts.note": Case("incident", 303, {"kind": "note", "text": "Looked at it."}),
    "acts.comment": Case("incident", 303, {"text": "Any news?"}),
    "acts.assigning": Case("incident"),
    "acts.assign": Case("incident", 303),
    "acts.take": Case("incident", 303),
    "acts.moving": Case("incident"),
    "acts.move": Case("incident", 303, {"state": "on_hold", "hold_reason": "a part"}),
    "acts.more": Case("incident"),
    "acts.link_article": Case("incident", 303, {"article": "KB-000002", "link_kind": "reference"}),
    "acts.relate": Case("incident", 303, {"other": "INC-000001", "kind": "child_of"}),
    "acts.unrelate": Case("incident", 303),
    "acts.watch": Case("incident", 303, {"watcher": "ada@example.org"}),
    "acts.reopen": Case("incident", 422, {"text": "It is back."}),
    "acts.confirm": Case("incident", 303),
    "acts.close": Case("incident", 422),
    "attachments.add": Case("incident", 303, {"file": "a.log"}),
    "attachments.read": Case("attachment"),
    "resolving.form": Case("incident"),
    "resolving.resolve": Case(
        "incident", 303, {"door": "link", "article": "KB-000002", "resolution": "Done."}
    ),
    "resolving.near": Case("incident", form={"write_title": "VPN"}),
    "suggestions.panel": Case("incident"),
    "suggestions.typing": Case(form={"title": "VPN"}),
    "suggestions.use": Case("incident", 303),
    "suggestions.refer": Case("incident", 303),
    "suggestions.attach": Case("incident", 303),
    "suggestions.reject": Case("incident", 303, {"reason": "tried"}),
    "articles.index": Case(elsewhere=303),
    "articles.detail": Case("article", elsewhere=301),
    "article_versions.version": Case("article"),
    "article_versions.restore": Case("article", 303, {"seen": "1"}),
    "article_publish.screen": Case("article"),
    "article_publish.publish": Case("article", 303, {"audience": "internal"}),
    "article_publish.archiving": Case("article"),
    "article_publish.archive": Case("article", 303),
    "article_publish.revive": Case("article", 303),
    "article_publish.view_as": Case("article"),
    "articles.new": Case(),
    "articles.create": Case(fine=303, form=ARTICLE),
    "articles.edit": Case("article"),
    "articles.revise": Case("article", 303, ARTICLE),
    "articles.look": Case(form=ARTICLE),
    "article_acts.stating": Case("article"),
    "article_acts.state": Case("article", 303),
    "article_acts.flag": Case("article", 303, {"reason": "Outdated"}),
    "article_acts.settle": Case("article", 303, {"outcome": "Corrected"}),
    "article_acts.hand_flag": Case("article", 422),
    "article_acts.hand_over": Case("article", 422),
    "article_acts.remark": Case("article", 303, {"text": "Clear."}),
    "article_acts.settle_remark": Case("article", 303),
    "imports.articles": Case(),
    "imports.take_articles": Case(fine=422),
    "imports.article_file": Case("upload of articles"),
    "imports.run_articles": Case("upload of articles", 303),
    "imports.article_rejects": Case("upload of articles"),
    "imports.incidents": Case(),
    "imports.take_incidents": Case(fine=422),
    "imports.incident_file": Case("upload of incidents"),
    "imports.run_incidents": Case("upload of incidents", 303),
    "imports.incident_rejects": Case("upload of incidents"),
    "imports.people": Case(),
    "imports.take_people": Case(fine=422),
    "imports.person_file": Case("upload of people"),
    "imports.run_people": Case("upload of people", 303),
    "imports.person_rejects": Case("upload of people"),
    "curation.index": Case(),
    "curation.evidence": Case("task"),
    "curation_acts.settle_votes": Case("article that did not help", 303),
    "curation_acts.apart": Case("pair", 303),
    "curation_acts.seen_search": Case("question", 303),
    "curation_acts.seen_closure": Case("closure", 303),
    "curation_merge.preview": Case("article"),
    "curation_merge.merge": Case("article", 422),
    "laboratory.index": Case(),
    "laboratory.work": Case(),
    "laboratory.run": Case(fine=303),
    "laboratory.plan": Case(fine=303, form={"nightly": "yes", "hour": "3", "seen": "0"}),
    "laboratory.promise": Case(fine=303, form={"way": "shipped"}),
    "laboratory.learned": Case(fine=303, form={"kind": "ranking", "way": "shipped"}),
    "laboratory.incidents": Case(),
    "laboratory.incident": Case("asked incident"),
    "laboratory.days": Case(),
    "model.index": Case(),
    "model.work": Case(),
    "model.adapt": Case(fine=303),
    "model.back": Case(fine=303),
    "model.plan": Case(fine=303, form={"nightly": "yes", "hour": "4", "seen": "0"}),
    "profile.leave_others": Case(fine=303),
    "brand.sheet": Case(),
    "brand.preview": Case(),
    "brand.logo": Case(fine=404),
    "invitations.form": Case("invitation"),
    "invitations.accept": Case("invitation", 422, {"password": "short"}),
    "set_up.index": Case(fine=303),
    "set_up.form": Case("key", 404),
    "set_up.begin": Case("key", 404),
    "set_up.step": Case("step"),
    "set_up.take": Case("step", 303, {"name": "Farol", "timezone": "UTC"}),
    "items.detail": Case("item"),
    "admin_people.index": Case(),
    "admin_people.new": Case(),
    "admin_people.add": Case(fine=303, form=PERSON),
    "admin_people.several": Case(),
    "admin_people.add_several": Case(form={"people": "Kim Lee, kim@example.org"}),
    "admin_people.detail": Case("person"),
    "admin_people.save": Case("person", 409, PERSON),
    "admin_people.inviting": Case("person"),
    "admin_people.invite": Case("person"),
    "admin_people.deactivate": Case("person", 303),
    "admin_people.reactivate": Case("person", 303),
    "admin_people.sign_out": Case("person", 303),
    "admin_people.hand_over": Case("person", 303),
    "admin_groups.index": Case(),
    "admin_groups.new": Case(),
    "admin_groups.add": Case(fine=303, form={"name": "Second line"}),
    "admin_groups.detail": Case("group"),
    "admin_groups.save": Case("group", 409, {"name": "Lines", "seen": "old"}),
    "admin_groups.join": Case("group", 303, {"person": "ben@example.org"}),
    "admin_groups.leave": Case("group", 303),
    "admin_groups.retire": Case("group", 422),
    "admin_groups.revive": Case("group", 303),
    "admin_services.index": Case(),
    "admin_services.new": Case(),
    "admin_services.add": Case(fine=303, form=SERVICE),
    "admin_services.detail": Case("any service"),
    "admin_services.save": Case("any service", 409, SERVICE),
    "admin_services.retire": Case("any service", 303),
    "admin_services.revive": Case("any service", 303),
    "admin_questions.form": Case("any service"),
    "admin_questions.save": Case("any service", 200, {"do": "add"}),
    "admin_items.index": Case(),
    "admin_items.new": Case(),
    "admin_items.add": Case(fine=303, form={"name": "mail-01"}),
    "admin_items.detail": Case("item"),
    "admin_items.save": Case("item", 409, {"name": "LT-1", "seen": "old"}),
    "admin_items.need": Case("item", 303, {"items": "vpn-lis-01"}),
    "admin_items.unneed": Case("item", 303),
    "admin_items.retire": Case("item", 303),
    "admin_items.revive": Case("item", 303),
    "admin_categories.index": Case(),
    "admin_categories.add": Case(fine=303, form={"name": "Printing"}),
    "admin_categories.detail": Case("category"),
    "admin_categories.save": Case("category", 409, {"name": "Tunnel", "seen": "old"}),
    "admin_categories.retire": Case("category", 303),
    "admin_categories.revive": Case("category", 303),
    "admin_routes.index": Case(),
    "admin_routes.add": Case(fine=422),
    "admin_routes.move": Case("route", 303, {"way": "up"}),
    "admin_routes.remove": Case("route", 303),
    "admin_brand.form": Case(),
    "admin_brand.preview": Case(form={"accent": "#a83c20"}),
    "admin_brand.save": Case(fine=303, form={"name": "Farol desk", "seen": "0"}),
    "admin_brand.give_logo": Case(fine=422),
    "admin_brand.take_logo": Case(fine=303, form={"seen": "0"}),
    "admin_brand.portal": Case(fine=303, form={"greeting": "What is wrong?", "seen": "0"}),
}
KEPT = {"brand.sheet", "brand.logo"}  # what a browser may keep
REFUSED = {401, 403, 404, 405, 419}
CHANGES_NOTHING = {"GET", "HEAD"}


@pytest.fixture(scope="module")
def world(tmp_path_factory, desks):
    """The desk that all cells share; a cell that changes it puts it back."""
    world = World(desks, tmp_path_factory.mktemp("world"))
    yield world
    world.close()


def test_every_route_has_an_expectation(world):
    routes = {rule.endpoint for rule in world.app.url_map.iter_rules()} - {"static"}
    assert not routes - set(ROUTES), (
        "Add these routes to ROUTES in tests/web/test_matrix.py: what their address is about, what comes back when "
        "all is well, and a form that goes through"
    )
    assert not set(ROUTES) - routes, "These routes are gone: remove them from ROUTES"


@pytest.mark.parametrize("endpoint", ROUTES)
def test_everybody_gets_what_their_role_and_the_object_allow(world, endpoint):
    wrong, unread = {}, {}
    for cell, path in cells(world, endpoint):
        method, who, name = cell
        before, wanted = world.changes, expected(world, endpoint, *cell)
        answer = ask(world.browser(who), method, path, ROUTES[endpoint])
        if answer.status_code != wanted:
            wrong[cell] = f"{answer.status_code} instead of {wanted}"
        if answer.status_code in REFUSED and world.changes != before:
            wrong[cell] = "refused, but something was written"
        if not sealed(answer, endpoint):
            wrong[cell] = f"some of the headers are missing: {answer.headers}"
        if answer.status_code == 404:
            unread.setdefault((method, who), {})[name] = without_ids(answer)
        if method not in CHANGES_NOTHING and answer.status_code < 400:
            world.put_back()
    told_apart = [asked for asked, answers in unread.items() if len(set(answers.values())) > 1]
    assert (wrong, told_apart) == ({}, [])


@pytest.mark.parametrize("endpoint", ROUTES)
def test_nothing_is_changed_without_the_token_of_a_form(world, endpoint):
    for (method, who, name), path in cells(world, endpoint):
        if method in CHANGES_NOTHING or who != "dan":
            continue
        before = world.changes
        answer = world.browser(who).client.open(path, method=method, data=ROUTES[endpoint].form)
        assert (answer.status_code, world.changes) == (419, before), name


def cells(world, endpoint):
    """Yield ((method, who, object), address) for everybody and every kind of object; OPTIONS never reaches a view."""
    about = ROUTES[endpoint].about
    objects = world.objects[about] if about else {"": {}}
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint == endpoint:
            for method, name in product(sorted(rule.methods - {"OPTIONS"}), objects):
                path = rule.build({key: objects[name][key] for key in rule.arguments})[1]
                if method != "HEAD" or name in ("", "restricted", "of a team"):
                    yield from (((method, who, name), path) for who in PEOPLE)


def expected(world: World, endpoint: str, method: str, who: str, name: str) -> int:
    """Return what a person must get: signed in? then the role, then the object, then what the route does."""
    case, action = ROUTES[endpoint], policy_of(world.app.view_functions[endpoint]).action
    if action and RANKS.index(PEOPLE[who]) < RANKS.index(LEAST_ROLE[action]):
        signed_in = PEOPLE[who] != "anonymous"
        return 403 if signed_in else 303 if method in CHANGES_NOTHING else 401
    if case.elsewhere and who not in WORKS:
        return case.elsewhere
    return case.fine if who in READERS[case.about][name] else 404


def ask(browser: Any, method: str, path: str, case: Case) -> TestResponse:
    if method in CHANGES_NOTHING:
        return browser.client.open(path, method=method)
    form = {
        name: (io.BytesIO(b"log"), value) if name == "file" else value for name, value in case.form.items()
    }
    return browser.client.open(path, method=method, data={**form, "csrf_token": browser.token()})


def sealed(answer: TestResponse, endpoint: str) -> bool:
    """Say whether an answer carries every header; a file that somebody uploaded is shut in besides."""
    file = endpoint == "attachments.read" and answer.status_code == 200
    kept = {} if endpoint in KEPT else {"Cache-Control": "no-store"}
    wanted = {**HEADERS, **kept} | ({"Content-Security-Policy": SANDBOX} if file else {})
    return wanted.items() <= dict(answer.headers).items() and "X-Request-ID" in answer.headers


def without_ids(answer: TestResponse) -> str:
    """Return an answer as text without numbers of objects, tokens and the id of the request."""
    text = re.sub(r"(INC|KB)-\d+", "number", answer.text)
    text = re.sub(r'(content|value)="[^"]{40,}"|"X-CSRFToken": "[^"]+"', "token", text)
    return text.replace(answer.headers["X-Request-ID"], "id")
