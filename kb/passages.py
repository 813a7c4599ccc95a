"""How an item's text is cut into the passages that are embedded; pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from index.identifiers import identifiers
from kb.corpus import Passage

TITLE, HEADLINE = "title", "headline"
NAMING = (TITLE, HEADLINE)  # the part that an item goes by; the headline is a part of its text as well
LARGEST_ID = 2**31 - 1
WORDS = 200  # about what a small model reads at once
NAMED_WORDS = 3  # a question of so few words with an identifier asks for what bears it
NUMBERS = {"article": "KB", "incident": "INC"}  # how people quote an item
EXCERPT = 240  # characters of a passage that are shown as the reason
BEFORE = 6  # words shown before the first term
MOST = 60  # passages of one item: beyond, a text is a log or a book
HEADLINE_WORDS = 14  # that say what a text without a title is about
LONGEST_HEADLINE = 120  # characters


@dataclass(frozen=True)
class Piece:
    """One passage as it is embedded.

    lead: the item's title, which the model reads before the text so that a piece from the middle knows its subject.
    """

    part: str
    ordinal: int
    lead: str
    text: str

    @property
    def read(self) -> str:
        """What the model reads."""
        return f"{self.lead}\n{self.text}" if self.lead else self.text

    @property
    def digest(self) -> str:
        """SHA-256 of what the model reads: equal digests have equal vectors."""
        return sha256(self.read.encode("utf-8", "surrogatepass")).hexdigest()


def number_of(corpus: str, item_id: int) -> str:
    """Return the number that people quote, such as INC-000042."""
    return f"{NUMBERS.get(corpus, corpus)}-{item_id:06d}"


def id_numbered(corpus: str, text: str) -> int | None:
    """Return the id that a text is the number of: INC-000042, inc 42, #42 and 42 all mean the same incident."""
    number = re.fullmatch(rf"(?:{NUMBERS[corpus]}[-\s]?|#)?0*(\d{{1,9}})[?!.]?", text.strip(), re.IGNORECASE)
    return int(number[1]) if number else None


def asks_for_number(text: str) -> bool:
    """Say whether a short text can only mean a number of ours: INC-42, kb 7, #42; not 1603 or KB5034441."""
    ours = re.fullmatch(
        r"(?:(?:INC|KB)[-\s]|INC|KB(?=0)|#)\d{1,9}[?!.]?|KB\d{1,3}", text.strip(), re.IGNORECASE
    )
    return bool(ours) or (len(text.split()) <= NAMED_WORDS and bool(items_numbered(text)))


def items_numbered(text: str) -> dict[str, str]:
    """Return the items that a text quotes by number, with that number, both as the index writes them."""
    corpora = {number.lower(): corpus for corpus, number in NUMBERS.items()}
    quoted = (name.partition("-") for name in identifiers(text))
    return {
        f"{corpora[kind]}:{number}": f"{kind}-{number}"
        for kind, _, number in quoted
        if kind in corpora and number.isdigit() and int(number) <= LARGEST_ID
    }


def headline(text: str) -> str:
    """Return what a text is about: its first line, or its first words where that line is the text itself."""
    first, _, rest = text.strip().partition("\n")
    return first[:LONGEST_HEADLINE].strip() if rest.strip() else " ".join(first.split()[:HEADLINE_WORDS])


def cut(passages: Sequence[Passage]) -> list[Piece]:
    """Cut an item's text: its title by itself, then every part in pieces of at most 200 words, title included.

    An item without a title goes by its headline.
    """
    title = " ".join(text.text for text in passages if text.part == TITLE).strip()
    lead = " ".join(title.split()[: WORDS // 4])
    about = title or headline("\n".join(text.text for text in passages))
    pieces = [Piece(TITLE if title else HEADLINE, 0, "", about)] if about else []
    counts: dict[str, int] = {}
    for passage in passages:
        if passage.part != TITLE:
            for text in _windows(passage.text, WORDS - len(lead.split())):
                ordinal = counts.get(passage.part, 0)
                counts[passage.part] = ordinal + 1
                pieces.append(Piece(passage.part, ordinal, lead, text))
    return pieces[:MOST]


def excerpt(text: str, terms: Sequence[str], longest: int = EXCERPT) -> str:
    """Return the stretch of a text, cut between words, with the most different terms; … stands for what is left out.

    longest: characters.
    """
    words = text.split()
    wanted = [term.lower() for term in terms]
    said = [{term for term in wanted if term in word} for word in text.lower().split()]
    starts = [0, *(max(0, place - BEFORE) for place, found in enumerate(said) if found)]
    ends = {start: _end(words, start, longest) for start in starts}
    best = max(starts, key=lambda start: (len(set().union(*said[start : ends[start]])), -start), default=0)
    before, after = "… " if best else "", " …" if ends.get(best, 0) < len(words) else ""
    return f"{before}{' '.join(words[best : ends.get(best, 0)])}{after}"


def _end(words: Sequence[str], start: int, longest: int) -> int:
    """Return the place of the first word after start that does not fit any more."""
    taken = 0
    for place in range(start, len(words)):
        taken += len(words[place]) + 1
        if taken > longest + 1 and place > start:
            return place
    return len(words)


def _windows(text: str, words: int) -> list[str]:
    """Gather lines while they fit; a line that is too long is cut between words."""
    windows: list[list[str]] = [[]]
    taken = 0
    for line in _lines(text, words):
        size = len(line.split())
        if taken + size > words:
            windows.append([])
            taken = 0
        windows[-1].append(line)
        taken += size
    joined = ("\n".join(lines).strip() for lines in windows)
    return [window for window in joined if window]


def _lines(text: str, words: int) -> Iterator[str]:
    for line in text.splitlines():
        said = line.split()
        if len(said) <= words:
            yield line
        else:
            yield from (" ".join(said[start : start + words]) for start in range(0, len(said), words))
