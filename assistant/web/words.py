"""How facts are worded on pages: times in the viewer's zone, ages, sizes, marks in a passage."""

import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import zip_longest
from zoneinfo import ZoneInfo

from flask import request
from markupsafe import Markup, escape

from assistant.identity import me
from assistant.web.door import now
from index.runs import ASIAN
from kb.markup import plain, render

STEPS = (  # shorter than this: counted in that unit
    (timedelta(hours=1), timedelta(minutes=1), "min"),
    (timedelta(days=1), timedelta(hours=1), "h"),
    (timedelta(days=14), timedelta(days=1), "d"),
)
SHARED = Markup("<mark>{}</mark>")
DIFFERS = Markup('<mark class="differs"><span class="seen">differs: </span>{}</mark>')
RULED = re.compile(r"\|(?:\s*:?-{2,}:?\s*\|)+")  # below the head of a table; other bars are what they are
BARS = re.compile(r"\s*\|[|\s]*")
THEMES = ("light", "dark")
SHORT = 3  # letters of a word whose forms are hardly longer: the “off” of “office” is another one


def zone() -> ZoneInfo:
    """Return the viewer's time zone; somebody unknown reads UTC."""
    person = me()
    return ZoneInfo(person.timezone if person else "UTC")


def exact(moment: datetime) -> str:
    """Word a time to the minute in the viewer's zone, such as “Tue 24 Nov 2026, 09:10 WET”."""
    local = moment.astimezone(zone())
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"


def age(moment: datetime) -> str:
    """Word how long ago a time was: “4 min”, “3 h”, “2 d”, later the date."""
    gone = now() - moment
    if gone < timedelta(minutes=1):
        return "now"
    for limit, unit, name in STEPS:
        if gone < limit:
            return f"{gone // unit} {name}"
    return day(moment)


def day(moment: datetime) -> str:
    """Word the day of a time in the viewer's zone, such as “24 Nov 2026”."""
    local = moment.astimezone(zone())
    return f"{local.day} {local:%b %Y}"


def ago(moment: datetime) -> str:
    """Word a time for a sentence: “just now”, “4 min ago”, “on 12 Oct 2026”."""
    worded = age(moment)
    if worded == "now":
        return "just now"
    return f"{worded} ago" if now() - moment < STEPS[-1][0] else f"on {worded}"


def sentence(words: str) -> str:
    """Begin words with a capital; names within them stay as they are."""
    return words[:1].upper() + words[1:]


def duration(minutes: int) -> str:
    """Word a time of work: “45 min”, “2 h”, “1 h 20 min”."""
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)


def local_input(moment: datetime | None) -> str:
    """Word a time for a field of type datetime-local."""
    return moment.astimezone(zone()).strftime("%Y-%m-%dT%H:%M") if moment else ""


def size(size_bytes: int) -> str:
    """Word a file size, such as “3.2 MB”."""
    if size_bytes < 1000:
        return f"{size_bytes} bytes"
    return f"{size_bytes / 1000:.0f} KB" if size_bytes < 1_000_000 else f"{size_bytes / 1_000_000:.1f} MB"


def prose(text: str | None) -> Markup:
    """Turn Markdown into safe HTML."""
    return Markup(render(text or ""))  # noqa: S704  the renderer cleans what it returns


def marked(text: str, terms: Iterable[str], length: int = 240, other: Collection[str] = ()) -> Markup:
    """Mark where the terms stand in a text that is cut to the piece around the first of them.

    length: about how many characters are shown. other: what differs from another text, marked in another way.
    """
    text = _told(text)
    words = [_as_word(term) for term in (*terms, *other) if term.strip()]
    pattern = re.compile("|".join(sorted(words, key=len, reverse=True)), re.IGNORECASE) if words else None
    piece = _around(text, pattern.search(text) if pattern else None, length)
    if pattern is None:
        return escape(piece)
    parts = [escape(part) for part in pattern.split(piece)]
    differ = {term.lower() for term in other}
    hits = [(DIFFERS if hit.lower() in differ else SHARED).format(hit) for hit in pattern.findall(piece)]
    return Markup("").join(part for pair in zip_longest(parts, hits, fillvalue="") for part in pair)


def _as_word(term: str) -> str:
    """Return the pattern of a term: a word may go on, as in another form, but a short one by a letter at most."""
    begins = r"(?<!\w)" if term.isalpha() and not re.match(f"[{ASIAN}]", term) else ""
    ends = r"(?!\w\w)" if begins and len(term) <= SHORT else ""
    return begins + re.escape(term) + ends


def _told(text: str) -> str:
    """Return Markdown as it is said, in one line: without marks, the cells of a table side by side."""
    text = plain(text)
    if RULED.search(text):
        text = BARS.sub(" · ", RULED.sub("|", text)).strip(" ·")
    return " ".join(text.split())


def _around(text: str, first: re.Match[str] | None, length: int) -> str:
    if len(text) <= length:
        return text
    start = max(0, min(first.start() - length // 4 if first else 0, len(text) - length))
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = text.find(" ", start + length)
    piece = text[start:] if end < 0 else text[start:end]
    return f"{'… ' if start else ''}{piece[: length * 2]}{' …' if end >= 0 else ''}"


def theme() -> str:
    """Return the colour scheme this browser chose, empty when it follows the system."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in THEMES else ""


FILTERS = {
    "exact": exact,
    "day": day,
    "age": age,
    "ago": ago,
    "local_input": local_input,
    "size": size,
    "duration": duration,
    "sentence": sentence,
    "prose": prose,
    "marked": marked,
}
