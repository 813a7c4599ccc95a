"""What differs between two texts about the same: versions, platforms, sites, error codes. Found, never guessed."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
SITE = re.compile(
    r"\b(?i:site|branch|building|plant|floor)[ \t]*:?[ \t]+(?:in[ \t]+)?([A-Z][\w-]*|\d{1,3}\b)"
    r"|\b(?!(?:The|This|That|Our|Your|My|Their|Home|Every|Each|One|At|In|From)\b)([A-Z][\w-]+)"
    r"[ \t]+(?:office|site|branch|plant|building|warehouse)\b"
)
NUMBER = re.compile(r"\d{1,4}(?:\.\d+){1,3}\b")
VERSION = re.compile(
    r"\b([A-Za-z][\w+.-]{2,})(?:\s+(?:version|v\.?|release|update))?\s+v?"
    rf"({NUMBER.pattern}(?:(?:\s*[,/]\s*|\s+(?:and|or|to|und|oder|bis)\s+)v?{NUMBER.pattern})*)"
)
Said = Mapping[str, set[str]]  # what a text names, each with the words in which it does


@dataclass(frozen=True)
class Difference:
    """Something that both texts name and name differently. here, there: the words in which they do."""

    what: str
    ours: str
    theirs: str
    here: tuple[str, ...] = ()
    there: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.what} {self.theirs}, here {self.ours}"


def between(here: str, there: str) -> list[Difference]:
    """Return what the other text says differently from this one; only where both say something."""
    said = {name: read(here) for name, read in READ.items()}
    pairs = [(name, mine, READ[name](there)) for name, mine in said.items() if mine]
    ours = _versions(here)
    theirs = _versions(there) if ours else {}
    spelled = {product.lower(): product for product in ours}
    their_versions = {product.lower(): numbers for product, numbers in theirs.items()}
    pairs += [
        (product, ours[product], their_versions.get(low, {})) for low, product in sorted(spelled.items())
    ]
    return [
        Difference(name, _listed(mine), _listed(other), _words(mine), _words(other))
        for name, mine, other in pairs
        if other and not mine.keys() & other.keys()
    ]


def _codes(text: str) -> Said:
    found: dict[str, set[str]] = defaultdict(set)
    for match in CODE.finditer(text):
        code = re.sub(r"\s+", " ", match.group()).upper()
        if not code.startswith(OUR_NUMBERS):
            found[code].add(match.group())
    return found


def _platforms(text: str) -> Said:
    low = text.lower()
    found = {platform: set(re.findall(pattern, low)) for pattern, platform in PLATFORMS.items()}
    # “Windows” alone agrees with every Windows, so it is no difference to a named one.
    return {platform: words for platform, words in found.items() if words and platform != "Windows"}


def _sites(text: str) -> Said:
    found: dict[str, set[str]] = defaultdict(set)
    for match in SITE.finditer(text):
        found[match.group(1) or match.group(2)].add(match.group())
    return found


def _versions(text: str) -> dict[str, Said]:
    versions: dict[str, dict[str, set[str]]] = {}
    spelled: dict[str, str] = {}  # however a product is capitalised, it is one product
    for product, numbers in VERSION.findall(text):
        named = versions.setdefault(spelled.setdefault(product.lower(), product), {})
        named.update({number: {number} for number in NUMBER.findall(numbers)})
    return dict(versions)


READ = {"error code": _codes, "platform": _platforms, "site": _sites}


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))


def _words(said: Said) -> tuple[str, ...]:
    return tuple(sorted({" ".join(word.split()) for words in said.values() for word in words}))
