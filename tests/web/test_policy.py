"""Who may use which route: declared on every view, checked before it runs."""

import pytest
from flask import Blueprint

from assistant.desk.permissions import LEAST_ROLE
from assistant.web.door import Desk
from assistant.web.policy import RouteWithoutPolicy, allows, anybody, policy_of
from tests.web.conftest import address


def routes(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_a_route_without_a_policy_is_not_registered():
    with pytest.raises(RouteWithoutPolicy, match="/open"):
        Desk("desk").add_url_rule("/open", "open", lambda: "")


def test_nor_is_one_in_a_blueprint():
    blueprint = Blueprint("late", __name__)
    blueprint.get("/late")(lambda: "")
    with pytest.raises(RouteWithoutPolicy, match="/late"):
        Desk("desk").register_blueprint(blueprint)


def test_an_action_that_is_not_in_the_table_is_refused():
    with pytest.raises(RouteWithoutPolicy, match=r"incident\.explode"):
        allows("incident.explode")


def test_every_action_of_a_route_is_in_the_table(app):
    declared = {policy_of(app.view_functions[rule.endpoint]).action for rule in routes(app)}
    assert declared - {None} <= set(LEAST_ROLE)


def test_only_these_pages_are_open_to_everybody(app):
    free = {rule.rule for rule in routes(app) if policy_of(app.view_functions[rule.endpoint]).action is None}
    assert free == {
        *("/", "/sign-in", "/sign-out", "/healthz"),
        *("/invitations/<token>", "/set-up", "/set-up/<key>", "/brand.css", "/brand/logo"),
        *("/robots.txt", "/sitemap.xml"),
    }


def test_every_form_that_is_shown_again_is_a_page_of_the_app(app):
    for rule in routes(app):
        form = policy_of(app.view_functions[rule.endpoint]).form
        assert not form or form in app.view_functions


def test_nobody_gets_in_without_signing_in(app, nobody):
    for rule in routes(app):
        if policy_of(app.view_functions[rule.endpoint]).action is None:
            continue
        if "POST" in rule.methods:
            assert nobody.post(address(rule)).status_code == 401, rule
        else:
            assert nobody.get(address(rule)).location.startswith("/sign-in"), rule


def test_a_requester_is_kept_out_of_everything_that_is_for_agents(app, eve):
    for rule in routes(app):
        least = LEAST_ROLE.get(policy_of(app.view_functions[rule.endpoint]).action or "", "anonymous")
        if least in ("anonymous", "requester"):
            continue
        answer = eve.post(address(rule)) if "POST" in rule.methods else eve.get(address(rule))
        assert answer.status_code == 403, rule


def test_anybody_declares_that_everybody_may(app):
    view = anybody()(lambda: "")
    assert policy_of(view).action is None
