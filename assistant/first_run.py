"""The key to a new desk: printed once to whoever starts it, good until somebody can administer the desk."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

NAME = "set_up_key"  # in the data folder; holds only the hash


def make_key(folder: Path) -> str:
    """Return a new key (256 random bits); the one before it is void."""
    key = secrets.token_urlsafe(32)
    waiting = folder / f".{NAME}"
    waiting.unlink(missing_ok=True)
    with os.fdopen(os.open(waiting, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(_hash(key))
    waiting.replace(folder / NAME)
    return key


def fits(folder: Path, key: str) -> bool:
    """Say whether this is the key that was printed last."""
    try:
        kept = (folder / NAME).read_text("utf-8")
    except OSError:
        return False
    return hmac.compare_digest(kept, _hash(key))


def forget(folder: Path) -> None:
    """Make the key void."""
    (folder / NAME).unlink(missing_ok=True)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
