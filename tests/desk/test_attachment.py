"""Files: kept by what they are, never by what they are called."""

import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.desk import attachment
from assistant.desk.attachment import Store, attach
from kb.errors import Refused
from tests import make

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(17) + zlib.compress(b"x")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "attachments")


def keep(db, store, now, name, data):
    return attach(db, store, make.incident(db).id, name, io.BytesIO(data), actor=make.person(db), now=now)


def test_a_picture_is_kept_and_comes_back_as_it_was(db, store, now):
    kept = keep(db, store, now, "screen.png", PNG)
    assert (kept.media_type, kept.is_picture) == ("image/png", True)
    assert store.path(kept.sha256).read_bytes() == PNG


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("page.png", b"<html><script>alert(1)</script></html>"),
        ("vector.svg", b"<svg onload=alert(1)></svg>"),
        ("notes.txt", b"Error 0x80070005 on line 3\r\n"),
    ],
)
def test_anything_readable_is_plain_text_whatever_its_name(db, store, now, name, data):
    assert keep(db, store, now, name, data).media_type == "text/plain"


@pytest.mark.parametrize("data", [b"MZ" + bytes(200), b"\x7fELF" + bytes(60), bytes(range(256)) * 4])
def test_programs_and_unknown_bytes_are_refused(db, store, now, data):
    with pytest.raises(Refused, match="not kept"):
        keep(db, store, now, "holiday.png", data)


def test_an_empty_file_is_refused(db, store, now):
    with pytest.raises(Refused, match="empty"):
        keep(db, store, now, "nothing.txt", b"")


def test_a_file_over_the_limit_is_refused_and_leaves_nothing_behind(db, store, now, monkeypatch):
    monkeypatch.setattr(attachment, "LARGEST", 100)
    with pytest.raises(Refused, match="larger than"):
        keep(db, store, now, "big.txt", b"x" * 101)
    assert not [path for path in store.folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\..\\boot.ini",
        "\u200b.htaccess",
        "a\x00b.png",
        ".",
        "",
        "／etc／shadow",
        "x" * 500,
    ],
)
def test_no_name_becomes_a_path(db, store, now, name):
    kept = keep(db, store, now, name, PNG)
    assert kept.name and not set("/\\\x00\u200b") & set(kept.name) and not kept.name.startswith(".")
    assert len(kept.name) <= 200
    assert store.path(kept.sha256).is_relative_to(store.folder)


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_are_either_of_a_known_type_or_refused(data):
    assert attachment.type_of(data) != "text/html"
