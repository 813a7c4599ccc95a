"""What differs between two texts about the same symptom: versions, platforms, error codes. Found, never guessed."""

import re
from collections.abc import Iterable

PLATFORMS = {  # what people write -> what it is
    r"windows\s*11": "Windows 11",
    r"windows\s*10": "Windows 10",
    r"windows(?!\s*(?:10|11))": "Windows",
    r"mac\s?os|macbook|\bmac\b": "macOS",
    r"\bios\b|iphone|ipad": "iOS",
    r"android": "Android",
    r"linux|ubuntu|debian|fedora": "Linux",
    r"citrix": "Citrix",
}
CODE = re.compile(
    r"\b(?:0x[0-9a-f]{4,8}|[A-Z]{2,6}-\d{3,6}|KB\d{6,7}|(?:error|fehler|code)\s*[:#]?\s*\d{2,5})\b",
    re.IGNORECASE,
)
OUR_NUMBERS = ("INC-", "KB-")
VERSION = re.compile(
    r"\b([A-Za-z][\w+.-]{2,})(?:\s+(?:version|v\.?|release|update))?\s+v?(\d{1,4}(?:\.\d+){1,3})\b"
)


def between(here: str, there: str) -> list[str]:
    """Return, in words, what the other text says differently from this one; only where both say something."""
    found = []
    for name, read in (("error code", _codes), ("platform", _platforms)):
        mine, theirs = read(here), read(there)
        if mine and theirs and not mine & theirs:
            found.append(f"{name} {_listed(theirs)}, here {_listed(mine)}")
    their_versions = {product.lower(): numbers for product, numbers in _versions(there).items()}
    for product, mine in sorted(_versions(here).items()):
        theirs = their_versions.get(product.lower(), set())
        if theirs and not mine & theirs:
            found.append(f"{product} {_listed(theirs)}, here {_listed(mine)}")
    return found


def _codes(text: str) -> set[str]:
    codes = {re.sub(r"\s+", " ", match.group()).upper() for match in CODE.finditer(text)}
    return {code for code in codes if not code.startswith(OUR_NUMBERS)}


def _platforms(text: str) -> set[str]:
    low = text.lower()
    found = {platform for pattern, platform in PLATFORMS.items() if re.search(pattern, low)}
    # “Windows” alone agrees with every Windows, so it is no difference to a named one.
    return found - {"Windows"}


def _versions(text: str) -> dict[str, set[str]]:
    versions: dict[str, set[str]] = {}
    spelled: dict[str, str] = {}  # however a product is capitalised, it is one product
    for product, number in VERSION.findall(text):
        versions.setdefault(spelled.setdefault(product.lower(), product), set()).add(number)
    return versions


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
