"""What the desk is called, how it looks, and who may come to its portal."""

import io
import struct
import zlib

import pytest

from assistant.desk import brand, site
from assistant.desk.attachment import Store
from kb.errors import EditConflict, Refused
from tests import make
from tests.make import NOON


def png():
    """The bytes of a picture of one pixel."""

    def chunk(name, data):
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0\0\0\0"))
        + chunk(b"IEND", b"")
    )


@pytest.fixture
def dan(db):
    return make.person(db, "dan")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def test_the_desk_gets_its_name_and_its_colour_and_the_logo_stays(db, dan, store):
    brand.give_logo(db, store, png(), seen=0, actor=dan, now=NOON)
    brand.rename(db, " Farol desk ", "#A83C20", seen=1, actor=dan, now=NOON)
    kept = site.of(db, "brand")
    assert (kept["name"], kept["accent"]) == ("Farol desk", "#a83c20")
    assert store.path(kept["logo"]).read_bytes() == png()
    brand.take_logo(db, seen=2, actor=dan, now=NOON)
    assert site.of(db, "brand")["logo"] == ""


def test_the_second_of_two_administrators_is_told(db, dan):
    brand.rename(db, "Farol", "", seen=0, actor=dan, now=NOON)
    with pytest.raises(EditConflict):
        brand.rename(db, "Leuchtturm", "", seen=0, actor=dan, now=NOON)


@pytest.mark.parametrize(
    ("name", "accent", "field"),
    [("", "", "name"), ("x" * 41, "", "name"), ("Farol", "gold", "accent"), ("Farol", "#fff;}", "accent")],
)
def test_what_cannot_be_is_said_at_its_field(db, dan, name, accent, field):
    with pytest.raises(Refused) as refused:
        brand.rename(db, name, accent, seen=0, actor=dan, now=NOON)
    assert [one.field for one in refused.value.findings] == [field]


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"MZ\x90\0", png() + b"\0" * 600_000],
    ids=["empty", "gif", "svg", "program", "too large"],
)
def test_only_a_small_picture_becomes_the_logo(db, dan, store, data):
    with pytest.raises(Refused):
        brand.give_logo(db, store, data, seen=0, actor=dan, now=NOON)
    assert not site.of(db, "brand")["logo"]


def test_opening_the_portal_asks_once_and_says_how_much_can_be_read_then(db, dan):
    make.article(db, "validated", "public")
    make.article(db, "validated", "requesters")
    wanted = {"public": True, "greeting": "What is wrong?", "contact": ""}
    with pytest.raises(Refused, match="1 public article can then be read") as refused:
        brand.open_portal(db, wanted, seen=0, actor=dan, now=NOON)
    assert refused.value.findings[0].field == "sure"
    brand.open_portal(db, wanted, seen=0, sure=True, actor=dan, now=NOON)
    brand.open_portal(db, {**wanted, "contact": "1234"}, seen=1, actor=dan, now=NOON)  # asks no more
    assert site.of(db, "portal")["public"]
    with pytest.raises(Refused, match="question is missing"):
        brand.open_portal(db, {**wanted, "greeting": " "}, seen=2, actor=dan, now=NOON)


def test_a_picture_that_is_called_one_but_is_none_is_refused(db, dan, store):
    with pytest.raises(Refused, match="not a picture"):
        brand.give_logo(db, store, io.BytesIO(b"%PDF-1.7").read(), seen=0, actor=dan, now=NOON)
