"""What differs between two texts about the same: versions, platforms, sites, error codes. Found, never guessed."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

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
    r"\b(?:0x[0-9a-f]{4,8}|[A-Z]{2,6}-\d{3,6}|KB\d{6,7}|(?:error|fehler|code)\s{0,2}[:#]?\s{0,2}\d{2,5})\b",
    re.IGNORECASE,
)
OUR_NUMBERS = ("INC-", "KB-")
SITE = re.compile(
    r"\b(?i:site|branch|building|plant)[ \t]{0,2}:?[ \t]{1,2}(?:in[ \t]{1,2})?([A-Z][\w-]{0,40}|\d{1,3}\b)"
    r"|\b(?!(?:The|This|That|Our|Your|My|Their|Home|Every|Each|One|At|In|From)\b)(?<![\w-])([A-Z][\w-]{1,40})"
    r"[ \t]{1,2}(?:office|site|branch|plant|building|warehouse)\b(?![ \t]{1,2}[A-Z\d])"
)
FLOOR = re.compile(r"\bfloor[ \t]{0,2}:?[ \t]{1,2}(\d{1,3})\b", re.IGNORECASE)
NUMBER = re.compile(r"\d{1,4}(?:\.\d+){1,3}\b")
VERSION = re.compile(
    r"(?<![\w+.-])([A-Za-z][\w+.-]{2,40})(?:\s{1,3}(?:version|v\.?|release|update))?\s{1,3}v?"
    rf"({NUMBER.pattern}(?:(?:\s{{0,3}}[,/]\s{{0,3}}|\s{{1,3}}(?:and|or|to|und|oder|bis)\s{{1,3}})v?{NUMBER.pattern})*)"
)
CLAUSE = re.compile(r"[.!?](?=\s)|[;\n]|,?\s(?:but|while|aber|mais|pero|mas)\s")
SPARED = re.compile(  # what a text says so of is named by it, and yet is not what it is about
    r"\b(?:not affected|unaffected|nicht betroffen|(?:non|pas) affectée?s?|no afectad[oa]s?|não afetad[oa]s?)\b",
    re.IGNORECASE,
)
FOLLOWS = re.compile(r"\s{0,2}(?:[:–]|(?:are|is|sind|ist|sont|est|son|es|são|é)\b)", re.IGNORECASE)
AFFECTED = re.compile(
    r".*\b(?:affected|affects|betroffen|affectée?s?|afectad[oa]s?|afetad[oa]s?)\b", re.IGNORECASE
)
LONGEST = 20_000  # characters of a text that are looked at; more is a log
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
    said, ours = _named(here[:LONGEST])
    about, spared = _parted(there[:LONGEST])
    pairs = [(name, mine, READ[name](about), READ[name](spared)) for name, mine in said.items() if mine]
    theirs = _versions(about) if ours else {}
    spelled = {product.lower(): product for product in ours}
    their_versions = {product.lower(): numbers for product, numbers in theirs.items()}
    numbers = {number: {number} for number in NUMBER.findall(spared)}
    pairs += [
        (product, ours[product], their_versions.get(low, {}), numbers)
        for low, product in sorted(spelled.items())
    ]
    return [told for pair in pairs if (told := _difference(*pair))]


def _difference(name: str, mine: Said, other: Said, spared: Said) -> Difference | None:
    """Return how what the other text is about differs from mine. spared: what it says is none of it."""
    ruled_out = {value: spared[value] for value in mine.keys() & spared.keys() - other.keys()}
    if mine.keys() & other.keys() or not (other or ruled_out):
        return None
    theirs = _listed([*other, *(f"not {value}" for value in ruled_out)])
    return Difference(name, _listed(mine), theirs, _words(mine), (*_words(other), *_words(ruled_out)))


def _parted(text: str) -> tuple[str, str]:
    """Return what a text is about, and what it says is not affected: after these words in a list, else before them."""
    if not SPARED.search(text):
        return text, ""
    about, spared = [], []
    for clause in CLAUSE.split(text):
        said = SPARED.search(clause)
        before, after = (clause[: said.start()], clause[said.end() :]) if said else (clause, "")
        listed, kept = FOLLOWS.match(after), AFFECTED.match(before)
        rest = kept.end() if kept else 0
        about += [before] if listed or not said else [before[:rest], after]
        spared += [] if not said else [after] if listed else [before[rest:]]
    return "\n".join(about), "\n".join(spared)


@lru_cache(maxsize=8)  # a question is compared with everything that it finds
def _named(text: str) -> tuple[dict[str, Said], dict[str, Said]]:
    """Return what a text is about, by the kind of what it names, and versions by their products."""
    about, _ = _parted(text)
    return {name: read(about) for name, read in READ.items()}, _versions(about)


def _codes(text: str) -> Said:
    found: dict[str, set[str]] = defaultdict(set)
    for match in CODE.finditer(text):
        code = re.sub(r"[\s:#]+", " ", match.group()).upper().replace("0X", "0x")
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


def _floors(text: str) -> Said:
    return {match.group(1): {match.group()} for match in FLOOR.finditer(text)}


def _versions(text: str) -> dict[str, Said]:
    versions: dict[str, dict[str, set[str]]] = {}
    spelled: dict[str, str] = {}  # however a product is capitalised, it is one product
    for product, numbers in VERSION.findall(text):
        named = versions.setdefault(spelled.setdefault(product.lower(), product), {})
        named.update({number: {number} for number in NUMBER.findall(numbers)})
    return dict(versions)


READ = {"code": _codes, "platform": _platforms, "site": _sites, "floor": _floors}


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))


def _words(said: Said) -> tuple[str, ...]:
    return tuple(sorted({" ".join(word.split()) for words in said.values() for word in words}))
