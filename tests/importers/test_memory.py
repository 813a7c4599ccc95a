"""Memory stays flat, however long the file is."""

import pytest

from tests.importers.conftest import row, write_csv
from tests.importers.test_crash import start

ROWS = 20_000


@pytest.mark.crash
def test_twenty_thousand_rows_need_no_more_memory_than_five_thousand(runtime, tmp_path):
    rows = [row(number, Caller=f"Person {number % 900}", Priority=f"odd {number}") for number in range(ROWS)]
    process = start("incidents", runtime, write_csv(tmp_path / "old.csv", rows), tmp_path / "rejects.csv")
    told, _ = process.communicate(timeout=250)
    peaks = {int(line.split()[0]): int(line.split()[1]) for line in told.splitlines() if line[0].isdigit()}
    assert peaks[ROWS] - peaks[5_000] < 15_000  # kilobytes; the texts of 15,000 rows alone are more
