"""Work that one process of a host does at a time, told apart by the folder in which it is done."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(folder: Path, refused: Exception) -> Iterator[None]:
    """Keep every other process out of the work of this folder; raises `refused` while one is at it.

    Whatever is found unfinished there was left by a dead one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise refused from error
        yield
