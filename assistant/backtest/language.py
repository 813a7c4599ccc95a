"""Which language a text is in, as far as its script and its commonest words tell; pure. It would rather not say."""

import re
import unicodedata
from collections import Counter

UNCLEAR = ""
SCRIPTS = {  # the first word of a letter's name in Unicode -> language; where several share it, the likeliest
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "CJK": "Chinese",
    "CYRILLIC": "Cyrillic script",
    "GREEK": "Greek",
    "ARABIC": "Arabic script",
    "HEBREW": "Hebrew",
    "THAI": "Thai",
    "DEVANAGARI": "Devanagari script",
}
WORDS = {
    name: frozenset(words.split())
    for name, words in {
        "English": "the and is are was not it to of a in on at as an or for with when after since my we you this that"
        " can from has no i me do so",
        "German": "der die das und ist nicht ein eine ich wir mit auf nach seit wenn kann von zu den dem im für",
        "French": "le la les des et est pas un une je nous avec sur après depuis quand mon ne que pour dans du au",
        "Spanish": "el la los las y es no un una yo con en después desde cuando mi se que para por del al está",
        "Portuguese": "o a os as e é não um uma eu com em depois desde quando meu se que para por do da no na está",
        "Italian": "il lo la gli e è non un una io con su dopo da quando mio si che per del della nel alla sono",
        "Dutch": "de het een en is niet ik wij met op na sinds als kan van te mijn dat voor in maar wordt naar",
        "Swedish": "och är inte en ett jag vi med på efter sedan när kan av att min det som för den har från",
        "Danish": "og er ikke en et jeg vi med på efter siden når kan af at min det som for den har fra",
        "Polish": "i jest nie się na po od kiedy mój to że do w z jak dla przez ale mam czy",
    }.items()
}
SHARED = Counter(word for words in WORDS.values() for word in words)
FEWEST = 1.5  # common words that a language has to show; one that two languages have counts half for each
SHARE = 0.3  # of the letters, from which on a script tells


def of(text: str) -> str:
    """Return the language of a text, UNCLEAR when too little speaks for one, or as much for two."""
    letters = [letter for letter in text if letter.isalpha()]
    scripts = Counter(_script(letter) for letter in letters if not letter.isascii())
    written = {SCRIPTS[name]: count for name, count in scripts.items() if name in SCRIPTS}
    if "Japanese" in written:  # it is written with Chinese characters too
        written["Japanese"] += written.pop("Chinese", 0)
    name, count = max(written.items(), key=lambda one: one[1], default=(UNCLEAR, 0))
    return name if count > SHARE * len(letters) else _spoken(text)


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _spoken(text: str) -> str:
    words = Counter(re.findall(r"[^\W\d_]+", text.lower()))
    said = sorted(
        ((sum(words[word] / SHARED[word] for word in known), name) for name, known in WORDS.items()),
        reverse=True,
    )
    (most, name), (second, _) = said[0], said[1]
    return name if most >= FEWEST and most > second else UNCLEAR
