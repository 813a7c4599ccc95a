"""From text to vectors: the serving encoder over OpenVINO, and a deterministic one for tests."""

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelDamaged, ModelMissing
from index.recipe import Recipe, digest

Vectors = NDArray[np.float32]

GRAPH, TOKENIZER, RECIPE = "model.onnx", "tokenizer.json", "recipe.json"
BFLOAT16, EXACT = "BF16", {"INFERENCE_PRECISION_HINT": "f32"}
PROBE = "Outlook asks for the password again and again since the update of this morning. " * 4
LEAST_ALIKE = 0.999  # cosine of the probe in bfloat16 with itself in full precision
BATCH_TOKENS = 4096  # padded tokens in one call: keeps memory flat whatever the lengths are
STEP = 16  # tokens: lengths are rounded up to it, since the runtime prepares itself for each length it meets
FULL_ENOUGH = 0.6  # of the longest text of a call: padding a shorter one takes longer than a call of its own


class Encoder(Protocol):
    """Turns texts into vectors that can be compared by their inner product."""

    recipe: Recipe

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one vector of length 1 for each text, float32, shape (texts, dimension), in their order."""

    def strangeness(self, text: str) -> float:
        """Return into how many pieces the model breaks a word: about 1.3 in prose, more in codes and logs."""


class OnnxEncoder:
    """Serves an exported model; safe to share between threads.

    Processors that multiply in bfloat16 do so, several times as fast; a vector then has a cosine of 0.9999 or more with
    the exact one. Where it has not (OpenVINO is wrong on some: its issue 38256) they read in full precision.
    threads: 0 takes all processors. Raises ModelMissing or ModelDamaged when it cannot be used.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        self.recipe = load_recipe(folder)
        try:
            import openvino  # noqa: PLC0415 - the desk starts without it
            from tokenizers import Tokenizer  # noqa: PLC0415 - the desk starts without it
        except ImportError as error:
            raise ModelMissing(f"A library that serves the model is missing: {error.name}.") from error
        how = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads, "ENABLE_CPU_PINNING": False}
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(self.recipe.max_tokens)
            self._graph = self._trusted(openvino.Core(), folder / GRAPH, how)
        except Exception as error:  # both libraries raise bare or private exceptions
            raise ModelDamaged(f"The model in {folder} cannot be loaded: {error}") from error

    def _trusted(self, core: Any, path: Path, how: Mapping[str, Any]) -> "_Graph":
        """Return the graph as the processor runs it best, if that says what it says in full precision."""
        fast = _Graph(core.compile_model(path, "CPU", how))
        if BFLOAT16 not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            return fast
        exact = _Graph(core.compile_model(path, "CPU", {**how, **EXACT}))
        probe = self._tokenizer.encode_batch_fast([PROBE])
        return fast if float(np.vdot(fast.run(probe), exact.run(probe))) >= LEAST_ALIKE else exact

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one vector of length 1 for each text, float32, shape (texts, dimension), in their order."""
        encodings = self._tokenizer.encode_batch_fast(list(texts))
        vectors = np.empty((len(encodings), self.recipe.dimension), dtype=np.float32)
        for batch in _batches([len(encoding.ids) for encoding in encodings]):
            vectors[batch] = self._graph.run([encodings[position] for position in batch])
        return vectors

    def strangeness(self, text: str) -> float:
        """Return into how many pieces the model breaks a word of what it reads of the text."""
        encoding = self._tokenizer.encode(text)
        end = max((last for _, last in encoding.offsets), default=0)
        return len(encoding.ids) / max(1, len(text[:end].split()))


class _Graph:
    """A compiled graph. One call at a time: the runtime would let a second one wait in any case."""

    def __init__(self, compiled: Any) -> None:
        self._request, self._lock = compiled.create_infer_request(), Lock()
        self._inputs = [entry.any_name for entry in compiled.inputs]

    def run(self, encodings: Sequence[Any]) -> Vectors:
        """Return one vector for each text, given as the tokenizer broke it."""
        longest = -(-max(len(encoding.ids) for encoding in encodings) // STEP) * STEP
        feed = {name: np.zeros((len(encodings), longest), dtype=np.int64) for name in self._inputs}
        for row, encoding in enumerate(encodings):
            feed["input_ids"][row, : len(encoding.ids)] = encoding.ids
            feed["attention_mask"][row, : len(encoding.ids)] = 1
        with self._lock:
            vectors: Vectors = self._request.infer(feed)[0]
        return vectors


def load_recipe(folder: Path) -> Recipe:
    """Return the recipe of an exported model after comparing every file with its recorded SHA-256.

    Raises ModelMissing when there is none, ModelDamaged when a file is not what was exported.
    """
    if not (folder / RECIPE).is_file():
        raise ModelMissing(f"There is no exported model in {folder}.")
    try:
        record = json.loads((folder / RECIPE).read_text("utf-8"))
        recipe, files = Recipe(**record["recipe"]), dict(record["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise ModelDamaged(f"The recipe in {folder} cannot be read.") from error
    for name in {GRAPH, TOKENIZER, *files}:
        path = folder / Path(name).name
        if not path.is_file() or digest(path) != files.get(name):
            raise ModelDamaged(f"The file {name} of the model in {folder} is missing or has been altered.")
    return recipe


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Group positions by similar length, so that little is spent on padding."""
    batches: list[list[int]] = []
    for position in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        longest = lengths[batches[-1][0]] if batches else 0
        too_many = bool(batches) and (len(batches[-1]) + 1) * longest > BATCH_TOKENS
        if not batches or too_many or lengths[position] < FULL_ENOUGH * longest:
            batches.append([])
        batches[-1].append(position)
    return batches


class HashEncoder:
    """Vectors from hashed words: no model, always the same, texts that share words are near each other."""

    def __init__(self, dimension: int = 64) -> None:
        self.recipe = Recipe("hash", "1", dimension, "sum", 10_000)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one vector of length 1 for each text, float32, shape (texts, dimension), in their order."""
        vectors = np.zeros((len(texts), self.recipe.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row, 0] = 1e-3  # a text without words still has a direction
            for word in re.findall(r"\w+", text.lower()):
                hashed = int.from_bytes(sha256(word.encode()).digest()[:8])
                vectors[row, hashed % self.recipe.dimension] += 1 if hashed >> 63 else -1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def strangeness(self, text: str) -> float:
        """Return what prose has: this encoder knows every word."""
        return 1.2
