"""Files on incidents."""

import io
import re

import pytest

from assistant.desk.attachment import Attachment

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


def attach(browser, number, data=b"log line\n", name="trace.log", **more):
    return browser.post(f"/incidents/{number}/attachments", file=(io.BytesIO(data), name), **more)


def address(browser, number):
    return re.search(r'href="(/attachments/[^"]+)"', browser.get(f"/incidents/{number}").text)[1]


def test_ben_attaches_a_file_and_reads_it_back(ben, incident):
    assert attach(ben, incident).status_code == 303
    answer = ben.get(address(ben, incident))
    assert answer.data == b"log line\n"
    assert answer.headers["Content-Disposition"] == "attachment; filename=trace.log"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_picture_may_be_looked_at_and_nothing_else(ben, incident):
    attach(ben, incident, PNG, "screen.png")
    assert ben.get(address(ben, incident)).headers["Content-Disposition"].startswith("inline")


def test_a_page_is_given_out_as_a_file_to_save(ben, incident):
    attach(ben, incident, b"<html><script>alert(1)</script></html>", "page.html")
    answer = ben.get(address(ben, incident))
    assert answer.mimetype == "text/plain"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("data", "name"), [(b"", "empty.txt"), (b"MZ\x90\x00\x03" + b"\x00" * 60, "run.txt")]
)
def test_what_is_not_kept_is_refused_at_the_field(ben, incident, data, name, runtime):
    answer = attach(ben, incident, data, name, htmx=True)
    assert answer.status_code == 422
    assert 'id="file-finding"' in answer.text
    with runtime.reading() as db:
        assert db.query(Attachment).count() == 0


def test_no_file_is_a_finding(ben, incident):
    assert ben.post(f"/incidents/{incident}/attachments").status_code == 422


def test_a_file_larger_than_25_mb_is_refused(ben, incident):
    assert attach(ben, incident, b"x" * (25 * 1024 * 1024 + 1)).status_code == 422
    assert attach(ben, incident, b"x" * (27 * 1024 * 1024)).status_code == 413


def test_a_strange_name_is_never_a_path(ben, incident):
    attach(ben, incident, name="../../etc/\u200b.htaccess")
    assert "htaccess" in ben.get(f"/incidents/{incident}").text
    assert "../" not in ben.get(address(ben, incident)).headers["Content-Disposition"]


def test_ada_reads_the_files_of_her_incident_and_eve_does_not(ben, ada, eve, incident):
    attach(ben, incident)
    path = address(ben, incident)
    assert ada.get(path).status_code == 200
    assert eve.get(path).status_code == 404
    assert eve.get("/attachments/nothing").status_code == 404


def test_eve_cannot_attach_to_what_is_not_hers(eve, incident):
    assert attach(eve, incident).status_code == 404


def test_a_file_that_was_lost_is_missing_and_not_broken(ben, incident, runtime):
    attach(ben, incident)
    for path in runtime.attachments.folder.rglob("*"):
        if path.is_file():
            path.unlink()
    assert ben.get(address(ben, incident)).status_code == 404
