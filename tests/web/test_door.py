"""Connections: a page lets go of its own before it asks for another, so that pages never wait for each other."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from sqlalchemy import update

from assistant.desk import signin
from kb.store import CONNECTIONS
from tests.web.conftest import Browser

pytestmark = pytest.mark.both
THREADS = 128  # the most that a desk can be set to


@pytest.mark.parametrize(
    "path", ["/incidents/{}/suggestions", "/search?q=vpn", "/help?q=vpn+drops", "/incidents/{}?shown=1"]
)
def test_a_page_that_keeps_what_it_showed_needs_one_connection(ben, incident, article, embed, runtime, path):
    embed()
    with ExitStack() as busy:
        for _ in range(sum(CONNECTIONS.values()) - 1):
            busy.enter_context(runtime.engine.connect())
        assert ben.get(path.format(incident)).status_code == 200


def test_a_sign_in_that_is_noted_as_used_needs_one_connection(ben, rows, runtime):
    with rows() as db:
        db.execute(update(signin.SignIn).values(seen_at=runtime.now() - signin.SEEN_EVERY))
    with ExitStack() as busy:
        for _ in range(sum(CONNECTIONS.values()) - 1):
            busy.enter_context(runtime.engine.connect())
        assert ben.get("/incidents").status_code == 200


def test_everybody_who_asks_at_once_is_answered(app, ben, incident, embed):
    embed()
    with ben.client.session_transaction() as session:
        token = session["_user_id"]

    def ask(_):
        return Browser(app, token).get(f"/incidents/{incident}/suggestions", htmx=True).status_code

    with ThreadPoolExecutor(THREADS) as people:
        answers = list(people.map(ask, range(2 * THREADS)))
    assert answers == [200] * len(answers)
