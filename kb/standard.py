"""The content standard: what a good article has, as a table of checks that yield findings with their cure.

The desk may decide otherwise about each check: whether it blocks, advises or is off, and its number where it has one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from kb.article import Content
from kb.errors import Finding

TITLE_LIMIT = 300
FIELD_LIMIT = 200_000
LEVELS = {
    "blocks": "Blocks leaving work in progress",
    "advises": "Advises while somebody writes",
    "off": "Is off",
}
DECIDES = "content standard"  # under this name a session knows who decides
TEXT = Path(__file__).with_name("standard.md").read_text("utf-8")  # the document, as the desk comes


@dataclass(frozen=True)
class Check:
    """One question to an article. fails: says whether the content does not pass, given the check's number."""

    name: str
    label: str
    field: str
    fails: Callable[[Content, int], bool]
    message: str
    cure: str
    level: str = "blocks"
    number: int = 0  # characters, where the check counts them
    largest: int = 0


def _empty(field: str) -> Callable[[Content, int], bool]:
    return lambda content, _: not getattr(content, field).strip()


CHECKS = (
    Check(
        "title",
        "The title is there",
        "title",
        _empty("title"),
        "The title is missing.",
        "Name the main issue and where it happens.",
    ),
    Check(
        "issue",
        "The issue is there",
        "issue",
        _empty("issue"),
        "The issue is missing.",
        "Say in the words of the person who asked what goes wrong.",
    ),
    Check(
        "resolution",
        "The resolution is there",
        "resolution",
        _empty("resolution"),
        "The resolution is missing.",
        "Write the steps that restore the service.",
    ),
    Check(
        "long_title",
        "The title fits into a list of results",
        "title",
        lambda content, longest: len(content.title) > longest,
        "The title is long for a list of results.",
        "Keep it to {number} characters.",
        "advises",
        120,
        TITLE_LIMIT,
    ),
    Check(
        "environment",
        "The environment is there",
        "environment",
        _empty("environment"),
        "The environment is missing.",
        "Name product, version and platform, one a line, so that people see when this applies.",
        "advises",
    ),
    Check(
        "steps",
        "A long resolution has steps",
        "resolution",
        lambda content, longest: len(content.resolution) > longest and not _has_steps(content.resolution),
        "The resolution is one long text.",
        "Break it into numbered steps.",
        "advises",
        800,
        FIELD_LIMIT,
    ),
    Check(
        "same",
        "Issue and resolution say different things",
        "resolution",
        lambda content, _: (
            content.resolution.strip() != "" and content.resolution.strip() == content.issue.strip()
        ),
        "Issue and resolution say the same.",
        "Let the issue say what goes wrong and the resolution what to do.",
    ),
)


@dataclass(frozen=True)
class Standard:
    """What a desk decided about the checks, by their names; the others are as in the table."""

    levels: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)

    def level(self, check: Check) -> str:
        """Return what a check does: blocks, advises or off."""
        return self.levels.get(check.name, check.level)

    def number(self, check: Check) -> int:
        """Return from which number of characters a check speaks."""
        return self.numbers.get(check.name, check.number)

    def findings(self, content: Content) -> list[Finding]:
        """Return everything that the standard has to say, in the order of the table."""
        return self._found(content, ("blocks", "advises"))

    def blocking(self, content: Content) -> list[Finding]:
        """Return only what must be cured before an article may leave work in progress."""
        return self._found(content, ("blocks",))

    def _found(self, content: Content, levels: tuple[str, ...]) -> list[Finding]:
        return [
            Finding(check.field, check.message, check.cure.format(number=self.number(check)))
            for check in CHECKS
            if self.level(check) in levels and check.fails(content, self.number(check))
        ]


USUAL = Standard()


def decided_by(sessions: sessionmaker[Session], decide: Callable[[Session], Standard]) -> None:
    """Let these sessions know who decides about the standard; everybody who works in them follows it."""
    sessions.configure(info={**(sessions.kw.get("info") or {}), DECIDES: decide})


def of(db: Session) -> Standard:
    """Return the standard of this desk; the usual one where nobody decides."""
    decide: Callable[[Session], Standard] | None = db.info.get(DECIDES)
    return decide(db) if decide else USUAL


def _has_steps(text: str) -> bool:
    return any(line.lstrip()[:2] in ("1.", "1)", "- ", "* ") for line in text.splitlines())


def too_long(content: Content) -> list[Finding]:
    """Return the fields that cannot be stored as they are; nothing is ever cut silently."""
    limits = {"title": TITLE_LIMIT}
    return [
        Finding(
            name,
            f"This is {len(text):,} characters long; {limits.get(name, FIELD_LIMIT):,} fit.",
            "Shorten it.",
        )
        for name, text in content.values().items()
        if len(text) > limits.get(name, FIELD_LIMIT)
    ]
