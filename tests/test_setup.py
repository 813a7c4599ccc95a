"""Getting a desk ready again after an update: what stands stays, what is missing comes."""

import json
import shutil
from pathlib import Path

import pytest

from assistant import settings as configuration
from assistant import setup
from index.encoder import QUESTIONS, RECIPE, load_recipe


@pytest.fixture
def older(model, tmp_path):
    """The data folder of a desk whose model was exported before questions had a graph of their own."""
    folder = Path(shutil.copytree(model, tmp_path / "model"))
    (folder / QUESTIONS).unlink()
    record = json.loads((folder / RECIPE).read_text())
    del record["files"][QUESTIONS]
    (folder / RECIPE).write_text(json.dumps(record))
    return tmp_path


@pytest.mark.model
def test_an_older_model_gets_its_graph_for_questions_and_keeps_what_it_read(older):
    before, said = load_recipe(older / "model"), []
    setup.export_model(configuration.load(data=older), said.append)
    assert (older / "model" / QUESTIONS).exists() and load_recipe(older / "model") == before
    assert len(said) == 2 and said[-1].endswith("is ready.")


@pytest.mark.model
def test_a_model_that_is_as_wanted_is_left_alone(older):
    said = []
    setup.export_model(configuration.load(data=older, model_precision="fp32"), said.append)
    assert not (older / "model" / QUESTIONS).exists() and len(said) == 1
