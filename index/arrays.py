"""Named arrays in one file, one after another, that can be mapped: nothing is read before it is looked at."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

PAGE = 4096  # each array begins at a page of its own


def write(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays into a new file."""
    with path.open("wb") as file:
        for array in (np.array(list(arrays), dtype=np.str_), *arrays.values()):
            npy.write_array(file, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
            file.write(b"\0" * (-file.tell() % PAGE))


def mapped(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file, mapped for reading only; raises ValueError or OSError when it cannot be read."""
    with path.open("rb") as file:
        names = _next(file, path)
        return {str(name): _next(file, path) for name in names}


def _next(file: BinaryIO, path: Path) -> NDArray[Any]:
    npy.read_magic(file)
    shape, _, kind = npy.read_array_header_1_0(file)
    if kind.hasobject:
        raise ValueError(f"{path.name} holds something other than numbers and names.")
    array: NDArray[Any] = np.zeros(shape, kind)
    if all(shape):  # as a plain array: the library's own kind takes four times as long to pick rows from
        array = np.asarray(np.memmap(path, kind, "r", file.tell(), shape))
    end = file.tell() + array.nbytes
    file.seek(end + -end % PAGE)
    return array
