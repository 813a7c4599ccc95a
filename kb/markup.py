"""Markdown to safe HTML, and to plain text. The only place that makes HTML out of what people write."""

import re

import nh3
from markdown_it import MarkdownIt
from mdit_py_plugins.tasklists import tasklists_plugin

LIMIT = 200_000  # characters; cleaning is quadratic on nesting, so size is capped first
TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "img"),
    *("h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "input"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "input": {"type", "checked", "disabled"},
    "ol": {"start"},
    "code": {"class"},
}
HEADINGS = {"h1": "h2", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h6"}  # the page has the h1

CODE = re.compile(
    r"^ {0,3}(`{3,}|~{3,})[^\n]*\n(.*?)^ {0,3}\1[ \t]*$\n?|`([^`\n]+)`", re.MULTILINE | re.DOTALL
)
MARKS = re.compile(r"\*\*|`+|^#+ ", re.MULTILINE)
EMPHASIS = re.compile(r"(?<![\w*])\*(\w(?:[^*\n]{0,80}\w)?)\*(?![\w*])")  # a star by itself means something

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 30})
_markdown.enable(["table", "strikethrough"]).use(tasklists_plugin)


def render(text: str) -> str:
    """Return safe HTML for Markdown. Longer texts than LIMIT come as plain preformatted text.

    Pictures may only come from this desk's attachments: nothing is fetched from elsewhere.
    """
    if len(text) > LIMIT:
        return f"<pre>{nh3.clean_text(text)}</pre>"
    tokens = _markdown.parse(text)
    for token in tokens:
        token.tag = HEADINGS.get(token.tag, token.tag)
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_own_pictures,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )


def plain(text: str) -> str:
    """Return Markdown as plain text, line by line, without what only tells how it looks; code stays as it is."""
    parts, end = [], 0
    for code in CODE.finditer(text):
        parts += [_unmarked(text[end : code.start()]), code[2] or code[3] or ""]
        end = code.end()
    return "".join([*parts, _unmarked(text[end:])])


def _unmarked(text: str) -> str:
    return EMPHASIS.sub(r"\1", MARKS.sub("", text))


def _own_pictures(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src" and not value.startswith("/attachments/"):
        return None
    if tag == "code" and name == "class" and not value.startswith("language-"):
        return None
    if tag == "input" and name == "type" and value != "checkbox":
        return None
    return value
