"""Words as people mistype them: which other spellings are near, the nearest ones first; pure.

Spellings are made and looked up one by one, so nothing but a word that an allowed item has can come back.
"""

import re
from collections.abc import Mapping

from index.runs import RUN

LETTERS = "abcdefghijklmnopqrstuvwxyz"
VOWELS = "aeiou"
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEIGHBOURS = {  # of each key, those that a finger may meet instead
    letter: {
        other
        for near, row in enumerate(KEYS)
        for at, other in enumerate(row)
        if other != letter and abs(near - line) <= 1 and abs(at - place) <= 1
    }
    for line, keys in enumerate(KEYS)
    for place, letter in enumerate(keys)
}
SHORTEST = 3  # letters: shorter words have too many neighbours
SHORT = 3  # letters of a word in which only a letter that is missing and two that are swapped are looked for
SHORTEST_TWICE = 7  # letters of a word in which two slips are looked for
LONGEST = 24
ELSEWHERE = frozenset(  # what people of other languages say all the time
    re.findall(
        r"\w+",
        # German
        " nicht und ist ich auf dem den der das ein eine einen kein keine auch mich mir wir sie sich bei"
        " beim nach noch nur oder aber kann wird wurde haben sind mehr seit immer nichts geht warum zum"
        " zur vom"
        # French
        " les des une pas est sur dans pour avec mais nous vous mon mes ses qui que quand suis peut plus"
        " tous toujours depuis encore fait rien aucun faire"
        # Spanish
        " los las una uno del por para pero cuando como esta este esto muy puedo puede tengo tiene sin"
        " desde nada siempre porque donde hacer"
        # Portuguese
        " uma meu minha mas nem pelo pela isso isto ele ela seu sua foi ser ter quando tenho posso pode"
        " depois sempre sem fazer"
        # Italian
        " che non per gli della dello delle sono anche questo questa dopo mio mia dal nel alla senza"
        " ancora fare"
        # Dutch
        " het een niet van voor naar bij maar ook mijn wij zijn heeft kan wordt als geen meer altijd"
        " waarom sinds"
        # Polish
        " nie jest jak ale dla czy przez mam moje nic tylko juz jestem"
        # Swedish
        " och det jag med till har ett min mitt efter inget alltid",
    )
)


def can_be_respelled(word: str) -> bool:
    """Say whether a word may be a mistyped one: letters only, neither short nor endless; codes mean what they say."""
    return SHORTEST <= len(word) <= LONGEST and word.isascii() and word.isalpha()


def respelled(text: str, spelled: Mapping[str, str]) -> str:
    """Return a text with other spellings of some words, which are given in small letters."""
    if not spelled:
        return text
    return RUN.sub(lambda found: spelled.get(found[0].lower(), found[0]), text)


def one_slip(word: str) -> set[str]:
    """Return every spelling that one letter left out, put in, changed, or two swapped letters lead to."""
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    left_out = {before + after[1:] for before, after in splits if after}
    put_in = {before + letter + after for before, after in splits for letter in LETTERS}
    changed = {before + letter + after[1:] for before, after in splits if after for letter in LETTERS}
    return (left_out | put_in | changed | _swapped(splits)) - {word}


def is_short(word: str) -> bool:
    """Say whether a word is so short that a changed letter makes it any other one."""
    return len(word) <= SHORT


def hasty_slip(word: str) -> set[str]:
    """Return those that a hasty hand leads to: letters swapped, doubled or lost, a key beside, another vowel.

    Of a short word only those with its letters swapped, or with one more.
    """
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    put_in = {before + letter + after for before, after in splits for letter in LETTERS}
    if is_short(word):
        return (put_in | _swapped(splits)) - {word}
    single = {before + after[1:] for before, after in splits if before and after and before[-1] == after[0]}
    changed = {before + key + after[1:] for before, after in splits if after for key in _instead(after[0])}
    return (single | put_in | changed | _swapped(splits)) - {word}


def hasty_typing(word: str) -> set[str]:
    """Return what a hasty hand makes of a word: those from which hasty_slip leads back to it."""
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    lost = {before + after[1:] for before, after in splits if after}
    doubled = {before + before[-1] + after for before, after in splits if before}
    changed = {before + key + after[1:] for before, after in splits if after for key in _instead(after[0])}
    longer = {typed for typed in doubled | changed if not is_short(typed)}
    return (lost | longer | _swapped(splits)) - {word}


def two_slips(word: str) -> set[str]:
    """Return the spellings that two usual slips lead to: swapped, doubled, dropped letters, other vowels."""
    if len(word) < SHORTEST_TWICE:
        return set()
    return {twice for once in _usual(word) for twice in _usual(once)} - {word}


def _usual(word: str) -> set[str]:
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    left_out = {before + after[1:] for before, after in splits if after}
    doubled = {before + after[0] + after for before, after in splits if after}
    vowels = {
        before + vowel + after[1:]
        for before, after in splits
        if after and after[0] in VOWELS
        for vowel in VOWELS
    }
    missing = {
        before + vowel + after
        for before, after in splits
        if before and after and not {before[-1], after[0]} & set(VOWELS)
        for vowel in VOWELS
    }
    return left_out | doubled | vowels | missing | _swapped(splits)


def _instead(letter: str) -> set[str]:
    return NEIGHBOURS.get(letter, set()) | (set(VOWELS) if letter in VOWELS else set())


def _swapped(splits: list[tuple[str, str]]) -> set[str]:
    return {before + after[1] + after[0] + after[2:] for before, after in splits if len(after) > 1}
