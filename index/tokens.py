"""How text becomes words that can be counted: the same for what is stored and what is asked."""

import re
import unicodedata
from collections.abc import Iterable

import tantivy

from index.runs import RUN

MAX_WORD = 60  # longer runs are encoded data, not words
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^A-Za-z\d]+")
_SAID = re.compile(r"\w[\w'-]+")
_CAMEL = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]")
STOP = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be but by for if in into is it no not of on or such that the their then there these they"
        " this to was will with i me my we you your he she do does did can could would should how what when where"
        " which who why am been being has have had from so any some"
        " arent cant couldnt didnt doesnt dont hasnt havent isnt shouldnt wasnt wont wouldnt",
    )
)

_stem = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    .filter(tantivy.Filter.lowercase())
    .filter(tantivy.Filter.ascii_fold())
    .filter(tantivy.Filter.stemmer("english"))
    .build()
)


def stems(text: str) -> list[str]:
    """Return the word stems of a text in their order, without stop words.

    A name such as diskFull gives itself and its parts; scripts without spaces give pairs of characters.
    """
    words: list[str] = []
    for run in RUN.findall(unicodedata.normalize("NFKC", text)):
        words += _words_of(run)
    stemmed: list[str] = _stem.analyze(" ".join(words))
    return stemmed


def stems_of(words: Iterable[str]) -> dict[str, list[str]]:
    """Return plain words, in small letters and in their order, by their stems."""
    kept = sorted(set(words) - STOP)
    found: dict[str, list[str]] = {}
    for stem, word in zip(_stem.analyze(" ".join(kept)), kept, strict=True):
        found.setdefault(stem, []).append(word)
    return found


def last_word(text: str) -> tuple[str, str]:
    """Return the word at the very end of a text as it begins stems, and its own stem; empty when none ends there."""
    found = re.search(r"[A-Za-z]{2,60}\Z", text)
    own = stems(found[0]) if found else []
    return (found[0].lower(), own[0]) if found and len(own) == 1 else ("", "")


def words_behind(text: str) -> dict[str, str]:
    """Return the plain words of a text, in small letters, by their stems."""
    runs = [run.lower() for run in RUN.findall(text) if run.isascii() and run.isalpha()]
    return {own[0]: run for run in runs if len(own := stems(run)) == 1}


def words_by_stem(text: str) -> dict[str, list[str]]:
    """Return the words of a text, in small letters and in their order, by each of their stems."""
    behind: dict[str, list[str]] = {}
    for word in dict.fromkeys(_SAID.findall(text)):
        for stem in stems(word):
            behind.setdefault(stem, []).append(word.lower())
    return {stem: list(dict.fromkeys(words)) for stem, words in behind.items()}


def _words_of(piece: str) -> list[str]:
    if piece[0] > "\u3000":
        return [piece[at : at + 2] for at in range(max(1, len(piece) - 1))]
    if len(piece) > MAX_WORD or piece.lower() in STOP:
        return []
    return [piece, *_PARTS.findall(piece)] if _CAMEL.search(piece) else [piece]
