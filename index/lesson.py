"""What a model learns from: pairs of texts that are about the same, as they are handed to the training process."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Pair:
    """Two texts that are about the same. item: where they come from; other texts of it are no counter-examples."""

    item: str
    asked: str
    told: str


def write(path: Path, pairs: Iterable[Pair]) -> None:
    """Write pairs, one JSON object a line."""
    path.write_text("".join(f"{json.dumps(asdict(pair))}\n" for pair in pairs), "utf-8")


def read(path: Path) -> list[Pair]:
    """Return the pairs of a file as written."""
    with path.open(encoding="utf-8") as file:
        return [Pair(**json.loads(line)) for line in file]
