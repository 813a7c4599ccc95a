"""What somebody types into the search box: words, phrases, words to leave out, operators with values; pure.

Every text is a query, and nothing of it is lost: what is no operator is a word.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

OPERATORS = {  # name -> what it asks, as people read it
    "kind": "incident, article, person or service",
    "state": "how far an incident is, or an article can be trusted",
    "service": "a service",
    "priority": "P1 to P4",
    "group": "an assignment group",
    "assignee": "who works on it",
    "requester": "who is hurt",
    "category": "a category, with those below it",
    "item": "a configuration item, such as a device",
    "after": "recorded or changed on this day or later",
    "before": "recorded or changed before this day",
}
WORD, PHRASE, WITHOUT = "word", "phrase", "without"
PROSE = 20  # words: in a longer text quotes, hyphens and colons are somebody's punctuation, not a wish
QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))  # as phones and word processors write them
NAMES = "|".join(OPERATORS)
TOKEN = re.compile(
    rf"""
      (?P<name>{NAMES}):(?:"(?P<quoted>[^"]*)(?:"|\Z)|(?P<value>[^\s"]\S*))
    | -(?:"(?P<lacking>[^"]*)"|(?P<without>\w\S*))
    | "(?P<phrase>[^"]*)"
    | -?"                                # never closed: no more than a speck
    | (?P<word>\S+)
    """,
    re.IGNORECASE | re.VERBOSE,
)
UNKNOWN = re.compile(r"(?P<name>[a-z]{2,}):[^\W\d_]", re.IGNORECASE)
BEGUN = re.compile(
    rf'(?<!\S)(?:(?P<name>{NAMES}):(?:"(?P<quoted>[^"]*)|(?P<value>[^\s"]*))|(?P<word>[a-z]+))\Z',
    re.IGNORECASE,
)
BARE = re.compile(r'[^\s"]\S*')  # a value that needs no quotes
LACKED = re.compile(r"\w\S*")  # a word to leave out that needs none


@dataclass(frozen=True)
class Term:
    """A piece of a query. by: WORD, PHRASE, WITHOUT, or the name of an operator."""

    by: str
    value: str

    def __str__(self) -> str:
        quoted = f'"{self.value}"'
        if self.by == WORD:
            return self.value
        if self.by == PHRASE:
            return quoted
        if self.by == WITHOUT:
            return f"-{self.value if LACKED.fullmatch(self.value) else quoted}"
        return f"{self.by}:{self.value if BARE.fullmatch(self.value) else quoted}"


@dataclass(frozen=True)
class Query:
    """A text, piece by piece in its order; as a string it is a text that means the same."""

    terms: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    @property
    def text(self) -> str:
        """What is asked of the index: words and phrases, without operators and what is left out."""
        return " ".join(self.values(WORD, PHRASE))

    @property
    def clauses(self) -> dict[str, list[str]]:
        """The values of each operator that is used."""
        used = dict.fromkeys(term.by for term in self.terms if term.by in OPERATORS)
        return {name: self.values(name) for name in used}

    def values(self, *by: str) -> list[str]:
        """Return the values of some pieces, in their order."""
        return [term.value for term in self.terms if term.by in by]

    def unknown(self) -> list[str]:
        """Return what looks like an operator and is none; it counts as a word. A longer text is no place for one."""
        words = self.values(WORD) if len(self.terms) <= PROSE else []
        return list(dict.fromkeys(word["name"] for word in map(UNKNOWN.match, words) if word))

    def toggled(self, term: Term) -> "Query":
        """Return the query with a piece more, or without it where it is there already."""
        rest = tuple(one for one in self.terms if not _same(one, term))
        return Query(rest if len(rest) < len(self.terms) else (*rest, term))


@dataclass(frozen=True)
class Begun:
    """What is being typed at the end of a text. name: of its operator, empty for a word; before: what stands there."""

    before: str
    name: str
    typed: str


def parse(text: str) -> Query:
    """Return what a text asks."""
    return Query(tuple(_terms(text)))


def begun(text: str) -> Begun | None:
    """Return the word or the value that a text ends in the midst of."""
    at = BEGUN.search(text.translate(QUOTES))
    if at is None:
        return None
    typed = next(part for part in (at["quoted"], at["value"], at["word"]) if part is not None)
    return Begun(text[: at.start()], (at["name"] or "").casefold(), typed)


def plainly(text: str, longest: int) -> str:
    """Return as many words of a text as fit, written so that each is a word of a query and nothing else."""
    apart = re.sub(r"([a-z]+):", r"\1: ", text.replace('"', " "), flags=re.IGNORECASE)
    words = [word.lstrip("-") for word in apart.split()]
    cut = " ".join(filter(None, words))[: longest + 1]
    return cut if len(cut) <= longest else cut.rpartition(" ")[0] or cut[:longest]


def _terms(text: str) -> Iterator[Term]:
    tokens = list(TOKEN.finditer(text.translate(QUOTES)))
    prose = len(text.split()) > PROSE
    asked = _at_its_ends(tokens) if prose else tokens
    for token in tokens:
        sort = token.lastgroup or ""
        value = " ".join(token[sort].split()) if sort else ""
        if token["name"] and token in asked:
            yield Term(token["name"].casefold(), value)
        elif prose:
            said = token[0].replace('"', " ") if token["name"] else value
            yield from (Term(WORD, word) for word in said.split())
        elif value:
            yield Term({"lacking": WITHOUT}.get(sort, sort), value)


def _at_its_ends(tokens: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    """Return the operators before a long text and after it, as this page writes them; others are its own."""
    ends: list[re.Match[str]] = []
    for side in (tokens, tokens[::-1]):
        ends += takewhile(lambda token: token["name"] in OPERATORS, side)
    return ends


def _same(one: Term, other: Term) -> bool:
    return one.by == other.by and one.value.casefold() == other.value.casefold()
