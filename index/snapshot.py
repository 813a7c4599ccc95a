"""Files that are either whole or refused: a manifest with the SHA-256 of every file it names."""

import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamaged, RecipeMismatch
from index.recipe import digest

MANIFEST = "manifest.json"


def write(
    folder: Path,
    arrays: Mapping[str, NDArray[Any]],
    facts: Mapping[str, object],
    others: Mapping[str, str] | None = None,
) -> None:
    """Write arrays and facts; the manifest is renamed into place last, and what it no longer names is removed.

    others: files that are there already and belong to it, with their SHA-256; raises IndexDamaged when they are not.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(not (folder / name).is_file() for name in others or ()):
        raise IndexDamaged(f"Another process has taken the place of the snapshot in {folder}.")
    path = folder / f"vectors-{token_hex(6)}.npz"
    np.savez(path, allow_pickle=False, **arrays)
    files = {path.name: settled(path), **(others or {})}
    draft = folder / f"{MANIFEST}-{token_hex(6)}"
    said = {**facts, "file": path.name, "files": files}
    draft.write_text(json.dumps({**said, "sha256": _digest(said)}), "utf-8")
    settled(draft)
    draft.replace(folder / MANIFEST)
    for old in folder.iterdir():
        if old.name not in {MANIFEST, *files}:
            old.unlink(missing_ok=True)


def read(folder: Path, fingerprint: str) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return arrays and facts as written. Raises IndexDamaged, or RecipeMismatch when another recipe made them."""
    facts = peek(folder)
    try:
        paths = {folder / Path(name).name: wanted for name, wanted in facts["files"].items()}
        path, made_by = folder / Path(facts["file"]).name, facts["fingerprint"]
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # a large one takes as long as all others
            actual = dict(zip(paths, pool.map(digest, paths), strict=True))
    except (OSError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(f"There is no whole snapshot in {folder}.") from error
    altered = sorted(path.name for path, wanted in paths.items() if actual[path] != wanted)
    if altered or path not in paths:
        raise IndexDamaged(f"These files in {folder} have been altered or cut short: {', '.join(altered)}.")
    if made_by != fingerprint:
        raise RecipeMismatch(f"The snapshot in {folder} was made by another model.")
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file), facts
    except OSError as error:
        raise IndexDamaged(f"The file {path.name} in {folder} is gone.") from error


def peek(folder: Path) -> dict[str, Any]:
    """Return what the manifest of a folder says, without looking at the files; empty when it is not whole."""
    try:
        facts = json.loads((folder / MANIFEST).read_text("utf-8"))
        whole = facts.pop("sha256") == _digest(facts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return facts if whole else {}


def settled(path: Path) -> str:
    """Bring a file to the disk and return its SHA-256."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return digest(path)


def _digest(facts: Mapping[str, object]) -> str:
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
