"""The habits of templates, the sheet and the script: what a browser must never find, and how long they may be."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
FRAGMENTS = [path for path in TEMPLATES if path.name.startswith("_")]
LAYOUT = ("_rail.html", "_bar.html")  # parts of the layout, never asked for alone
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:|hx-on|hx-vals=.js", re.IGNORECASE
)
BRACES = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
VOID = {"input", "img", "br", "hr", "meta", "link", "use", "path", "circle", "option"}


class Roots(HTMLParser):
    """Counts the elements on the outermost level and keeps their ids."""

    def __init__(self):
        super().__init__()
        self.depth, self.ids = 0, []

    def handle_starttag(self, tag, attrs):
        if self.depth == 0:
            self.ids.append(dict(attrs).get("id"))
        self.depth += tag not in VOID

    def handle_endtag(self, tag):
        self.depth -= tag not in VOID


def name(path):
    return str(path.relative_to(ROOT / "templates"))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_nothing_inline_and_nothing_from_elsewhere(path):
    text = path.read_text()
    assert not INLINE.search(text)
    assert not re.search(r'(?:src|href|action)="https?:', text)
    assert "| safe" not in text
    assert "|safe" not in text


@pytest.mark.parametrize("path", [path for path in FRAGMENTS if path.name not in LAYOUT], ids=name)
def test_a_fragment_has_one_root_with_an_id(path):
    source = re.sub(r"\{% macro.*?endmacro %\}", "", path.read_text(), flags=re.DOTALL)
    roots = Roots()
    roots.feed(re.sub(r"\{\{.*?\}\}", "x", BRACES.sub("", source), flags=re.DOTALL))
    assert len(roots.ids) == 1
    assert roots.ids[0]


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_templates_are_short(path):
    lines = len(path.read_text().splitlines())
    assert lines <= (80 if path in FRAGMENTS else 150)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_form_that_changes_something_proves_where_it_comes_from_and_works_alone(path):
    for form in re.findall(r"<form\b.*?</form>", path.read_text(), re.DOTALL):
        if 'method="post"' in form:
            assert "csrf()" in form
            assert re.search(r'<form[^>]*\baction="', form)
    for tag in re.findall(r"<form\b[^>]*>", path.read_text()):
        if "hx-post" in tag:
            posted = re.search(r'hx-post="([^"]+)"', tag)[1]
            assert f'action="{posted}"' in tag


SHEETS = ("kintsugi.css", "desk.css")
SCRIPTS = ("kintsugi.js", "forms.js", "desk.js")


def test_sheets_and_scripts_stay_small():
    assert all((ROOT / "static" / name).stat().st_size <= 20 * 1024 for name in SHEETS)
    assert all((ROOT / "static" / name).stat().st_size <= 12 * 1024 for name in SCRIPTS)


def test_none_runs_text_or_asks_the_internet():
    for name in SCRIPTS:
        script = (ROOT / "static" / name).read_text()
        for never in ("eval(", "innerHTML", "new Function", "document.write", "http://", "https://"):
            assert never not in script, name
    for name in SHEETS:
        sheet = (ROOT / "static" / name).read_text()
        assert "url(" not in sheet
        assert "@import" not in sheet


def luminance(colour):
    if len(colour) == 4:
        colour = "#" + "".join(2 * digit for digit in colour[1:])
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        channel / 12.92 if channel <= 0.03928 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_words_stand_out_from_every_ground_they_are_on(theme):
    sheet = (ROOT / "static/kintsugi.css").read_text()
    found = re.findall(r"--(\w+): light-dark\((#\w+), (#\w+)\)", sheet)
    colour = {label: pair[theme] for label, *pair in found}
    for text in ("ink", "soft", "gold", "link", "p1", "p2", "p3", "p4", "good", "warn", "bad"):
        for ground in ("paper", "card", "sunk"):
            assert contrast(colour[text], colour[ground]) >= 4.5, (text, ground)
    for text in ("ink", "soft", "gold"):
        assert contrast(colour[text], colour["tint"]) >= 4.5, text
    for ground in ("paper", "card", "sunk"):
        assert contrast(colour["edge"], colour[ground]) >= 3, ground
