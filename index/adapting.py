"""Teach the model the language of a desk: python -m index.adapting MODEL PAIRS TARGET THREADS NICENESS PRECISION.

PAIRS is a file of index/lesson.py. Contrastive: of all texts of a batch, each question has to find
the one it belongs to (Henderson and others 2017). Runs in a process of its own, because training needs memory that a
serving process must not keep; prints one line of JSON for each step.
"""

import json
import os
import random
import resource
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from torch.nn.functional import cross_entropy, normalize

from index import lesson
from index.export import find_model, write_export
from index.lesson import Pair
from index.recipe import Recipe

BATCH, RATE, TOKENS = 32, 2e-5, 160
SCALE = 20.0  # of the cosine, as the model itself was trained
WARM = 0.1  # share of the steps in which the rate rises
SEED = 7
MEMORY_BYTES = 6 << 30  # of the training process; it needs about half of that


def adapt(name: str, pairs: Sequence[Pair], target: Path, *, threads: int, precision: str) -> Recipe:
    """Train a copy of a model on pairs and export it. Raises ModelMissing, or ModelDamaged."""
    torch.manual_seed(SEED)
    torch.set_num_threads(threads)
    source = find_model(name)
    model = SentenceTransformer(str(source), device="cpu", local_files_only=True)
    longest = model.max_seq_length
    model.max_seq_length = TOKENS
    _train(model, pairs)
    model.max_seq_length = longest
    return write_export(model.eval(), f"{Path(name).name}+own", _revision(model), target, precision)


def _train(model: SentenceTransformer, pairs: Sequence[Pair]) -> None:
    batches = list(_batches(pairs))
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
    warm = max(1, int(WARM * len(batches)))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.0, (len(batches) - step) / len(batches)))
    )
    model.train()
    for step, batch in enumerate(batches, 1):
        loss = _loss(model, batch)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        _say(step=step, of=len(batches), loss=round(loss.item(), 4))


def _say(**what: float) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


def _batches(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    shuffled = list(pairs)
    random.Random(SEED).shuffle(shuffled)  # noqa: S311 - an order, not a secret
    for start in range(0, len(shuffled), BATCH):
        if len(batch := shuffled[start : start + BATCH]) > 1:
            yield batch


def _loss(model: SentenceTransformer, batch: Sequence[Pair]) -> torch.Tensor:
    """Return how badly each text of the batch finds the one it belongs to, in both directions."""
    asked, told = _vectors(model, [one.asked for one in batch]), _vectors(model, [one.told for one in batch])
    scores = SCALE * asked @ told.T
    same = torch.tensor([[one.item == other.item for other in batch] for one in batch])
    scores = scores.masked_fill(same & ~torch.eye(len(batch), dtype=torch.bool), -1e4)
    wanted = torch.arange(len(batch))
    return (cross_entropy(scores, wanted) + cross_entropy(scores.T, wanted)) / 2


def _vectors(model: SentenceTransformer, texts: list[str]) -> torch.Tensor:
    features: dict[str, Any] = model.preprocess(texts)
    return normalize(model(features)["sentence_embedding"], dim=-1)


def _revision(model: SentenceTransformer) -> str:
    """Return the SHA-256 of the weights as they are now."""
    hashed = sha256()
    for name, weights in sorted(model.state_dict().items()):
        hashed.update(name.encode())
        hashed.update(weights.numpy().tobytes())
    return hashed.hexdigest()


def main(arguments: Sequence[str]) -> None:
    """Train on the pairs of a file."""
    name, pairs, target, threads, niceness, precision = arguments
    os.nice(int(niceness))
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    adapt(name, lesson.read(Path(pairs)), Path(target), threads=int(threads), precision=precision)


if __name__ == "__main__":
    main(sys.argv[1:])
