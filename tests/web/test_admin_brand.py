"""The desk's own name, logo and colour, and the door of its portal."""

import io
import os
import time

import pytest

from assistant import worker
from assistant.desk import site
from tests.desk.test_brand import png


@pytest.fixture
def dan(browser):
    return browser("dan")


def test_the_name_stands_on_every_page(dan, nobody):
    assert dan.post("/admin/brand", name="Farol desk", accent="#c9982f", seen=0).status_code == 303
    page = nobody.get("/sign-in").text
    assert "<title>Sign in · Farol desk</title>" in page and "Kintsugi" not in page
    assert "brand.css" not in page  # the gold that a form begins with is no other colour


def test_the_accent_comes_as_a_sheet_of_our_own_and_may_be_kept(dan, nobody):
    dan.post("/admin/brand", name="Farol", accent="#A83C20", seen=0)
    assert 'href="/brand.css?v=%23a83c20"' in nobody.get("/sign-in").text
    sheet = nobody.get("/brand.css?v=%23a83c20")
    assert sheet.mimetype == "text/css" and "--gold: light-dark(#" in sheet.text
    assert "max-age=31536000" in sheet.headers["Cache-Control"]
    assert nobody.get("/brand.css?v=old").headers["Cache-Control"] == "no-store"
    dan.post("/admin/brand", name="Farol", accent="#a83c20", own="yes", seen=1)
    assert nobody.get("/brand.css").text == ""


@pytest.mark.parametrize("tried", ["red", "%23fff;}body{display:none", ""])
def test_only_a_colour_gets_into_a_sheet(dan, tried):
    assert dan.get(f"/brand/preview.css?accent={tried}").text == ""
    assert dan.post("/admin/brand", name="Farol", accent=tried or "x", seen=0).status_code == 422


def test_a_colour_is_tried_before_it_is_kept(dan, runtime):
    shown = dan.post("/admin/brand/preview", name="Farol", accent="#1447e6")
    assert "preview.css?accent=%231447e6" in shown.text and 'value="Farol"' in shown.text
    with runtime.reading() as db:
        assert site.version(db, "brand") == 0


def test_a_logo_is_served_shut_in_kept_by_the_worker_and_removed(dan, nobody, runtime):
    given = dan.client.post(
        "/admin/brand/logo",
        data={"logo": (io.BytesIO(png()), "logo.svg"), "seen": "0", "csrf_token": dan.token()},
    )
    assert given.status_code == 303
    with runtime.reading() as db:
        kept = site.of(db, "brand")["logo"]
    assert f"/brand/logo?v={kept[:12]}" in nobody.get("/sign-in").text
    answer = nobody.get(f"/brand/logo?v={kept[:12]}")
    assert answer.data == png() and answer.mimetype == "image/png"
    assert (
        answer.headers["X-Content-Type-Options"] == "nosniff"
        and "sandbox" in answer.headers["Content-Security-Policy"]
    )
    path, long_ago = runtime.attachments.path(kept), time.time() - 200_000
    os.utime(path, (long_ago, long_ago))
    worker.tidy(runtime, runtime.now())
    assert path.is_file()
    dan.post("/admin/brand/logo/remove", seen=1)
    assert nobody.get("/brand/logo").status_code == 404
    worker.tidy(runtime, runtime.now())
    assert not path.is_file()


def test_no_file_is_refused_at_its_field(dan):
    refused = dan.post("/admin/brand/logo", seen=0)
    assert refused.status_code == 422 and 'id="logo-finding"' in refused.text


def test_opening_the_portal_asks_once(dan, runtime):
    asked = dan.post("/admin/portal", greeting="What is wrong?", public="yes", seen=0)
    assert asked.status_code == 422 and "Yes, open it to everybody" in asked.text
    assert (
        dan.post("/admin/portal", greeting="What is wrong?", public="yes", sure="yes", seen=0).status_code
        == 303
    )
    with runtime.reading() as db:
        assert site.of(db, "portal")["public"] is True


def test_the_second_of_two_administrators_is_told(dan):
    dan.post("/admin/brand", name="Farol", accent="#c9982f", seen=0)
    lost = dan.post("/admin/brand", name="Leuchtturm", accent="#c9982f", seen=0)
    assert lost.status_code == 409
    assert "Name: as it is now" in lost.text and 'value="Leuchtturm"' in lost.text
