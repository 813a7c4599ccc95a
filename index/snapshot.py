"""Arrays on disk that are either whole or refused: a manifest with the SHA-256 of the file it names."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamaged, RecipeMismatch
from index.recipe import digest

MANIFEST = "manifest.json"


def write(folder: Path, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, object]) -> None:
    """Write arrays and facts; the manifest is renamed into place last, and what it no longer names is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"vectors-{token_hex(6)}.npz"
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
        _settle(file)
    draft = folder / f"{MANIFEST}-{token_hex(6)}"
    with draft.open("w", encoding="utf-8") as file:
        json.dump({**facts, "file": path.name, "sha256": digest(path)}, file)
        _settle(file)
    draft.replace(folder / MANIFEST)
    for old in [*folder.glob("vectors-*.npz"), *folder.glob(f"{MANIFEST}-*")]:
        if old != path:
            old.unlink(missing_ok=True)


def read(folder: Path, fingerprint: str) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return arrays and facts as written. Raises IndexDamaged, or RecipeMismatch when another recipe made them."""
    try:
        facts = json.loads((folder / MANIFEST).read_text("utf-8"))
        path, wanted, made_by = folder / Path(facts["file"]).name, facts["sha256"], facts["fingerprint"]
        actual = digest(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"There is no whole snapshot in {folder}.") from error
    if actual != wanted:
        raise IndexDamaged(f"The file {path.name} in {folder} has been altered or cut short.")
    if made_by != fingerprint:
        raise RecipeMismatch(f"The snapshot in {folder} was made by another model.")
    with np.load(path, allow_pickle=False) as file:
        return dict(file), facts


def _settle(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())
