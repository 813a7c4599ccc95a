"""Names that mean one thing: numbers of incidents and articles, error codes, updates, hosts, serials, versions."""

import re

MAX_IDENTIFIERS = 200  # of one text: a pasted log must not become an index of its own

KINDS = {  # each looks at a bounded stretch: a pasted log may be one long run of letters and hyphens
    "number": r"\b(?:INC-?\d{1,10}|KB-\d{1,10}|KB0\d{1,9}|(?:PRB|CHG|REQ|RITM|TASK)-?\d{3,10})\b",
    "update": r"\bKB\d{4,8}\b",
    "hexadecimal": r"\b0x[0-9a-f]{3,16}\b",
    "vulnerability": r"\bCVE-\d{4}-\d{4,7}\b",
    "error code": r"\b[A-Z]{2,8}-\d{3,6}\b",
    "named code": r"(?-i:\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b)",
    "address": r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
    "version": r"\bv?\d{1,5}\.\d{1,6}(?:\.\d{1,6}){1,2}(?:-[a-z0-9.]{1,12})?\b",
    "host": r"\b(?=[a-z0-9-]{0,79}\d)[a-z][a-z0-9]{1,14}(?:-[a-z0-9]{1,14}){1,4}\b",
    "full host name": r"\b[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9][a-z0-9-]{0,62}){2,6}\b",
    "serial": r"\b(?=[A-Z0-9]*\d[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])[A-Z0-9]{7,20}\b",
}
_PATTERN = re.compile("|".join(f"(?:{pattern})" for pattern in KINDS.values()), re.IGNORECASE)
# KB5034441 is an update by another maker; KB-42 and KB000042 are ours.
_NUMBER = re.compile(r"(?:(INC|PRB|CHG|REQ|RITM|TASK|KB-|KB(?=0))-?)0*(\d+)", re.IGNORECASE)


def identifiers(text: str) -> list[str]:
    """Return the identifiers in a text, each once, in their order, written in one way (INC-000042 as inc-42)."""
    found = dict.fromkeys(_normal(match.group()) for match in _PATTERN.finditer(text[:200_000]))
    return list(found)[:MAX_IDENTIFIERS]


def _normal(name: str) -> str:
    number = _NUMBER.fullmatch(name)
    if number:
        return f"{number[1].rstrip('-')}-{number[2]}".lower()
    return name.lower().removeprefix("v") if name[:1] in "vV" and name[1:2].isdigit() else name.lower()
