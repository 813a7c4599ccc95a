"""The desk's own tongue: a copy of the model learns from the desk's records, and is kept only when it finds better.

Training runs in a process of its own, with bounded memory and threads. A tenth of the items is held back; the new
model has to find the other half of their pairs better than the old one, beyond what chance explains.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from threading import Thread
from typing import TextIO
from zlib import crc32

import numpy as np

from assistant.desk.errors import DeskError
from assistant.telling import Tell
from index import evaluation, lesson
from index.encoder import Encoder, OnnxEncoder
from index.lesson import Pair
from index.recipe import FULL

HELD_BACK = 10  # every tenth item
MOST_PAIRS = 4000  # trained on in one night
MOST_HELD = 500  # pairs that are asked of both models
FEWEST_HELD = 30  # fewer say nothing
RIVALS = 2000  # other texts among which each has to be found
LOOK_EVERY_S = 1.0  # at the training process


class CannotAdapt(DeskError):
    """There is too little to learn from, or the training ended with an error."""


@dataclass(frozen=True)
class Manner:
    """How a training process works. threads: 0 for all processors; niceness: how far it stands back."""

    threads: int = 0
    niceness: int = 0
    precision: str = FULL

    def words(self) -> tuple[str, str, str]:
        """Return it as that process reads it."""
        return str(self.threads or os.cpu_count() or 1), str(self.niceness), self.precision


@dataclass(frozen=True)
class Verdict:
    """What a training brought. before, after: mean reciprocal rank of held-back pairs with the old and the new model.

    low, high: interval of the gain in which 95 of 100 such samples lie.
    """

    pairs: int
    held_back: int
    before: float
    after: float
    low: float
    high: float

    @property
    def better(self) -> bool:
        """Whether the gain is beyond its interval."""
        return self.low > 0

    @property
    def said(self) -> str:
        """What it brought, in words and figures."""
        told = f"from {self.before:.3f} to {self.after:.3f} ({self.low:+.3f} to {self.high:+.3f})"
        return f"Learned from {self.pairs:,} pairs; {self.held_back:,} held-back ones are found {told}"

    def line(self) -> str:
        """Return the verdict as a sentence."""
        return f"{self.said}: {'kept' if self.better else 'not kept'}."


def adapt(
    model: str,
    old: Encoder,
    pairs: Iterable[Pair],
    target: Path,
    *,
    manner: Manner = Manner(),
    tell: Tell = lambda *_: None,
) -> Verdict:
    """Train a copy of a model on pairs, write it to the target folder, and return whether it is better than the old.

    Raises CannotAdapt.
    """
    all_pairs = list(pairs)
    held = [pair for pair in all_pairs if _is_held_back(pair.item)]
    learned = _sample([pair for pair in all_pairs if not _is_held_back(pair.item)], MOST_PAIRS)
    if len(held) < FEWEST_HELD:
        raise CannotAdapt(f"{len(all_pairs)} pairs of texts are too few to learn from and to check.")
    _train(model, learned, target, manner, tell)
    asked, rivals = _sample(held, MOST_HELD), _sample(learned, RIVALS)
    tell("Checking the model", 0, 2)
    before = _found(old, asked, rivals)
    tell("Checking the model", 1, 2)
    after = _found(OnnxEncoder(target, manner.threads), asked, rivals)
    tell("Checking the model", 2, 2)
    low, high = evaluation.interval([new - was for new, was in zip(after, before, strict=True)])
    return Verdict(len(learned), len(asked), fmean(before), fmean(after), low, high)


def _is_held_back(item: str) -> bool:
    return crc32(item.encode()) % HELD_BACK == 0


def _sample(pairs: Sequence[Pair], most: int) -> list[Pair]:
    """Return at most so many of the pairs, always the same ones, spread over all items."""
    ordered = sorted(pairs, key=lambda pair: crc32(f"{pair.item}\n{pair.told}".encode()))
    return ordered[:most]


def _train(model: str, pairs: Sequence[Pair], target: Path, manner: Manner, tell: Tell) -> None:
    """Train in a process of its own."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as room:
        taught, complaints = Path(room) / "pairs.jsonl", Path(room) / "stderr.txt"
        lesson.write(taught, pairs)
        command = [sys.executable, "-m", "index.adapting", model, str(taught), str(target), *manner.words()]
        with complaints.open("w") as stderr, _process(command, stderr) as process:
            _watch(process, tell)
        if process.returncode:
            last = complaints.read_text("utf-8", "replace").strip().splitlines()[-1:]
            raise CannotAdapt(f"The training ended with an error: {' '.join(last)}")


@contextmanager
def _process(command: Sequence[str], stderr: TextIO) -> Iterator[subprocess.Popen[str]]:
    """Start a process that does not outlive what is done with it."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True) as process:  # noqa: S603  no shell, and our own program
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def _watch(process: subprocess.Popen[str], tell: Tell) -> None:
    """Say how far a training is, also while it says nothing, until it ends."""
    said = [{"step": 0, "of": 0}]
    Thread(target=lambda: said.extend(map(json.loads, process.stdout or ())), daemon=True).start()
    while process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_EVERY_S)
        tell("Learning the language", said[-1]["step"], said[-1]["of"])


def _found(encoder: Encoder, asked: Sequence[Pair], rivals: Sequence[Pair]) -> list[float]:
    """Return, for each pair, 1 divided by the rank of its item among all that its other half could belong to."""
    pool = [*asked, *rivals]
    told = encoder.encode([pair.told for pair in pool])
    questions = encoder.encode([pair.asked for pair in asked])
    items = np.array([pair.item for pair in pool])
    ranks = []
    for pair, scores in zip(asked, questions @ told.T, strict=True):
        best = scores[items == pair.item].max()
        ranks.append(1 + len(set(items[scores > best].tolist())))
    return [1 / rank for rank in ranks]
