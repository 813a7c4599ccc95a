"""Personal data and secrets in a text: found, marked, and taken out. Deterministic, nothing is learned."""

import re
from collections.abc import Collection
from dataclasses import dataclass

DIGITS = re.compile(r"\D")


@dataclass(frozen=True)
class Mark:
    """A place in a text that should not travel. start, end: positions in characters."""

    start: int
    end: int
    kind: str
    text: str


def _luhn(number: str) -> bool:
    digits = [int(digit) for digit in DIGITS.sub("", number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


def _iban(text: str) -> bool:
    plain = text.replace(" ", "").upper()
    turned = plain[4:] + plain[:4]
    return 15 <= len(plain) <= 34 and int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def _phone(text: str) -> bool:
    return 9 <= len(DIGITS.sub("", text)) <= 15


GIVEN_AWAY = (
    r"(?i)\b(?:password|passwort|passwd|pwd|passphrase|pin|secret|token|api[ _-]?key)\b[\"']?"
    r"(?:\s*[:=]\s*|\s+(?:is|was|ist)\s+(?=[^\s\"',;<>]*[\d!#$%&*+?@^_~]))[\"']?"  # in prose it has a digit or a sign
    r"(?P<secret>(?!what\b|none\b|reset\b|expired\b)[^\s\"',;<>]{4,})"
)
# (what it is, how it looks, a second look where the pattern alone says too much); the first hit on a place wins
KINDS = (
    (
        "a private key",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
        None,
    ),
    (
        "a password or key",
        GIVEN_AWAY,
        None,
    ),
    (
        "an access key",
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bxox[abpr]-[A-Za-z0-9-]{10,}",
        None,
    ),
    ("an access key", r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}", None),
    ("a mail address", r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b", None),
    ("an account number", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", _iban),
    ("a card number", r"\b(?:\d[ -]?){12,18}\d\b", _luhn),
    ("a phone number", r"(?<![\w.:/-])(?:\+|00)\d[\d ()/.-]{7,18}\d\b", _phone),
    ("a phone number", r"(?<![\w.:/-])\(?0\d{1,4}\)?[ /-]\d[\d /-]{4,12}\d\b", _phone),
)
PATTERNS = tuple((kind, re.compile(pattern), check) for kind, pattern, check in KINDS)


def marks_in(text: str, names: Collection[str] = ()) -> list[Mark]:
    """Return the marked places of a text, in order, without overlaps.

    names: people's full names known from the incident; their parts of three letters or more are marked too.
    """
    found: list[Mark] = []
    for kind, pattern, check in (*PATTERNS, *_name_patterns(names)):
        for match in pattern.finditer(text):
            group = "secret" if "secret" in pattern.groupindex else 0
            start, end = match.span(group)
            if (check is None or check(match.group())) and not _overlaps(found, start, end):
                found.append(Mark(start, end, kind, match.group(group)))
    return sorted(found, key=lambda mark: mark.start)


def redact(text: str, names: Collection[str] = ()) -> str:
    """Return the text with every marked place replaced by what stood there, such as “[a mail address]”."""
    for mark in reversed(marks_in(text, names)):
        text = f"{text[: mark.start]}[{mark.kind}]{text[mark.end :]}"
    return text


def _name_patterns(names: Collection[str]) -> list[tuple[str, re.Pattern[str], None]]:
    patterns = []
    for name in names:
        parts = [re.escape(part) for part in name.split() if len(part) > 2]
        if parts:
            whole = re.escape(name.strip())
            patterns.append(("a person's name", re.compile(rf"\b(?:{whole}|{'|'.join(parts)})\b"), None))
    return patterns


def _overlaps(found: list[Mark], start: int, end: int) -> bool:
    return any(mark.start < end and start < mark.end for mark in found)
