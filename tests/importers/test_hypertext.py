"""HTML bodies as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.importers.hypertext import is_html, to_text

MAIL = """<html><head><style>p { color: red }</style><title>Mail</title></head><body>
<p>Hello&nbsp;Ben,</p><p>my <b>VPN</b> is
 down.<br>See <a href="https://example.org/vpn">the page</a> or write to
<a href="mailto:a@example.org">a@example.org</a>.</p>
<ul><li>one</li><li>two</li></ul><pre>$ ping
    host</pre><table><tr><td>Site</td><td>Porto</td></tr></table><!-- signature --></body></html>"""


def test_a_mail_reads_as_it_looks():
    assert to_text(MAIL) == (
        "Hello Ben,\n\nmy VPN is down.\nSee the page (https://example.org/vpn) or write to a@example.org.\n\n"
        "- one\n- two\n\n$ ping\n    host\n\nSite | Porto"
    )


def test_placeholders_are_no_tags():
    assert to_text("<p>Run ping &lt;server&gt; or <hostname></p>") == "Run ping <server> or <hostname>"


def test_an_unclosed_head_hides_nothing():
    assert to_text("<b>Note</b> the <head> tag is missing") == "Note the  tag is missing"


def test_an_unclosed_comment_hides_nothing():
    assert "still here" in to_text("<p>a</p><!-- never closed still here")


@pytest.mark.parametrize(
    ("text", "expected"), [("a<br>b", True), ("a &nbsp; b", True), ("a < b", False), ("<vm-name>", False)]
)
def test_html_is_told_from_text_about_it(text, expected):
    assert is_html(text) is expected


@pytest.mark.parametrize(
    "piece", ["<div>", "<!--", "<a href=", "<a href='x'>", "<", "<style>", "<p " + " " * 50, "&amp"]
)
def test_damaged_html_of_200_kb_is_read_at_all(piece):
    assert isinstance(
        to_text(piece * (200_000 // len(piece))), str
    )  # the standard library's parser needs minutes


@given(st.text(alphabet="<>/ab=\"'& -!ptrd;", max_size=200))
def test_any_text_can_be_read(text):
    assert isinstance(to_text(text), str)
