"""Whatever somebody writes into a field stays text: it runs nowhere, fetches nothing and adds nothing to a page."""

from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Error, expect

from assistant.desk import lifecycle
from assistant.desk.incident import Incident
from index.encoder import HashEncoder
from tests import make
from tests.flows import hostile
from tests.flows.payloads import SUM, TRICKS, bundles
from tests.flows.served import Served, until

pytestmark = pytest.mark.browser
ALL = "\n\n".join(TRICKS)
FOREIGN = """() => {
  const found = [], own = new Set(['hx-get', 'hx-post', 'hx-headers']);
  for (const at of document.querySelectorAll('*')) {
    const tag = at.localName;
    if (['iframe', 'object', 'embed', 'base', 'style', 'marquee', 'math', 'video', 'audio', 'frame'].includes(tag))
      found.push(at.outerHTML);
    if (tag === 'script' && !(at.src || '').startsWith(location.origin + '/static/')) found.push(at.outerHTML);
    for (const {name, value} of at.attributes) {
      if (/^on|^style$|^srcdoc$|^(data-)?hx-on/i.test(name)) found.push(at.outerHTML);
      if (/^(data-)?hx-/i.test(name) && /evil|js:/.test(value)) found.push(at.outerHTML);
      if (['href', 'src', 'action', 'formaction', 'data', 'xlink:href'].includes(name)
        && (/^\\s*(javascript|data|vbscript):/i.test(value)
          || (tag !== 'a' && new URL(value, location.href).origin !== location.origin))) found.push(at.outerHTML);
    }
  }
  if (window.ran) found.push('it ran');
  return found.map(html => html.slice(0, 200));
}"""
AGENT = [
    "/incidents/INC-{first}",
    "/incidents/INC-{first}/edit",
    "/incidents/INC-{first}/resolve?article=KB-{article}",
    "/incidents/INC-{second}",
    "/articles/KB-{article}",
    "/articles/KB-{article}/edit",
    "/articles/KB-{article}/versions/2",
    "/search?q={question}",
    "/people?requester={question}",
]
ASKING = [
    "/incidents/INC-{first}",
    "/incidents/INC-{second}",
    "/articles/KB-{article}",
    "/help?q={question}",
    "/help/incidents",
    "/help/known/INC-{first}",
    "/help/services/{place}",
    "/help/ask/{place}?q={question}",
]
LISTS = [
    "/incidents?list=open",
    "/incidents?list=ended",
    "/incidents?list=document",
    "/articles",
    "/closures",
    "/status",
    "/profile",
]


PLACES = range(len(bundles()))
OPENED = {
    "as it is served": PLACES[::3],
    "without the content policy": PLACES,
}  # how -> bundles that are looked at


@pytest.fixture(params=OPENED)
def how(request):
    """As it is served, or so that the browser ignores the content policy, which hides what pages let through."""
    return request.param


@pytest.fixture(scope="module")
def written(tmp_path_factory, desks, chromium):
    """A desk in which every trick stands in every field."""
    served = Served(desks.fresh(tmp_path_factory.mktemp("hostile") / "desk"), chromium, HashEncoder())
    hostile.fill(served)
    yield served
    served.close()


@pytest.fixture
def watched(how, desk):
    """Open pages of an empty desk in which everything that hostile text could do is noticed."""
    return lambda who: watch(desk, how, who)


def watch(desk, how, who):
    """Return a page, and what is noticed of what hostile text could do."""
    noticed = []
    page = desk.visit("/sign-in", who=who, bypass_csp=how != "as it is served")
    page.on("dialog", lambda dialog: (noticed.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda said: noticed.append(said.text) if "Content Security" in said.text else None)
    page.on("pageerror", lambda error: noticed.append(f"error {error}"))
    page.on("request", lambda sent: noticed.append(sent.url) if strange(desk, sent) else None)
    return page, noticed


def strange(desk, sent):
    """Say whether a page asked for something hostile; its own readable address may have words of a title in it."""
    asked_for = "evil" in urlsplit(sent.url).path and not sent.is_navigation_request()
    return not sent.url.startswith(desk.address) or asked_for


def inspect(page, path, noticed):
    """Return what hostile text did to the page that is open."""
    until(page, "!document.querySelector('.htmx-request, [aria-busy=true]')")
    found = [*page.evaluate(FOREIGN), *noticed]
    if SUM in page.content():
        found.append("a template was calculated")
    noticed.clear()
    return [f"{path}: {one}" for one in found]


def look(page, noticed, paths):
    found = []
    for path in paths:
        try:
            page.goto(path)
            found += inspect(page, path, noticed)
        except Error as error:
            found.append(f"{path} went elsewhere: {error}")
    return found


@pytest.mark.sqlite  # PostgreSQL does not hold so long a name
@pytest.mark.parametrize(("how", "place"), [(how, place) for how in OPENED for place in OPENED[how]])
def test_what_was_written_runs_nowhere(written, how, place):
    numbers = {
        "first": f"{2 * place + 1:06}",
        "second": f"{2 * place + 2:06}",
        "article": f"{place + 1:06}",
        "place": place + 1,
        "question": quote(" ".join(bundles()[place])),
    }
    found = []
    for who, paths in ((f"agent{place}", AGENT), (f"asking{place}", ASKING)):
        found += look(*watch(written, how, who), [path.format(**numbers) for path in paths])
        written.leave()
    assert found == []


@pytest.mark.sqlite
def test_what_was_written_runs_in_no_list(written, how):
    found = look(*watch(written, how, "cleo"), LISTS)
    written.leave()
    assert found == []


def test_what_is_refused_comes_back_as_text(desk, watched):
    with desk.rows() as db:
        make.person(db), make.article(db), make.incident(db)
    page, noticed = watched("ben")
    page.goto("/incidents/new")
    for field in ("symptoms", "environment", "reported_text"):
        page.locator(f"#{field}").fill(ALL)
    page.locator("#title").fill(TRICKS[0])
    page.locator("#requester").fill(ALL.replace("\n", " "))
    page.get_by_role("button", name="Record the incident").click()
    expect(page.locator("#requester-finding")).to_be_visible()
    assert inspect(page, "refused incident", noticed) == []
    page.goto("/articles/KB-000001/edit")
    page.locator("#resolution").fill(f"{ALL}\n\nada@example.org")
    expect(page.locator("#look")).to_contain_text("looks like")
    assert inspect(page, "while he writes", noticed) == []
    page.context.clear_cookies()
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert inspect(page, "what was kept", noticed) == []


def test_both_versions_of_a_lost_race_are_text(desk, watched):
    with desk.rows() as db:
        make.incident(db)
    page, noticed = watched("ben")
    page.goto("/incidents/INC-000001/edit")
    with desk.rows() as db:
        row = db.get(Incident, 1)
        lifecycle.edit(db, row, {"symptoms": ALL}, seen=row.version, actor=make.person(db), now=make.NOON)
    page.locator("#symptoms").fill(f"{ALL} mine")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".versus")).to_have_count(1)
    assert inspect(page, "lost race", noticed) == []


def test_what_the_desk_says_about_it_is_text(desk, watched):
    with desk.rows() as db:
        make.incident(db)
    page, noticed = watched("ben")
    page.goto("/incidents/INC-000001")
    page.locator("#head summary").filter(has_text="More").click()
    name = f"{TRICKS[4].replace('/', '')}.txt"
    page.get_by_label("Attach a file").set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": b"x"}
    )
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.locator("#notices")).to_contain_text("is attached.")
    expect(page.locator("#facts")).to_contain_text("onerror")
    assert inspect(page, "attached", noticed) == []
