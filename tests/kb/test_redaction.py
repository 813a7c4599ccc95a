"""Personal data and secrets: what must be marked, and what must be left alone."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.redaction import marks_in, redact

MARKED = [
    ("Write to jana.kern@example.com please", "jana.kern@example.com", "a mail address"),
    ("Call +351 210 555 019 after ten", "+351 210 555 019", "a phone number"),
    ("Call (0113) 555 0182 after ten", "(0113) 555 0182", "a phone number"),
    ("password: Winter-2024!", "Winter-2024!", "a password or key"),
    ("Das Passwort ist Sommer77", "Sommer77", "a password or key"),
    ("api_key = sk_live_abcdef", "sk_live_abcdef", "a password or key"),
    ("key AKIAIOSFODNN7EXAMPLE in the log", "AKIAIOSFODNN7EXAMPLE", "an access key"),
    ("IBAN DE89 3704 0044 0532 0130 00 is wrong", "DE89 3704 0044 0532 0130 00", "an account number"),
    ("card 4111 1111 1111 1111", "4111 1111 1111 1111", "a card number"),
]
LEFT = [
    "Driver 31.0.101.5186 on build 22631.3447",
    "KB5041585 and INC-000042 at 10:24 on 2026-03-02",
    "Error 0x80070005 from 10.20.30.40:8443",
    "The password was reset and the PIN is not known",
    "The password is locked; the other password is right, the password was typed",
    "Password: what do I put there?",
    "Serial 5CG1234XYZ, asset 4111 1111 1111 1112",
    "https://intranet.example.org/a/00123456789",
]


@pytest.mark.parametrize(("text", "secret", "kind"), MARKED)
def test_it_is_marked_and_taken_out(text, secret, kind):
    assert [(mark.text, mark.kind) for mark in marks_in(text)] == [(secret, kind)]
    assert secret not in redact(text)


@pytest.mark.parametrize("text", LEFT)
def test_technical_facts_are_left_alone(text):
    assert marks_in(text) == []


def test_the_requesters_name_is_marked_whole_and_in_parts():
    assert (
        redact("Ada Okafor called; Ada waits", ["Ada Okafor"])
        == "[a person's name] called; [a person's name] waits"
    )


@given(st.text(max_size=200), st.lists(st.text(min_size=1, max_size=20), max_size=3))
def test_marks_never_overlap_and_are_where_they_say(text, names):
    marks = marks_in(text, names)
    assert all(text[mark.start : mark.end] == mark.text for mark in marks)
    assert all(one.end <= two.start for one, two in pairwise(marks))
