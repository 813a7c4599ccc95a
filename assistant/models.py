"""The models of a desk on its disk: the one it came with, and those that learned its language, by their recipes."""

import shutil
from collections.abc import Collection
from pathlib import Path

from assistant.settings import Settings
from index.encoder import Encoder, OnnxEncoder
from index.errors import ModelMissing
from kb.beside import SHIPPED

CANDIDATE = "candidate"  # instead of a recipe, while it is not known whether it is of use


def opened(settings: Settings, recipe: str) -> Encoder:
    """Open the model of a recipe. Raises ModelMissing or ModelDamaged when it is not here as it was made."""
    folder = folder_of(settings, recipe)
    if not folder.is_dir() and recipe != SHIPPED:
        raise ModelMissing(f"The model that learned this desk's language is not in {folder}.")
    return OnnxEncoder(folder, settings.encoder_threads)


def folder_of(settings: Settings, recipe: str) -> Path:
    """Return where the model of a recipe is."""
    return settings.model_folder if recipe == SHIPPED else settings.models_folder / recipe


def install(settings: Settings, recipe: str) -> None:
    """Copy the candidate to where the model of this recipe is opened from; it is there whole or not at all."""
    target, draft = folder_of(settings, recipe), folder_of(settings, f"{CANDIDATE}-copy")
    for path in (draft, target):
        shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(folder_of(settings, CANDIDATE), draft)
    draft.rename(target)


def forget_others(settings: Settings, recipes: Collection[str], fingerprints: Collection[str | None]) -> None:
    """Delete the models that learned the desk's language, and the saved vectors of any model, all but these."""
    named = {f"vectors-{one}" for one in fingerprints}
    gone = [path for path in settings.models_folder.glob("*/") if path.name not in recipes]
    gone += [path for path in settings.index_folder.glob("vectors*/") if path.name not in named]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
