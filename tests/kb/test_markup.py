"""Markdown: what people write becomes safe HTML, whatever they write."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.markup import LIMIT, render


def test_steps_headings_tables_and_task_lists_become_html():
    html = render("# Steps\n\n1. **Open** it\n\n- [x] done\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    assert "<h2>Steps</h2>" in html and "<strong>Open</strong>" in html
    assert 'type="checkbox"' in html and "<td>1</td>" in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](https://elsewhere.example/x.png)",
        "<img src=x onerror=alert(1)>",
        '<div hx-get="/logout" hx-trigger="load">',
        "[x](data:text/html,<script>alert(1)</script>)",
        "<svg/onload=alert(1)>",
    ],
)
def test_nothing_runs_and_nothing_is_fetched(text):
    html = render(text)
    tags = re.findall(r"<[^>]*>", html)
    assert not any(re.search(r"script|onerror|onload|hx-|src=|javascript:|data:", tag) for tag in tags), html


def test_pictures_of_this_desk_are_shown():
    assert 'src="/attachments/abc"' in render("![screen](/attachments/abc)")


def test_a_text_too_long_to_clean_comes_as_plain_text():
    assert render("<b>" * (LIMIT // 3 + 1)).startswith("<pre>&lt;b&gt;")


@given(st.text(alphabet="<>\"'=&#[]()!*_`-\n abonerjscipt:/", max_size=300))
def test_no_text_gives_an_unknown_tag_or_a_handler(text):
    html = render(text)
    assert not re.search(r"<(?:script|iframe|object|svg|style|form)", html, re.IGNORECASE)
    assert not any(re.search(r"\son\w+\s*=", tag) for tag in re.findall(r"<[^>]*>", html))
