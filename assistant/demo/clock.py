"""Demo time: counted back from the start of the demo in working days, so that the desk is always fresh."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LISBON = ZoneInfo("Europe/Lisbon")
MOMENT = r"\d+d \d\d:\d\d|\d+h\d+m|\d+h|\d+m"  # how long after something
DAY = re.compile(r"(\d+)d? (\d\d):(\d\d)")
SPAN = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?")
FRIDAY = 4


def before(now: datetime, text: str) -> datetime:
    """Read “12 09:30” as 09:30 in Lisbon, 12 working days ago, and “2h40m” as that long ago."""
    if day := DAY.fullmatch(text):
        return _at(_step(now.astimezone(LISBON).date(), int(day[1]), -1), day)
    return now - _span(text)


def after(start: datetime, text: str) -> datetime:
    """Read “1d 09:30” as 09:30 in Lisbon, one working day after start, and “40m” as that much later."""
    if day := DAY.fullmatch(text):
        return _at(_step(start.astimezone(LISBON).date(), int(day[1]), 1), day)
    return start + _span(text)


def _span(text: str) -> timedelta:
    match = SPAN.fullmatch(text)
    if not text or match is None:
        raise ValueError(f"“{text}” is not a time of the demo. Write it like “12 09:30” or “2h40m”.")
    return timedelta(hours=int(match[1] or 0), minutes=int(match[2] or 0))


def _step(day: date, count: int, way: int) -> date:
    while count:
        day += timedelta(days=way)
        count -= day.weekday() <= FRIDAY
    return day


def _at(day: date, clock: re.Match[str]) -> datetime:
    return datetime.combine(day, time(int(clock[2]), int(clock[3])), LISBON)
