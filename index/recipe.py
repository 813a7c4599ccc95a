"""The recipe: how a vector was made. Vectors of two recipes are never compared."""

import json
from dataclasses import asdict, dataclass
from hashlib import file_digest, sha256
from pathlib import Path

FULL, EIGHT_BITS = PRECISIONS = ("fp32", "int8")


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what vector a text gets.

    revision: SHA-256 of the weights the model was exported from. max_tokens: the model reads no further. precision:
    of the weights.
    """

    model: str
    revision: str
    dimension: int
    pooling: str
    max_tokens: int
    precision: str = FULL

    def fingerprint(self) -> str:
        """Return a short name that differs whenever any part of the recipe differs."""
        said = asdict(self)
        if self.precision == FULL:  # vectors made before there was any other keep their name
            del said["precision"]
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def digest(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal text; raises OSError when it cannot be read."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
