"""Dates in the many forms that files have them, turned into points in time."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from assistant.importers.names import fold

MONTHS = {  # the first letters of a month's name in five languages, folded -> its number
    **dict.fromkeys(("jan", "ene"), 1),
    **dict.fromkeys(("feb", "fev"), 2),
    **dict.fromkeys(("mar", "mae", "mrz"), 3),
    **dict.fromkeys(("apr", "avr", "abr"), 4),
    **dict.fromkeys(("may", "mai"), 5),
    **dict.fromkeys(("jun", "juin"), 6),
    **dict.fromkeys(("jul", "juil"), 7),
    **dict.fromkeys(("aug", "aou", "ago"), 8),
    **dict.fromkeys(("sep", "set"), 9),
    **dict.fromkeys(("oct", "okt", "out"), 10),
    **dict.fromkeys(("nov",), 11),
    **dict.fromkeys(("dec", "dez", "dic"), 12),
}
ZONES_H = {  # abbreviations that mean one thing only -> hours from UTC
    **dict.fromkeys(("Z", "UTC", "GMT", "WET"), 0),
    **dict.fromkeys(("WEST", "CET", "MEZ"), 1),
    **dict.fromkeys(("CEST", "MESZ", "EET"), 2),
    **dict.fromkeys(("EEST", "MSK"), 3),
    "EDT": -4,
    "EST": -5,
    "CDT": -5,
    "MDT": -6,
    "MST": -7,
    "PDT": -7,
    "PST": -8,
    "JST": 9,
}
TIME = (
    r"(?:(?:T|,?\s+|:)(?:at |um |a las |às |à )?(?P<hour>\d{1,2})(?:[:h.](?P<minute>\d{2}))"
    r"(?:[:.](?P<second>\d{2})(?:[.,]\d{1,9})?)?(?:\s*(?P<half>[AaPp])\.?\s?[Mm]\.?)?(?:\s*Uhr)?)?"
    r"\s*\(?(?P<zone>[A-Z]{1,5}|(?:UTC|GMT)?\s*[+-]\d{1,2}:?\d{0,2})?\)?"
)
WEEKDAY = r"(?:[^\W\d]+,\s*)?"
WORD = r"(?P<word>[^\W\d]{3,})"
DAYS = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º)?"
FORMS = tuple(
    re.compile(form + TIME)
    for form in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        r"(?P<first>\d{1,2})(?P<sign>[-/.])\s?(?P<second_part>\d{1,2})[-/.]\s?(?P<year>\d{4}|\d{2})",
        rf"{WEEKDAY}{DAYS}\.?[\s/-]*(?:de |of )?{WORD}\.?,?[\s/-]*(?:de )?(?P<year>\d{{4}}|\d{{2}})",
        rf"{WEEKDAY}{WORD}\.?\s+{DAYS},?\s+(?P<year>\d{{4}})",
    )
)
NUMBER = re.compile(r"\d{5,14}(\.\d+)?")
SPREADSHEET_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no zones; the import names one
SPREADSHEET_DAYS = (20_000, 80_000)  # 1954 to 2119
LONGEST = 100  # characters of a time in words; a longer text is none
CURE = "Write it like 2026-11-24 09:30, or leave it empty."


class Dates:
    """Reads dates of one import: its time zone for those that name none, and the order of day and month."""

    def __init__(self, zone: tzinfo, *, day_first: bool = True) -> None:
        self.zone = zone
        self.day_first = day_first

    def read(self, value: object) -> datetime:
        """Return the point in time in UTC. Raises ValueError with a sentence and its cure when it cannot be read."""
        try:
            moment = self._moment(value)
        except (ValueError, OverflowError, OSError) as error:
            raise ValueError(f"“{str(value)[:60]}” is no date that can be read. {CURE}") from error
        aware = moment.replace(tzinfo=self.zone) if moment.tzinfo is None else moment
        return aware.astimezone(UTC)

    def _moment(self, value: object) -> datetime:
        if isinstance(value, datetime):
            return value
        if isinstance(value, date):
            return datetime.combine(value, time())
        text = " ".join(str(value).split())
        if NUMBER.fullmatch(text):
            return _from_number(text)
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return self._from_words(text)

    def _from_words(self, text: str) -> datetime:
        for form in FORMS if len(text) <= LONGEST else ():
            if found := form.fullmatch(text):
                parts = found.groupdict()
                year, month, day = self._day(parts)
                return datetime(year, month, day, *_clock(parts), tzinfo=_zone(parts["zone"]))
        raise ValueError(text)

    def _day(self, parts: dict[str, str | None]) -> tuple[int, int, int]:
        year = int(str(parts["year"]))
        year += 2000 if year < 70 else 1900 if year < 100 else 0
        if word := parts.get("word"):
            return year, _month(word), int(str(parts["day"]))
        if parts.get("month"):
            return year, int(str(parts["month"])), int(str(parts["day"]))
        first, second = int(str(parts["first"])), int(str(parts["second_part"]))
        day_first = self.day_first or parts["sign"] == "."  # dots are written where the day stands first
        return (year, second, first) if day_first else (year, first, second)


def day_first_in(values: Iterable[object]) -> bool | None:
    """Say from examples such as 13/02/2026 whether the day stands first; None when they leave it open."""
    for value in values:
        found = re.match(r"\s*(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}\b", str(value))
        if found and int(found[1]) > 12 >= int(found[2]):
            return True
        if found and int(found[2]) > 12 >= int(found[1]):
            return False
    return None


def leave_open(values: Iterable[object]) -> bool:
    """Say whether there are dates such as 03/04/2026, which mean two days."""
    return any(re.match(r"\s*\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b", str(value)) for value in values)


def _month(word: str) -> int:
    folded = fold(word)
    for length in (4, 3):
        if month := MONTHS.get(folded[:length]):
            return month
    raise ValueError(word)


def _clock(parts: dict[str, str | None]) -> tuple[int, int, int]:
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    if half := parts["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if half in "Pp" else 0)
    return hour, minute, second


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text in ZONES_H:
        return timezone(timedelta(hours=ZONES_H[text]))
    found = re.fullmatch(r"(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?", text)
    if not found:
        raise ValueError(text)
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(-offset if found[1] == "-" else offset)


def _from_number(text: str) -> datetime:
    whole = text.partition(".")[0]
    if len(whole) in (8, 12, 14) and "." not in text and whole[:2] in ("19", "20"):
        return datetime.fromisoformat(f"{whole[:8]}T{whole[8:] or '00'}")
    if len(whole) == 5 and SPREADSHEET_DAYS[0] <= float(text) <= SPREADSHEET_DAYS[1]:
        return (SPREADSHEET_EPOCH + timedelta(days=float(text))).replace(microsecond=0)
    if len(whole) in (9, 10):
        return datetime.fromtimestamp(float(text), UTC)
    if len(whole) in (12, 13):
        return datetime.fromtimestamp(float(text) / 1000, UTC)
    raise ValueError(text)
