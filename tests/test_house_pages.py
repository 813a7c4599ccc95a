"""Pages keep the rules of the house: one root for a fragment, nothing inline or foreign, only known files served."""

import json
import re
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.house import ROOT, modules, templates

FRAME = {"_bar.html", "_rail.html"}  # parts of the layout, never sent alone
STATIC = {
    "desk.css",
    "desk.js",
    "favicon.svg",
    "forms.js",
    "kintsugi.css",
    "kintsugi.js",
    "vendor/htmx.min.js",
    "vendor/licences.txt",
    "vendor/lucide.svg",
    "vendor/manifest.json",
}
INLINE = {
    "a script": r"<script(?![^>]*\bsrc=)",
    "a style sheet": r"<style\b",
    "a style": r"\sstyle\s*=",
    "a handler": r"\son[a-z]+\s*=|hx-on",
    "a script address": r"javascript:",
    "an expression": r"hx-vals=[\"']js:|hx-vars|\{\{[^}]*\|\s*safe\b|autoescape\s+false",
    "a foreign address": r"(?:src|href|action)=[\"'](?:https?:)?//",
}
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
MANIFESTS = (ROOT / "static/vendor/manifest.json", ROOT / "tests/vendor/manifest.json")
named = {"ids": lambda path: path.relative_to(ROOT).as_posix()}


class Roots(HTMLParser):
    """Collects the outermost elements of a piece of HTML: tag and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.depth, self.found = 0, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if self.depth == 0:
            self.found.append((tag, dict(attrs)))
        self.depth += tag not in VOID

    def handle_startendtag(self, tag, attrs):
        if self.depth == 0:
            self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        self.depth -= tag not in VOID


def plain(text: str) -> str:
    """Return a template as the HTML it stands for: macros, tags and comments gone, expressions replaced."""
    text = re.sub(r"\{#.*?#\}|\{%-?\s*macro .*?endmacro\s*-?%\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{\{.*?\}\}", "x", text, flags=re.DOTALL)
    return re.sub(r"\{%.*?%\}", " ", text, flags=re.DOTALL)


@pytest.mark.parametrize("path", [path for path in templates() if path.name.startswith("_")], **named)
def test_a_fragment_has_one_root_that_htmx_can_aim_at(path: Path):
    if path.name in FRAME:
        return
    roots = Roots(plain(path.read_text("utf-8"))).found
    assert len(roots) == 1
    assert roots[0][1].get("id")


@pytest.mark.parametrize("path", templates(), **named)
def test_nothing_inline_and_nothing_foreign_stands_in_a_template(path: Path):
    text = path.read_text("utf-8")
    assert not [what for what, pattern in INLINE.items() if re.search(pattern, text, re.IGNORECASE)]


@pytest.mark.parametrize("path", templates(), **named)
def test_a_template_is_short(path: Path):
    most = 80 if path.name.startswith("_") else 150
    assert len(path.read_text("utf-8").splitlines()) <= most


def test_only_one_place_calls_text_clean_html():
    """Everything else is escaped; `words.py` marks what the renderer has cleaned, and hits in escaped text."""
    assert {one.path for one in modules() if re.search(r"\bMarkup\(", one.text)} <= {"assistant/web/words.py"}


def test_only_known_files_are_served():
    folder = ROOT / "static"
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == STATIC


@pytest.mark.parametrize("manifest", MANIFESTS, **named)
def test_what_others_made_is_what_its_manifest_says(manifest: Path):
    rows = json.loads(manifest.read_text("utf-8"))
    for row in rows:
        assert sha256((manifest.parent / row["file"]).read_bytes()).hexdigest() == row["sha256"], row["file"]
        assert row["package"], row["file"]
        assert row["version"], row["file"]
        assert row["licence"], row["file"]
    listed = {row["file"] for row in rows} | {"manifest.json", "licences.txt"}
    assert {path.name for path in manifest.parent.iterdir()} <= listed


def test_every_icon_that_is_shown_stands_in_the_sprite():
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/vendor/lucide.svg").read_text("utf-8")))
    shown = {name for path in templates() for name in re.findall(r'icon\("([^"]+)"', path.read_text("utf-8"))}
    assert shown <= drawn
    assert len(shown) > 3
