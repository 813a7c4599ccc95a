"""Names that mean one thing are recognised, however they are written."""

import subprocess
import sys
from pathlib import Path

import pytest

from index.identifiers import MAX_IDENTIFIERS, identifiers


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("see INC-000042", "inc-42"),
        ("inc42 again", "inc-42"),
        ("article KB-000007", "kb-7"),
        ("article KB000007", "kb-7"),
        ("after KB5034441", "kb5034441"),
        ("error 0x80070005", "0x80070005"),
        ("ORA-12154: TNS", "ora-12154"),
        ("CVE-2020-8840", "cve-2020-8840"),
        ("DNS_PROBE_FINISHED", "dns_probe_finished"),
        ("from 10.0.12.7", "10.0.12.7"),
        ("client v2.9.10.3 fails", "2.9.10.3"),
        ("on srv-db01 only", "srv-db01"),
        ("mail01.example.org is down", "mail01.example.org"),
        ("serial PF2X4YZ9", "pf2x4yz9"),
    ],
)
def test_an_identifier_is_recognised(text, name):
    assert name in identifiers(text)


@pytest.mark.parametrize(
    "text", ["", "the mail-server is slow", "call me at 9", "a 24-7 line", "Windows 11", "1.5 GB"]
)
def test_plain_words_are_no_identifiers(text):
    assert identifiers(text) == []


def test_each_identifier_is_named_once_in_its_order():
    assert identifiers("INC-7 and ORA-12154, then inc-0007") == ["inc-7", "ora-12154"]


def test_a_pasted_log_gives_a_limited_number():
    log = " ".join(f"0x{number:08x}" for number in range(10_000))
    assert len(identifiers(log)) == MAX_IDENTIFIERS


def test_a_long_run_in_a_log_is_read_to_its_end():
    """Where each place of it looks to its end, one of them takes twenty minutes."""
    runs = ["a-", "ab-", "1-", "INC-", "a.", "1.", "A_", "0x", "KB"]
    read = f"from index.identifiers import identifiers\nfor run in {runs}: identifiers(run * 60_000)"
    subprocess.run([sys.executable, "-c", read], check=True, timeout=200, cwd=Path(__file__).parents[2])
