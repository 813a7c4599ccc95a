"""Markdown of other tools made readable here: front matter, admonitions, tabs, HTML and relative links."""

import re
import tomllib
from collections.abc import Callable
from html import unescape
from typing import Any

import yaml

FRONT = re.compile(r"\A\ufeff?(---|\+\+\+)[ \t]*\n(.*?)\n\1[ \t]*(?:\n|\Z)", re.DOTALL)
FENCE = re.compile(r"\s*(`{3,}|~{3,})")
ADMONITION = re.compile(
    r"(?P<indent>\s*)(?:!!!+|\?\?\?\+?)\s*(?P<kind>[\w-]*)[ \t]*(?P<words>[^\"\n]*?)"
    r"[ \t]*(?:\"(?P<title>.*)\")?\s*:?"
)
TAB = re.compile(r"(?P<indent>\s*)===[!+]? +\"(?P<title>.+)\"\s*")
COLONS = re.compile(r"\s*:::+\s*(?P<kind>[a-z]+)?[\s\[]*(?P<title>[^\]{]*)\]?.*")
CALLOUT = re.compile(r"(\s*> ?)\[!(\w+)\]\s*(.*)")
PLACEMENT = frozenset(("inline", "end", "no-title"))
DEFINITION = re.compile(r"^ {0,3}\[([^\]^][^\]]*)\]:\s*<?(\S+?)>?(?:\s+[\"'(].*)?$", re.MULTILINE)
LINK = re.compile(
    r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]"
    r"\(\s*<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?(?:\s+[\"'][^\"']*[\"'])?\s*\)"
)
ATTRIBUTES = re.compile(r"[ \t]*\{:?\s*(?:[.#:][\w-]|[\w-]+=)[^{}\n]*\}")
SHORTCODE = re.compile(r"\{\{[<%]\s*(?:rel)?ref\s+\"?([^\"\s>%]+)\"?\s*[>%]\}\}")
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
DEEPEST = 8  # admonitions within admonitions
TAGS = {  # HTML that people write into Markdown -> Markdown; other known tags leave only their text
    **dict.fromkeys(("b", "strong"), "**"),
    **dict.fromkeys(("i", "em"), "*"),
    **dict.fromkeys(("del", "s", "strike"), "~~"),
    "code": "`",
}
PLAIN = frozenset(
    (
        *(
            "br",
            "p",
            "div",
            "span",
            "center",
            "font",
            "u",
            "sub",
            "sup",
            "small",
            "details",
            "summary",
            "table",
        ),
        *(
            "thead",
            "tbody",
            "tr",
            "td",
            "th",
            "ul",
            "ol",
            "iframe",
            "a",
            "img",
            "col",
            "colgroup",
            "hr",
            "kbd",
        ),
        *("figure", "figcaption", "section", "article", "video", "source", "h1", "h2", "h3", "h4", "li"),
    )
)
STARTS = {"li": "- ", "br": " ", "td": " ", "th": " "}
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s[^<>]*)?)/?>")
ATTRIBUTE = re.compile(r"(href|src|alt|title)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)

Resolve = Callable[[str], str]  # a relative target -> what is said about it: an address, words, or nothing


def front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Take the front matter off: return its values and the text below it.

    YAML between --- or TOML between +++. Raises ValueError with a sentence when it cannot be read.
    """
    text = text.replace("\r\n", "\n")
    found = FRONT.match(text)
    if not found:
        return {}, text.lstrip("\ufeff")
    try:
        values = tomllib.loads(found[2]) if found[1] == "+++" else yaml.safe_load(found[2])
    except (yaml.YAMLError, tomllib.TOMLDecodeError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"The front matter cannot be read: {reason[:200]}. Correct it.") from error
    if not isinstance(values, dict):  # a rule between two lines of text, not front matter
        return {}, text
    return {str(name): value for name, value in values.items()}, text[found.end() :]


def readable(text: str, resolve: Resolve) -> str:
    """Return Markdown that the desk shows as it was meant. resolve: says what a relative link leads to."""
    lines = _blocks(_without_comments(text.expandtabs(4)).split("\n"))
    joined = "\n".join(lines)
    targets = {name.casefold(): target for name, target in DEFINITION.findall(joined)}
    relative = {name for name, target in targets.items() if not ADDRESS.match(target)}
    kept, fence = [], ""
    for line in lines:
        fence, inside = _fenced(line, fence)
        found = None if inside else DEFINITION.match(line)
        if not (found and found[1].casefold() in relative):
            kept.append(
                line
                if inside
                else _outside_code(line, lambda part: _inline(part, targets, relative, resolve))
            )
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")


def fenced_lines(text: str) -> list[tuple[str, bool]]:
    """Return the lines of a text and whether each belongs to a fenced block of code."""
    fence, lines = "", []
    for line in text.split("\n"):
        fence, inside = _fenced(line, fence)
        lines.append((line, inside))
    return lines


def _fenced(line: str, fence: str) -> tuple[str, bool]:
    """Follow the fences of code blocks: return the open one after this line, and whether the line is in or on one."""
    mark = FENCE.match(line.lstrip("> "))
    if fence:
        closes = mark and mark[1].startswith(fence) and not line.strip("> ")[len(mark[1]) :].strip()
        return ("", True) if closes else (fence, True)
    return (mark[1], True) if mark else ("", False)


def _blocks(lines: list[str], depth: int = DEEPEST) -> list[str]:
    """Turn admonitions into quotations and tabs into paragraphs with a bold heading."""
    made: list[str] = []
    fence, position = "", 0
    while position < len(lines):
        line = lines[position]
        fence, inside = _fenced(line, fence)
        heading = None if inside or not depth else _heading(line)
        if heading is None:
            made.append(_callout(line) if not inside else line)
            position += 1
            continue
        body, position = _body(lines, position, closed=line.lstrip().startswith(":::"))
        inner = _blocks(body, depth - 1)
        quoted = ["", f"**{heading}**", "", *inner] if TAB.fullmatch(line) else _quoted(heading, inner)
        indent = line[: len(line) - len(line.lstrip())]
        made += [f"{indent}{part}" if part else part for part in quoted]
    return made


def _heading(line: str) -> str | None:
    """Return the heading of an admonition or a tab that begins with this line, None for any other line."""
    if tab := TAB.fullmatch(line):
        return tab["title"]
    if found := ADMONITION.fullmatch(line):
        kind = found["kind"].removesuffix("-label").replace("-", " ").capitalize()
        words = " ".join(word for word in found["words"].split() if word not in PLACEMENT)
        title = found["title"] or words
        kind = "" if kind in ("Default", "") else kind
        return f"{kind}: {title}" if kind and title else kind or title or "Note"
    if line.lstrip().startswith(":::") and (found := COLONS.fullmatch(line)) and found["kind"]:
        return f"{found['kind'].capitalize()}{': ' if found['title'].strip() else ''}{found['title'].strip()}"
    return None


def _body(lines: list[str], position: int, *, closed: bool) -> tuple[list[str], int]:
    """Return what belongs to the admonition that begins at position, without its indent, and where it ends."""
    first = lines[position]
    position += 1
    if closed:
        end = next((n for n in range(position, len(lines)) if lines[n].strip() == ":::"), len(lines))
        return lines[position:end], end + 1
    depth = len(first) - len(first.lstrip()) + 4
    start = position
    while position < len(lines) and (not lines[position].strip() or lines[position][:depth].isspace()):
        position += 1
    while position > start and not lines[position - 1].strip():
        position -= 1
    return [line[depth:] for line in lines[start:position]], position


def _quoted(heading: str, body: list[str]) -> list[str]:
    return ["", f"> **{heading}**", *([">"] if body else []), *(f"> {line}".rstrip() for line in body), ""]


def _callout(line: str) -> str:
    found = CALLOUT.fullmatch(line)
    return f"{found[1]}**{found[2].capitalize()}** {found[3]}".rstrip() if found else line


def _outside_code(line: str, change: Callable[[str], str]) -> str:
    """Change what stands outside of `code` in a line."""
    parts = re.split(r"(`+[^`]*`+)", line)
    return "".join(part if place % 2 else change(part) for place, part in enumerate(parts))


def _inline(text: str, targets: dict[str, str], relative: set[str], resolve: Resolve) -> str:
    text = ATTRIBUTES.sub("", SHORTCODE.sub(r"\1", text)) if "{" in text else text
    text = _from_html(text) if "<" in text else text
    if relative and "[" in text:
        text = re.sub(
            r"\[([^\[\]]+)\](?:\[([^\[\]]*)\])?(?!\()", lambda found: _named(found, targets, relative), text
        )
    return LINK.sub(lambda found: _link(found, resolve), text) if "](" in text else text


def _named(found: re.Match[str], targets: dict[str, str], relative: set[str]) -> str:
    name = (found[2] or found[1]).casefold()
    return f"[{found[1]}]({targets[name]})" if name in relative else found[0]


def _link(found: re.Match[str], resolve: Resolve) -> str:
    picture, words, target = found[1], found[2], found[3]
    if picture:
        said = words.strip() or target.rsplit("/", 1)[-1]
        address = target if ADDRESS.match(target) else resolve(target)
        return f"[Picture: {said}]({address})" if ADDRESS.match(address) else f"*(Picture: {said})*"
    if ADDRESS.match(target):
        return found[0]
    told = "" if target.startswith("#") else resolve(target)
    if ADDRESS.match(told):
        return f"[{words}]({told})"
    return f"{words} ({told})" if told and told.strip("“”").casefold() != words.casefold() else words


def _from_html(text: str) -> str:
    links: list[str] = []

    def change(found: re.Match[str]) -> str:
        closing, name, given = found[1], found[2].lower(), found[3]
        about = {part[1].lower(): unescape(part[2] or part[3] or "") for part in ATTRIBUTE.finditer(given)}
        if name == "a" and not closing:
            links.append(about.get("href", ""))
            return "[" if links[-1] else ""
        if name == "a":
            target = links.pop() if links else ""
            return f"]({target})" if target else ""
        if name == "img" and about.get("src"):
            return f"![{about.get('alt', '')}]({about['src']})"
        if name == "iframe" and not closing and about.get("src"):
            return f"[{about.get('title') or 'Video'}]({about['src']})"
        if name in TAGS:
            return TAGS[name]
        return ("" if closing else STARTS.get(name, "")) if name in PLAIN else found[0]

    changed = TAG.sub(change, text)
    return changed if not links else TAG.sub(lambda found: "" if found[2].lower() == "a" else found[0], text)


def _without_comments(text: str) -> str:
    """Return a text without HTML comments; code keeps its own, and one that never ends stays."""
    kept: list[str] = []
    fence, commented = "", False
    for line in text.split("\n"):
        inside = False
        if not commented:
            fence, inside = _fenced(line, fence)
        if inside:
            kept.append(line)
        else:
            said, commented = _uncommented(line, commented)
            kept.append(said)
    return text if commented else "\n".join(kept)


def _uncommented(line: str, commented: bool) -> tuple[str, bool]:
    said = ""
    while line:
        before, mark, line = line.partition("-->" if commented else "<!--")
        said += "" if commented else before
        commented = not commented if mark else commented
    return said, commented
