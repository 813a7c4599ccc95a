"""The demo's files as values: people, services, articles with their lives, incidents with their logs."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from assistant.demo.clock import MOMENT
from kb.article import CONTENT_FIELDS, Content

FOLDER = Path(__file__).parent
SECTION = re.compile(r"^## (\w+)\n", re.MULTILINE)
LINE = re.compile(
    rf"(?P<when>{MOMENT}|\d+ \d\d:\d\d) (?P<who>[a-z]+)(?P<does>[^:]*)(?::[ \n]?(?P<text>.*))?", re.DOTALL
)


@dataclass(frozen=True)
class Step:
    """One line of a log: when, who, which verb with which arguments, and what was said. No verb: a comment."""

    when: str
    who: str
    verb: str
    arguments: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class ArticleFile:
    """An article with its life. versions: oldest first, the last one is the text of the file."""

    key: str
    versions: list[Content]
    life: list[Step]
    category: str
    services: list[str]
    team: str = ""


@dataclass(frozen=True)
class Shown:
    """An article as an answer to a question, and how likely the desk called it."""

    article: str
    band: str


@dataclass(frozen=True)
class IncidentFile:
    """An incident as its story tells it; at and began count back from the start of the demo, the log from at."""

    story: str
    at: str
    title: str
    service: str
    category: str
    words: str = ""
    symptoms: str = ""
    environment: str = ""
    key: str = ""
    by: str = ""
    via: str = "portal"
    began: str = ""
    items: list[str] = field(default_factory=list)
    impact: str = "person"
    urgency: str = "soon"
    priority: str | None = None
    priority_reason: str = ""
    restricted: str = ""
    cause: str = ""
    verification: str = ""
    turned_out: str = ""
    log: str = ""

    @property
    def name(self) -> str:
        """How messages call it: its story and its title."""
        return f"{self.story}, “{self.title}”"

    @cached_property
    def steps(self) -> list[Step]:
        """The log, line by line."""
        return list(_steps(self.log))


@dataclass(frozen=True)
class QuestionFile:
    """A question to the search. shows: what was found, best first; asked: by whom, where, in which words."""

    shows: list[Shown]
    asked: list[Step]


@dataclass(frozen=True)
class ViewFile:
    """What somebody keeps under a name. shows: which list; filters: names, by filter; shared: with which group."""

    at: str
    who: str
    name: str
    shows: str
    sort: str = "priority"
    shared: str = ""
    filters: dict[str, list[str]] = field(default_factory=dict)


def people() -> dict[str, Any]:
    """Return places, groups and people by name."""
    return _toml("people.toml")


def services() -> dict[str, Any]:
    """Return the services with their configuration items."""
    return _toml("services.toml")


def categories() -> list[str]:
    """Return the paths of all categories, parents first."""
    return _toml("categories.toml")["paths"]


def articles() -> list[ArticleFile]:
    """Return all articles in the order of their file names."""
    return [_article(path) for path in sorted((FOLDER / "articles").glob("*.md"))]


def incidents() -> list[IncidentFile]:
    """Return all incidents, story by story."""
    stories = [
        (path.stem, tomllib.loads(path.read_text("utf-8")))
        for path in sorted((FOLDER / "incidents").glob("*.toml"))
    ]
    return [
        IncidentFile(**{"story": name, **story.get("usually", {}), **_stripped(incident)})
        for name, story in stories
        for incident in story["incident"]
    ]


def questions() -> list[QuestionFile]:
    """Return what people asked the search without opening an answer."""
    return [
        QuestionFile([Shown(**one) for one in question.get("shows", [])], list(_steps(question["asked"])))
        for question in _toml("searches.toml")["question"]
    ]


def views() -> list[ViewFile]:
    """Return the lists that people keep under a name."""
    return [ViewFile(**view) for view in _toml("views.toml")["view"]]


def _article(path: Path) -> ArticleFile:
    _, head, body = path.read_text("utf-8").split("+++\n", 2)
    front = tomllib.loads(head)
    earlier, life = front.pop("earlier", []), front.pop("life")
    title, *sections = SECTION.split(body)
    texts = dict(zip((name.lower() for name in sections[::2]), sections[1::2], strict=True))
    latest = {
        "title": title.strip().removeprefix("# "),
        **{name: text.strip() for name, text in texts.items()},
    }
    versions = [Content(**_known({**latest, **_stripped(other)})) for other in [*earlier, {}]]
    return ArticleFile(key=path.stem, versions=versions, life=list(_steps(life)), **front)


def _known(values: Mapping[str, str]) -> dict[str, str]:
    if wrong := values.keys() - set(CONTENT_FIELDS):
        raise ValueError(f"An article has no {', '.join(sorted(wrong))}.")
    return dict(values)


def _steps(log: str) -> Iterator[Step]:
    """Read a log; a line that does not begin with a time goes on with what was said."""
    said: list[str] = []
    for line in log.strip().splitlines():
        if LINE.match(line):
            yield from _step(said)
            said = []
        said.append(line)
    yield from _step(said)


def _step(lines: list[str]) -> Iterator[Step]:
    if lines:
        match = LINE.fullmatch("\n".join(lines).strip())
        if match is None:
            raise ValueError(f"This line of a log cannot be read: {lines[0]}")
        verb, *arguments = match["does"].split() or [""]
        yield Step(match["when"], match["who"], verb, tuple(arguments), (match["text"] or "").strip())


def _stripped(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))
