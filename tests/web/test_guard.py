"""What every answer carries, what every form proves, how much is read."""

import pytest

from assistant.web.guard import HEADERS
from tests.web.conftest import address

PAGES = ["/sign-in", "/healthz", "/nothing/here", "/static/kintsugi.css", "/incidents"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_full_set_of_headers(ben, path):
    answer = ben.get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["X-Request-ID"]


def test_the_content_policy_allows_nothing_inline_and_nothing_from_elsewhere(ben):
    policy = ben.get("/incidents").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy


def test_pages_are_not_stored_and_static_files_are(ben):
    assert ben.get("/incidents").headers["Cache-Control"] == "no-store"
    assert "max-age=31536000" in ben.get("/static/kintsugi.css").headers["Cache-Control"]


def test_static_files_have_an_address_of_their_content(ben):
    assert "/static/kintsugi.css?v=" in ben.get("/incidents").text


def test_the_session_cookie_is_out_of_reach_of_scripts(nobody):
    cookie = nobody.get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_secure_answers_ask_for_https_from_then_on(ben):
    assert "Strict-Transport-Security" not in ben.get("/incidents").headers
    answer = ben.get("/incidents", base_url="https://localhost")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_every_unsafe_route_refuses_a_missing_token(app, ben):
    unsafe = [rule for rule in app.url_map.iter_rules() if "POST" in rule.methods]
    assert len(unsafe) > 20
    for rule in unsafe:
        answer = ben.client.post(address(rule), data={"text": "typed"})
        assert answer.status_code in (403, 419), rule


def test_without_javascript_the_page_gives_back_what_was_typed(ben, incident):
    answer = ben.client.post(f"/incidents/{incident}/note", data={"text": "A long note"})
    assert answer.status_code == 419
    assert "A long note" in answer.text
    assert "open for too long" in answer.text


def test_under_htmx_a_notice_says_what_to_do(ben, incident):
    headers = {"HX-Request": "true"}
    answer = ben.client.post(f"/incidents/{incident}/note", data={"text": "A note"}, headers=headers)
    assert answer.status_code == 419
    assert answer.text.startswith('<div class="notice bad" id="notice"')
    assert "<html" not in answer.text


def test_a_header_is_as_good_as_the_field(ben, incident):
    headers = {"X-CSRFToken": ben.token()}
    form = {"text": "A note", "kind": "note"}
    assert ben.client.post(f"/incidents/{incident}/note", data=form, headers=headers).status_code == 303


def test_a_form_that_is_too_large_is_refused_in_plain_words(ben, incident):
    answer = ben.post(f"/incidents/{incident}/note", text="x" * 2_000_000)
    assert answer.status_code == 413
    assert "too large" in answer.text


def test_a_form_with_too_many_parts_is_refused(ben, incident):
    answer = ben.client.post(
        f"/incidents/{incident}/attachments",
        data={f"field{n}": "x" for n in range(300)},
        content_type="multipart/form-data",
        headers={"X-CSRFToken": ben.token()},
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(("given", "kept"), [("abcdef-123456", True), ("<script>", False), ("short", False)])
def test_a_plain_request_id_of_a_proxy_is_kept(nobody, given, kept):
    answer = nobody.client.get("/healthz", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) is kept
