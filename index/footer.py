"""Whether the files of the word index are whole: each ends in a checksum that the library itself does not compare."""

import json
import os
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from index.errors import IndexDamaged

MAGIC = 1337
AT_ONCE = 1 << 20  # bytes


@contextmanager
def named(folder: Path) -> Iterator[None]:
    """Turn whatever the library raises about files it cannot read into IndexDamaged."""
    try:
        yield
    except (IndexDamaged, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the library panics outside Exception
        raise IndexDamaged(f"The word index in {folder} cannot be read: {error}") from error


def verify(folder: Path) -> None:
    """Compare every file of the index in a folder with the checksum at its end. Raises IndexDamaged."""
    try:
        segments = json.loads((folder / "meta.json").read_text("utf-8"))["segments"]
        names = [segment["segment_id"].replace("-", "") for segment in segments]
        files = [path for name in names for path in folder.glob(f"{name}.*")]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            broken = [
                path.name for path, whole in zip(files, pool.map(_whole, files), strict=True) if not whole
            ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(f"There is no whole word index in {folder}.") from error
    if broken or not files:
        raise IndexDamaged(
            f"These files of the word index in {folder} have been altered: {', '.join(broken)}."
        )


def _whole(path: Path) -> bool:
    """Say whether a file ends in the library's footer and its body has the checksum written there."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 8))
        end = file.read()
        length, magic = int.from_bytes(end[-8:-4], "little"), int.from_bytes(end[-4:], "little")
        if magic != MAGIC or length + 8 > size:
            return False
        file.seek(size - 8 - length)
        footer, left, checksum = json.loads(file.read(length)), size - 8 - length, 0
        file.seek(0)
        while left:
            body = file.read(min(left, AT_ONCE))
            checksum, left = zlib.crc32(body, checksum), left - len(body)
    return bool(footer["crc"] == checksum)
