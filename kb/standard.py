"""The content standard: what a good article has, as a table of checks that yield findings with their cure."""

from collections.abc import Callable
from dataclasses import dataclass

from kb.article import Content
from kb.errors import Finding

LONG_TITLE = 120
TITLE_LIMIT = 300
FIELD_LIMIT = 200_000


@dataclass(frozen=True)
class Check:
    """One question to an article. fails: says whether the content does not pass. blocks: it must be cured first."""

    field: str
    fails: Callable[[Content], bool]
    message: str
    cure: str
    blocks: bool = True


def _empty(field: str) -> Callable[[Content], bool]:
    return lambda content: not getattr(content, field).strip()


CHECKS = (
    Check("title", _empty("title"), "The title is missing.", "Name the main issue and where it happens."),
    Check(
        "title",
        lambda content: len(content.title) > TITLE_LIMIT,
        f"The title is longer than {TITLE_LIMIT} characters.",
        "Move the details into the issue.",
    ),
    Check(
        "issue",
        _empty("issue"),
        "The issue is missing.",
        "Say in the words of the person who asked what goes wrong.",
    ),
    Check(
        "resolution",
        _empty("resolution"),
        "The resolution is missing.",
        "Write the steps that restore the service.",
    ),
    Check(
        "title",
        lambda content: LONG_TITLE < len(content.title) <= TITLE_LIMIT,
        "The title is long for a list of results.",
        f"Keep it under {LONG_TITLE} characters.",
        blocks=False,
    ),
    Check(
        "environment",
        _empty("environment"),
        "The environment is missing.",
        "Name product, version and platform, one a line, so that people see when this applies.",
        blocks=False,
    ),
    Check(
        "resolution",
        lambda content: len(content.resolution) > 800 and not _has_steps(content.resolution),
        "The resolution is one long text.",
        "Break it into numbered steps.",
        blocks=False,
    ),
    Check(
        "resolution",
        lambda content: (
            content.resolution.strip() != "" and content.resolution.strip() == content.issue.strip()
        ),
        "Issue and resolution say the same.",
        "Let the issue say what goes wrong and the resolution what to do.",
    ),
)


def _has_steps(text: str) -> bool:
    return any(line.lstrip()[:2] in ("1.", "1)", "- ", "* ") for line in text.splitlines())


def findings(content: Content) -> list[Finding]:
    """Return everything that the content standard has to say, in the order of the table."""
    return [_finding(check) for check in CHECKS if check.fails(content)]


def blocking(content: Content) -> list[Finding]:
    """Return only what must be cured before an article may leave work in progress."""
    return [_finding(check) for check in CHECKS if check.blocks and check.fails(content)]


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


def _finding(check: Check) -> Finding:
    return Finding(check.field, check.message, check.cure)
