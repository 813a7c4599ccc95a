"""The desk's own tongue: a copy of the model learns from the desk's records, and is kept only when it finds better.

Training runs in a process of its own, with bounded memory and threads. What was held back from it says whether the new
model finds better than the old one, beyond what chance explains.
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

from assistant import held_back
from assistant.desk.errors import DeskError
from assistant.telling import Tell
from index import evaluation, lesson
from index.encoder import Encoder, OnnxEncoder
from index.lesson import Pair
from index.recipe import FULL

MOST_PAIRS = 4000  # trained on in one night
FEWEST_HELD = 30  # fewer say nothing
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
    others, held = held_back.parted(all_pairs)
    if len(held) < FEWEST_HELD:
        raise CannotAdapt(f"{len(all_pairs)} pairs of texts are too few to learn from and to check.")
    learned = held_back.sample(others, MOST_PAIRS)
    _train(model, learned, target, manner, tell)
    tell("Checking the model", 0, 2)
    exam = held_back.Exam(held, learned)
    before = exam.found(old)
    tell("Checking the model", 1, 2)
    after = exam.found(OnnxEncoder(target, manner.threads))
    tell("Checking the model", 2, 2)
    low, high = evaluation.interval([new - was for new, was in zip(after, before, strict=True)])
    return Verdict(len(learned), len(exam.asked), fmean(before), fmean(after), low, high)


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
