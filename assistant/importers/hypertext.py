"""HTML bodies, as mail and other desks write them, turned into plain text that keeps lines, lists, links and code.

Read with one linear pass: the standard library's parser takes minutes for 200 KB of unclosed tags.
"""

import re
from html import unescape

HTML = re.compile(
    r"</(p|div|span|b|i|u|a|li|ul|ol|table|tr|td|h[1-6]|strong|em|body|html|font|pre|code)\s*>|<br\s*/?>|&nbsp;",
    re.IGNORECASE,
)
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,14})(\s[^<>]*)?/?>|<![A-Za-z][^<>]*>|<\?[^<>]*>")
ATTRIBUTE = re.compile(r"(href|alt)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
SILENT = ("script", "style", "head", "title", "template", "noscript")
PARAGRAPHS = (
    *("p", "div", "ul", "ol", "table", "blockquote", "pre", "section", "article", "header", "footer"),
    *("form", "hr", "dl", "h1", "h2", "h3", "h4", "h5", "h6"),
)
STARTS = {
    **dict.fromkeys(PARAGRAPHS, "\n\n"),
    **dict.fromkeys(("br", "tr", "dt", "dd"), "\n"),
    "li": "\n- ",
    "td": " | ",
    "th": " | ",
}
ENDS = dict.fromkeys(PARAGRAPHS, "\n\n")
INLINE = (
    *(
        "a",
        "abbr",
        "b",
        "big",
        "body",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "del",
        "em",
        "font",
        "html",
    ),
    *(
        "i",
        "iframe",
        "img",
        "input",
        "ins",
        "kbd",
        "label",
        "link",
        "main",
        "mark",
        "meta",
        "nav",
        "o",
        "option",
    ),
    *(
        "q",
        "s",
        "samp",
        "select",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "tbody",
        "tfoot",
        "thead",
    ),
    *("tt", "u", "var", "wbr"),
)
KNOWN = frozenset((*STARTS, *SILENT, *INLINE))


def is_html(text: str) -> bool:
    """Say whether a text is written in HTML rather than about it: it closes tags or breaks lines."""
    return HTML.search(text) is not None


def to_text(html: str) -> str:
    """Return what a person would read on the page. Damaged HTML is read as far as it makes sense."""
    page = _Page(_without_comments(html))
    return page.text()


class _Page:
    """A page on its way to text."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.parts: list[str] = []
        self.ends = {tag: html.lower().rfind(f"</{tag}") for tag in SILENT}
        self.silent = ""
        self.verbatim = False
        self.link = ("", 0)  # where the open link leads, and where its text begins

    def text(self) -> str:
        """Return what is to be read, without the blanks that layout leaves behind."""
        position = 0
        for tag in TAG.finditer(self.html):
            self._say(self.html[position : tag.start()])
            self._tag(tag)
            position = tag.end()
        self._say(self.html[position:])
        joined = "".join(self.parts).replace("\xa0", " ")
        lines = [line.rstrip() if line.startswith("  ") else line.strip() for line in joined.split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines).replace("\n| ", "\n")).strip()

    def _say(self, data: str) -> None:
        if not self.silent and data:
            self.parts.append(unescape(data if self.verbatim else re.sub(r"[ \t\r\n\f]+", " ", data)))

    def _tag(self, tag: re.Match[str]) -> None:
        closing, name, attributes = tag[1], (tag[2] or "").lower(), tag[3] or ""
        if self.silent:
            self.silent = "" if closing and name == self.silent else self.silent
        elif name in SILENT:
            self.silent = name if not closing and self.ends[name] > tag.end() - 1 else ""
        elif name and name not in KNOWN:
            self.parts.append(tag[0])  # a placeholder such as <server>, not a tag
        elif closing:
            self._end(name)
        else:
            self._start(name, attributes)

    def _start(self, name: str, attributes: str) -> None:
        self.parts.append(STARTS.get(name, ""))
        self.verbatim = self.verbatim or name == "pre"
        given = {
            found[1].lower(): unescape(found[2] or found[3] or found[4] or "")
            for found in ATTRIBUTE.finditer(attributes)
        }
        if name == "a":
            self.link = (given.get("href", ""), len(self.parts))
        elif name == "img" and given.get("alt"):
            self.parts.append(f"[{given['alt']}]")

    def _end(self, name: str) -> None:
        self.verbatim = self.verbatim and name != "pre"
        if name == "a":
            self._end_link()
        self.parts.append(ENDS.get(name, ""))

    def _end_link(self) -> None:
        address, start = self.link
        self.link = ("", 0)
        plain = address.removeprefix("mailto:")
        if re.match(r"https?://|mailto:", address) and plain not in "".join(self.parts[start:]):
            self.parts.append(f" ({plain})")


def _without_comments(html: str) -> str:
    first, *rest = html.split("<!--")
    return first + "".join(part.partition("-->")[2] if "-->" in part else part for part in rest)
