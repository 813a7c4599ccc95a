"""What differs between two texts about the same: versions, platforms, sites, error codes. Found, never guessed."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache


def _unless_after(words: Iterable[str], word: str) -> str:
    """Return a pattern that refuses a word, where it ends, after one of these."""
    return "".join(rf"(?<!\b{before}[\s/-]{word})" for before in words)


NO_MAC_BEFORE = (
    "adresse",
    "adresses",
    "dirección",
    "endereço",
    "filtro",
    "filtrado",
    "filtre",
    "filtrage",
    "ip",
)
NO_MAC = (  # MAC-Adresse, MAC filter, MAC 00:1A:2B: what a network card is called by
    r"[\s/-]{1,2}(?:addr|adress|ip\b|id\b|filter|tab(?:le|elle)\b|auth|bas(?:ed|iert)|bypass|layer|list"
    r"|block|lock|spoof|flood|learn|lookup|random|limit|acl\b)|:?\s{0,2}[\da-f]{2}[:-][\da-f]{2}"
)
PLATFORMS = {  # what people write -> what it is; “Windows” alone agrees with every Windows
    r"windows\s*11": "Windows 11",
    r"windows\s*10": "Windows 10",
    rf"mac(?:\s?os|book|\b(?<=\bmac){_unless_after(NO_MAC_BEFORE, 'mac')}(?!{NO_MAC}))": "macOS",
    r"i(?:os\b(?<=\bios)(?<!cisco[\s-]ios)(?![\s-]?x[er]\b)|phone|pad)": "iOS",  # Cisco’s runs switches
    r"android": "Android",
    r"linux|ubuntu|debian|fedora": "Linux",
    r"citrix": "Citrix",
}
UNITS = (  # what makes a number an amount; none is a word that may follow a version, such as times or users
    r"[kmgtp]i?b|[kmg]bit|[kmg]bps|bytes?|[kmg]?hz|secs?|seconds|sekunden?|mins?|minutes?|minuten|minutos"
    r"|hours?|hrs|stunden?|heures?|horas?|uhr|pm|days?|tagen?|jours?|días?|dias|weeks?|wochen?|semaines?"
    r"|semanas?|months?|monaten?|mois|meses|years?|jahren?|años?|anos|[kmc]m|mm|kg|inch|inches|zoll|px|dpi"
    r"|eur|usd|gbp|chf|brl|euros?|dollars?|reais|percent|prozent"
)
SYMBOLS = r"ms|[smh]|m?[VAW]|kVA?|k?Wh|m?Ah|AM|dBm?|[KMG]o"  # in these letters only: not “a”, not “MS”
SIGNS = "[%‰€$£°]"
ENDS = r"(?![\w'’]|-\d)"  # of a unit: not “s’affiche”, not KB-000003
GAP = r"[^\S\n]"  # what follows in another line belongs to something else
OTHER_CODES = ("area", "country", "dial", "door", "pin", "post", "postal", "zip", "cost", "colour", "color")
CODE = re.compile(  # the group is what tells a code from others of its form
    r"\b(?:(?:(?:error|fehler|erreur|erro)(?:[\s-]?(?:code|number|nummer|n[or]\.))?|c[oó]digo"
    rf"|code{_unless_after(OTHER_CODES, 'code')})"
    rf"\s{{0,2}}[:#=]?\s{{0,2}}(\d{{2,5}})\b(?![.,:/-]\d{{1,2}}\b|{GAP}?(?:(?:{UNITS}){ENDS}|{SIGNS}))"
    r"|(0x[0-9a-f]{4,8}|KB[1-9]\d{5,6}|CVE-\d{4}-\d{4,7})\b"
    r"|((?-i:[A-Z]{2,6}|[a-z]{2,6})-\d{3,6})\b(?!-\d))",
    re.IGNORECASE,
)
FORM = re.compile(r"0X|\D*")  # only codes of one form are alternatives: 0x80070005, LT-20981, 1603
NO_CODES = frozenset(  # what stands before a number of something else
    re.findall(
        r"\w+",
        "INC KB REQ RITM TASK SCTASK CTASK CHG CHANGE CRQ CR RFC PRB PBI PKE TKT TICKET CASE CALL CS SR WO"
        " PO SD HD IM BUG ISSUE REF ROOM RAUM SALLE SALA FLOOR ETAGE DESK PLATZ SEAT RACK BAY GATE DOOR TEL"
        " FAX EXT PHONE ISO DIN IEEE SHA AES RSA AVX UTF WPA COVID JAN FEB MAR APR MAY MAI JUN JUL AUG SEP"
        " OCT OKT NOV DEC DEZ",
    )
)
SITE = re.compile(
    r"\b(?i:site|branch|building|plant)[ \t]{0,2}:?[ \t]{1,2}(?:in[ \t]{1,2})?([A-Z][\w-]{0,40}|\d{1,3}\b)"
    r"|\b(?!(?:The|This|That|Our|Your|My|Their|Home|Every|Each|One|At|In|From)\b)(?<![\w-])([A-Z][\w-]{1,40})"
    r"[ \t]{1,2}(?:office|site|branch|plant|building|warehouse)\b(?![ \t]{1,2}[A-Z\d])"
)
FLOOR = re.compile(r"\bfloor[ \t]{0,2}:?[ \t]{1,2}(\d{1,3})\b", re.IGNORECASE)
NO_VERSION = (  # days, months and addresses
    r"(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|[12]\d|3[01])\.(?:19|20)\d\d",  # 12.03.2024, 3.12.2024
    r"(?:0[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])\.\d\d",  # 01.02.24; 3.12.4 is a version
    r"(?:19|20)\d\d\.(?:0[1-9]|1[0-2])\.(?:0[1-9]|[12]\d|3[01])",  # 2024.03.12; 2023.3.4 is a version
    r"(?:0[1-9]|1[0-2])\.20[1-4]\d",  # 03.2024
    r"(?:10|1\d\d|2[0-4]\d|25[0-5])(?:\.(?:2[0-4]\d|25[0-5]|1?\d?\d)){3}",  # 192.168.1.20, not 2.9.10.3
)
AMOUNT = (  # after a number: 2.5 GB, 2.5-3.5 GB, 10.30 to 11.30 h
    rf"(?:(?:[-–/]|{GAP}(?:to|bis|à|a){GAP})\d[\d.]{{0,9}})?"
    rf"(?:{GAP}|-)?(?:(?:(?i:{UNITS})|{SYMBOLS}){ENDS}|{SIGNS})"
)
NUMBER = re.compile(  # neither a part of a longer one nor of 1.234,50, 4.5/5 or 10.30:15
    rf"(?=\d)(?<!\d)(?<!\d\.)(?!(?:{'|'.join(NO_VERSION)})(?!\.?\w))"
    r"\d{1,4}\.\d{1,6}(?:(?:\.\d{1,6}){1,2}[a-z]?)?"
    rf"(?!\.?\w|:\d|[,/]\d{{1,6}}(?!\.?\d)|{AMOUNT})"
)
NO_PRODUCTS = frozenset(  # behind these is a day, a time, a price, a place, or a version of who knows what
    re.findall(
        r"[\w-]+",
        "about above after again all already also and any approx approximately are around before below"
        " between but circa else every for from had has have here into its just least may most near nearly"
        " not now only onto our over per roughly since some still than that the their then these this those"
        " till under until via was were when where will with within without your today tonight tomorrow"
        " yesterday monday tuesday wednesday thursday friday saturday sunday chapter clause figure item page"
        " paragraph section step table room floor tel fax call address dns mask ping subnet amount average"
        " cost costs eur usd gbp chf price rate ratio score size sum total take takes took last lasts lasted"
        " time"
        " aber als auch auf aus bei beim bis das dem den der des die dann ein eine einem einen einer etwa"
        " für gegen ist jede jeden jeder mit nach nicht noch nur oder ohne rund schon seit sind und vom von"
        " vor war waren wenn wie wird zum zur zwischen heute gestern morgen montag dienstag mittwoch"
        " donnerstag freitag samstag sonntag abschnitt absatz abbildung kapitel punkt schritt seite tabelle"
        " raum zimmer etage durchwahl adresse betrag preis kostet kosten dauert dauerte error fehler"
        " après avant avec chez dans depuis des entre environ les moins par pas pour que sans sont sous une"
        " vers demain hier lundi mardi mercredi jeudi vendredi samedi dimanche chapitre salle prix coûte"
        " antes cerca con del desde después entre hacia hasta las los más menos para por sin sobre son una"
        " hoy ayer mañana lunes martes miércoles jueves viernes sábado domingo página sección capítulo paso"
        " sala precio cuesta"
        " até após com das depois dos mais sem são uma hoje ontem amanhã segunda-feira terça-feira"
        " quarta-feira quinta-feira sexta-feira secção seção passo preço custa",
    )
)
VERSION = re.compile(
    rf"(?<![\w+.-])((?:(?i:cisco){GAP}(?=(?i:ios)\b))?[A-Za-z][\w+.-]{{2,40}}+)(?<!\.)"
    rf"(?:{GAP}{{1,3}}((?i:version|versión|versão|v\.?|ver\.?|rev\.?|release|update)))?{GAP}{{1,3}}v?"
    rf"({NUMBER.pattern}(?:(?:\s{{0,3}}[,/]\s{{0,3}}"
    rf"|\s{{1,3}}(?:and|or|to|und|oder|bis|et|ou|y|o|e|a|à)\s{{1,3}})v?{NUMBER.pattern})*)"
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


@dataclass(frozen=True)
class Name:
    """What a text names. key: what it is, however it is written; shown: as that text writes it first."""

    key: str
    shown: str = field(compare=False)


Said = Mapping[Name, set[str]]  # what a text names, each with the words in which it does
Found = Iterator[tuple[Name, Name, str]]  # of what something is said, what is said, and in which words


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
    said = _named(here[:LONGEST])
    if not said:
        return []
    about, spared = _parted(there[:LONGEST])
    numbers = {_plain(number): {number} for number in NUMBER.findall(spared)}
    told = []
    for kind, mine in said.items():
        theirs, ruled_out = _read(kind, about), _read(kind, spared)
        told += [
            _difference(of.shown, values, theirs.get(of, {}), {**numbers, **ruled_out.get(of, {})})
            for of, values in mine.items()
        ]
    return [difference for difference in told if difference]


def _difference(name: str, mine: Said, other: Said, spared: Said) -> Difference | None:
    """Return how what the other text is about differs from mine. spared: what it says is none of it."""
    ruled_out = {value: spared[value] for value in mine.keys() & spared.keys() - other.keys()}
    if mine.keys() & other.keys() or not (other or ruled_out):
        return None
    theirs = _listed([*_shown(other), *(f"not {value}" for value in _shown(ruled_out))])
    return Difference(name, _listed(_shown(mine)), theirs, _words(mine), (*_words(other), *_words(ruled_out)))


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
def _named(text: str) -> dict[str, dict[Name, Said]]:
    """Return what a text is about, by the kinds of what it names."""
    about, _ = _parted(text)
    return {kind: said for kind in READ if (said := _read(kind, about))}


def _read(kind: str, text: str) -> dict[Name, Said]:
    """Return what a text says of each thing of a kind."""
    named: dict[Name, dict[Name, set[str]]] = defaultdict(lambda: defaultdict(set))
    for of, value, words in READ[kind](text):
        named[of][value].add(words)
    return dict(named)


def _codes(text: str) -> Found:
    for match in CODE.finditer(text):
        code = match[match.lastindex or 0].upper()
        shown = re.sub(r"[\s:#=]+", " ", match[0]).upper().replace("0X", "0x")
        if code.split("-")[0] not in NO_CODES:
            yield Name(FORM.findall(code)[0], "code"), Name(code, shown), match[0]


def _platforms(text: str) -> Found:
    low = text.lower()
    for pattern, platform in PLATFORMS.items():
        for words in re.findall(pattern, low):
            yield _plain("platform"), _plain(platform), words


def _sites(text: str) -> Found:
    for match in SITE.finditer(text):
        yield _plain("site"), _plain(match[1] or match[2]), match[0]


def _floors(text: str) -> Found:
    for match in FLOOR.finditer(text):
        yield _plain("floor"), _plain(match[1]), match[0]


def _versions(text: str) -> Found:
    for word, version, numbers in VERSION.findall(text):
        product = version if word.lower() in NO_PRODUCTS else word
        for number in NUMBER.findall(numbers) if product else ():
            # However a product is capitalised, it is one product.
            yield Name(product.lower(), product), _plain(number), number


READ: dict[str, Callable[[str], Found]] = {
    "code": _codes,
    "platform": _platforms,
    "site": _sites,
    "floor": _floors,
    "version": _versions,
}


def _plain(name: str) -> Name:
    return Name(name, name)


def _shown(said: Said) -> list[str]:
    return [value.shown for value in said]


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))


def _words(said: Said) -> tuple[str, ...]:
    return tuple(sorted({" ".join(word.split()) for words in said.values() for word in words}))
