"""How a file becomes text: compression, encoding, delimiter, fingerprint. Nothing is loaded whole."""

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

MARKS = (  # byte order marks, longest first: the mark of UTF-16 begins that of UTF-32
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "^": "caret", "~": "tilde"}
BLOCK_BYTES = 1 << 20
SAMPLE_CHARS = 256_000


class Unreadable(Exception):
    """A file cannot be read at all; the message says why and what to do."""


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, IO[bytes]]]:
    """Open a file, unpacked when it ends in .gz: yield the bytes, and the file itself to see how far it is read."""
    try:
        with path.open("rb") as raw:
            if path.suffix.lower() == ".gz":
                with gzip.open(raw) as unpacked:
                    yield unpacked, raw  # type: ignore[misc]
            else:
                yield raw, raw
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable(
            f"{path.name} cannot be read: {error}. Check the file, or fetch it again."
        ) from error


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file, or of the names, sizes and times of the files in a folder."""
    digest = hashlib.sha256()
    if path.is_dir():
        for file in sorted(path.rglob("*.md")):
            about = file.stat()
            digest.update(f"{file.relative_to(path)}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
        return digest.hexdigest()
    try:
        with path.open("rb") as raw:
            while block := raw.read(BLOCK_BYTES):
                digest.update(block)
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read: {error.strerror}.") from error
    return digest.hexdigest()


def encoding_of(path: Path) -> str:
    """Return the encoding of a text file: by its byte order mark, UTF-8 where the whole file is, else Windows-1252."""
    with opened(path) as (data, _):
        start = data.read(4096)
        for mark, name in MARKS:
            if start.startswith(mark):
                return name
        if start[1:200:2].count(0) > len(start[:200]) // 4:
            return "utf-16-le"
        if start[0:200:2].count(0) > len(start[:200]) // 4:
            return "utf-16-be"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while start:
                decoder.decode(start)
                start = data.read(BLOCK_BYTES)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


@contextmanager
def opened_text(path: Path, encoding: str) -> Iterator[tuple[io.TextIOWrapper, IO[bytes]]]:
    """Open a text file, unpacked where needed; bytes that the encoding does not know become �."""
    with opened(path) as (data, raw):
        try:
            yield io.TextIOWrapper(data, encoding=encoding, errors="replace", newline=""), raw
        except LookupError as error:
            raise Unreadable(f"“{encoding}” is no encoding. Try utf-8, cp1252 or utf-16.") from error


def delimiter_of(path: Path, encoding: str) -> tuple[str, int]:
    """Return what separates the cells, and how many lines stand before the header (Excel's “sep=;” line)."""
    with opened_text(path, encoding) as (text, _):
        sample = text.read(SAMPLE_CHARS)
    first = sample.partition("\n")[0]
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[4], 1
    return max(DELIMITERS, key=lambda sign: _fit(sample, sign)), 0


def _fit(sample: str, delimiter: str) -> tuple[float, int]:
    """Say how well a delimiter cuts the sample: the share of rows as wide as the header, then the width."""
    lines = io.StringIO(sample, newline="")
    try:
        widths = [
            len(row)
            for row, _ in zip(csv.reader(lines, delimiter=delimiter), range(200), strict=False)
            if row
        ]
    except csv.Error:
        return 0.0, 0
    if not widths or widths[0] < 2:
        return 0.0, 0
    if len(widths) > 2 and len(sample) == SAMPLE_CHARS:
        widths.pop()  # the sample may end inside a row
    return round(widths.count(widths[0]) / len(widths), 1), widths[0]
