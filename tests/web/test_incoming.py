"""Odd text in addresses and forms: no page breaks on it, on either database, and what is typed stays without NUL."""

from dataclasses import replace

import pytest

from assistant.desk import marks, worklist
from assistant.web.incoming import Fields
from assistant.web.page import DeskRequest
from tests.web.test_matrix import ROUTES, ask, cells, expected
from tests.web.world import World

pytestmark = pytest.mark.both
TEXTS = ("in%00coming", "99999999999999", "9" * 40)
MARKS = [  # of a page, where the one before ended
    marks.mark(values)
    for values in (
        ["\x00", 1],
        [10**30, 1],
        ["2026-03-02T12:00:00", 1],
        ["2026-03-02T12:00:00+00:00", 1],
        [1.5, 1],
    )
]
MORE = {  # endpoint -> more addresses of it, and which fields they are tried with
    "curation.index": {
        f"kind={kind}": {"after"} for kind in ("flags", "votes", "drafts", "pairs", "searches")
    },
    "queue.index": {f"list=all&sort={sort}": {"after"} for sort in worklist.SORTS},
    "admin_routes.index": {"try=yes": {"for_service", "for_category"}},
    "portal.home": {"q=vpn+drops": {"typing"}},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory, desks):
    """The desk that all requests share."""
    world = World(desks, tmp_path_factory.mktemp("world"))
    yield world
    world.close()


@pytest.fixture
def read(monkeypatch):
    """The names of the fields that were read."""
    names = set()

    class Watched(Fields):
        def __contains__(self, name):
            names.add(name)
            return super().__contains__(name)

        def get(self, name, *rest, **more):
            names.add(name)
            return super().get(name, *rest, **more)

        def getlist(self, name, *rest, **more):
            names.add(name)
            return super().getlist(name, *rest, **more)

    monkeypatch.setattr(DeskRequest, "parameter_storage_class", Watched)
    return names


def pages(world, endpoint):
    """Return the addresses under which Dan gets an answer from a route, one for each of its rules."""
    found = {}
    for (method, who, name), path in cells(world, endpoint):
        if (method, who) == ("GET", "dan") and expected(world, endpoint, method, who, name) < 400:
            found.setdefault(path.count("/"), path)
    return found.values()


@pytest.mark.parametrize("endpoint", ROUTES)
def test_no_page_breaks_on_the_fields_of_its_address(world, read, endpoint):
    dan, broken = world.browser("dan"), []
    for path in pages(world, endpoint):
        assert dan.get(path).status_code < 400
        for given, fields in {"": set(read), **MORE.get(endpoint, {})}.items():
            for field in fields:
                for odd in (*TEXTS, *(MARKS if field == "after" else ())):
                    asked = f"{path}?{given}&{field}={odd}"
                    broken += [asked] if dan.get(asked).status_code >= 500 else []
    assert broken == []


def test_there_is_nothing_at_an_odd_address(world):
    rules = [rule for rule in world.app.url_map.iter_rules() if "GET" in rule.methods and rule.arguments]
    dan, found = world.browser("dan"), {}
    for rule in rules:
        for odd in ("%00", "1%00", "9" * 40, "99999999999"):
            path = "".join(odd if dynamic else part for dynamic, part in rule._trace[1:])  # noqa: SLF001
            found[path] = dan.get(path).status_code
    strange = {path: status for path, status in found.items() if status >= 500}
    assert strange == {}


@pytest.mark.parametrize("endpoint", [name for name, case in ROUTES.items() if case.form])
def test_a_form_is_taken_without_the_character_that_no_database_keeps(world, endpoint):
    """What would go through goes through, as if the character were not there."""
    case = ROUTES[endpoint]
    form = {name: value if name == "file" else f"\x00{value}\x00" for name, value in case.form.items()}
    for (method, who, name), path in cells(world, endpoint):
        wanted = expected(world, endpoint, method, who, name)
        if (method, who) == ("POST", "dan") and wanted < 404:
            answer = ask(world.browser("dan"), method, path, replace(case, form=form))
            world.put_back()
            assert answer.status_code == wanted, path
            break
