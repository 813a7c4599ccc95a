"""Importing in the browser: a file is looked into, rehearsed, and brought in by the worker."""

import io
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from assistant import worker
from assistant.importers import uploads
from kb.article import Article
from tests.web.conftest import Browser

CSV = "title,resolution\nToner smells,Open a window\n,\n"


@pytest.fixture
def dan(browser):
    """Dan, an administrator, in his browser."""
    return browser("dan")


def upload(browser, text, name="pages.csv", kind="articles"):
    data = text if isinstance(text, bytes) else text.encode()
    return browser.client.post(
        f"/{kind}/import",
        data={"csrf_token": browser.token(), "file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )


def articles(runtime):
    with runtime.reading() as db:
        return db.scalar(select(func.count()).select_from(Article))


def test_the_plan_is_shown_before_anything_is_imported(cleo, runtime):
    page = cleo.get(upload(cleo, CSV).location).text
    for wanted in (
        "Import articles from pages.csv",
        "CSV, comma between the cells",
        "“Toner smells”",
        "Dry run",
    ):
        assert wanted in page
    assert articles(runtime) == 0


def test_a_dry_run_says_what_would_happen_and_changes_nothing(cleo, runtime):
    place = upload(cleo, CSV).location
    assert cleo.post(place, run="rehearse").location == place
    assert "It waits for the worker." in cleo.get(place, htmx=True).text
    worker.run_job(runtime, runtime.now())
    page = cleo.get(place).text
    assert "Nothing was changed: this was a dry run." in page
    assert articles(runtime) == 0


def test_the_import_brings_them_in_and_the_rejected_rows_can_be_fetched(cleo, runtime):
    place = upload(cleo, CSV + '"x",\n').location
    assert cleo.get(f"{place}/rejects").status_code == 404
    cleo.post(place, run="import", confidence="wip")
    worker.run_job(runtime, runtime.now())
    page = cleo.get(place).text
    assert "new" in page
    assert articles(runtime) >= 1
    rejected = cleo.get(f"{place}/rejects")
    assert "import reason" in rejected.text
    assert rejected.headers["Cache-Control"] == "no-store"


def test_a_file_that_is_asked_for_twice_is_brought_in_once(cleo, runtime):
    place = upload(cleo, CSV).location
    for _ in range(2):
        cleo.post(place, run="import")
    while worker.run_job(runtime, runtime.now()):
        pass
    cleo.post(place, run="import")
    while worker.run_job(runtime, runtime.now()):
        pass
    assert articles(runtime) == 1


def test_a_zip_of_pages_never_writes_outside_its_folder(cleo, runtime):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("wifi/guest.md", "../../escaped.md", "/abs.md", "picture.png"):
            archive.writestr(name, "# Guest network\n\nAsk at the desk for a voucher.\n")
    place = upload(cleo, packed.getvalue(), "wiki.zip").location
    assert "Markdown, 2 pages" in cleo.get(place).text
    outside = [path for path in runtime.settings.data.rglob("escaped.md") if "pages" not in path.parts]
    assert not outside


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        ("x", "virus.exe", "A file that ends in “.exe” cannot be imported."),
        ("", "empty.csv", "empty"),
        ("not a zip", "wiki.zip", "The archive cannot be unpacked."),
        ("a,b\n1,2\n", "numbers.csv", "No column of numbers.csv looks like the text of an article."),
    ],
)
def test_what_cannot_be_read_is_said_at_the_field(cleo, runtime, data, name, told):
    answer = upload(cleo, data, name)
    assert answer.status_code == 422
    assert told in answer.text
    assert 'id="file-finding"' in answer.text
    left = uploads.folder(runtime)
    assert not list(left.glob("articles-*"))


def test_no_file_is_no_import(cleo):
    assert cleo.post("/articles/import").status_code == 422


def test_incidents_are_for_administrators(browser, cleo, runtime):
    assert upload(cleo, "title\nVPN\n", kind="incidents").status_code == 403
    dan: Browser = browser("dan")
    place = upload(dan, "number,title,state\nT-1,VPN drops,closed\n", kind="incidents").location
    dan.post(place, run="rehearse")
    worker.run_job(runtime, runtime.now())
    assert "1 would be new" in " ".join(dan.get(place).text.split())
    assert cleo.get(place).status_code == 403
    assert dan.get(place.replace("/incidents/", "/articles/")).status_code == 404


def test_old_uploads_are_tidied_away(cleo, runtime):
    place = upload(cleo, CSV).location
    assert uploads.tidy(runtime, runtime.now()) == 0
    assert uploads.tidy(runtime, runtime.now() + uploads.KEPT + timedelta(days=1)) == 1
    assert cleo.get(place).status_code == 404


@pytest.mark.parametrize(
    ("path", "room"), [("/articles/import", "Articles"), ("/admin/people/import", "People")]
)
def test_an_import_belongs_to_the_room_of_what_it_brings(dan, path, room):
    assert f'aria-current="page">{room}<' in dan.get(path).text


def test_an_import_of_incidents_is_not_a_page_of_articles(dan):
    assert 'aria-current="page">Articles<' not in dan.get("/incidents/import").text
