"""Dates as files write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.importers.times import Dates, day_first_in, leave_open

LISBON = Dates(ZoneInfo("Europe/Lisbon"))
AFTERNOON = datetime(2026, 2, 3, 13, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-03T13:16",
        "2026-02-03 13:16:00",
        "2026-02-03T13:16:00Z",
        "2026-02-03T14:16:00.000+0100",
        "2026-02-03 13:16 UTC",
        "2026-02-03 14:16 CET",
        "2026-02-03 08:16:00 -05:00",
        "2026/02/03 13:16",
        "03/02/2026 13:16",
        "03/02/2026, 1:16 PM",
        "03.02.2026 13:16 Uhr",
        "03-02-2026 13h16",
        "3-Feb-2026 13:16",
        "03/Feb/26 1:16 PM",
        "Feb 3, 2026 1:16 p.m.",
        "February 3rd, 2026 at 13:16",
        "3. Februar 2026 um 13:16",
        "3 février 2026 à 13:16",
        "3 de fevereiro de 2026 às 13:16",
        "3 de febrero de 2026 a las 13:16",
        "Tue, 03 Feb 2026 13:16:00 GMT",
        "20260203131600",
        "202602031316",
        "1770124560",
        "1770124560000",
        AFTERNOON.replace(tzinfo=None),
    ],
)
def test_one_moment_is_read_in_every_form(written):
    assert LISBON.read(written) == AFTERNOON


def test_a_time_without_a_zone_is_in_the_zone_of_the_import():
    assert LISBON.read("2026-07-01 12:00") == datetime(2026, 7, 1, 11, tzinfo=UTC)
    assert Dates(ZoneInfo("America/New_York")).read("2026-07-01 12:00") == datetime(
        2026, 7, 1, 16, tzinfo=UTC
    )


def test_a_date_alone_is_the_beginning_of_that_day():
    assert LISBON.read("2026-02-03") == LISBON.read(date(2026, 2, 3)) == datetime(2026, 2, 3, tzinfo=UTC)


def test_a_spreadsheet_number_is_a_date():
    assert LISBON.read(46056.5) == LISBON.read("46056.5") == datetime(2026, 2, 3, 12, tzinfo=UTC)


def test_month_first_reads_the_same_digits_as_another_day():
    assert Dates(UTC, day_first=False).read("03/02/2026") == datetime(2026, 3, 2, tzinfo=UTC)
    assert Dates(UTC, day_first=False).read("03.02.2026") == datetime(2026, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "soon",
        "30/02/2026",
        "2026-02-03 13:16 CST",
        "13:16 PM",
        "2026-13-01",
        "12",
        "3 Foo 2026",
        "99999",
        "2026-02-03 25:00",
        "3 Feb 2026 13:16 PM",
        pytest.param("a" * 60_000, id="a long text, which took minutes"),
    ],
)
def test_what_is_no_date_says_how_to_write_one(written):
    with pytest.raises(ValueError, match="Write it like 2026-"):
        LISBON.read(written)


def test_the_order_of_day_and_month_is_seen_in_a_sample():
    assert day_first_in(["03/04/2026", "13/04/2026"]) is True
    assert day_first_in(["03/04/2026", "04/13/2026"]) is False
    assert day_first_in(["03/04/2026"]) is None
    assert leave_open(["03/04/2026"]) and not leave_open(["2026-04-03"])


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_a_sentence(text):
    told = ""
    try:
        assert LISBON.read(text).tzinfo is UTC
    except ValueError as error:
        told = str(error)
    assert not told or "no date that can be read" in told


@given(
    st.integers(157_766_400, 2_840_140_800),  # seconds: 1975 to 2060
    st.sampled_from(["%d/%m/%Y %H:%M", "%d.%m.%y %H:%M", "%d %b %Y %I:%M %p"]),
)
def test_a_written_moment_comes_back(second, form):
    exact = datetime.fromtimestamp(second, UTC).replace(second=0)
    assert Dates(UTC).read(exact.strftime(form)) == exact
