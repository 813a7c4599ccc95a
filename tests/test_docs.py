"""The documents cannot lie: what the code offers stands in them, and what they point at is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from assistant.cli import main
from assistant.desk import process
from assistant.settings import PREFIX, Settings
from tests.house import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def document(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_explained(name: str):
    row = re.search(rf"^\| `{PREFIX}{name.upper()}` \|.*$", document("configuration.md"), re.MULTILINE)
    assert row, "it has no row in docs/configuration.md"
    assert Settings.model_fields[name].description in row[0]


def test_no_setting_is_explained_that_is_not_there():
    told = set(re.findall(rf"{PREFIX}([A-Z_]+)", "".join(path.read_text("utf-8") for path in DOCUMENTS)))
    assert told - {"NAME"} <= {name.upper() for name in Settings.model_fields}


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


COMMANDS = list(commands(main))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_operations_manual(command: str):
    assert f"`kintsugi {command}" in document("operations.md")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_explains_itself(command: str):
    found: click.Command = main
    for name in command.split():
        assert isinstance(found, click.Group)
        found = found.commands[name]
    assert found.help
    options = [one for one in found.params if isinstance(one, click.Option)]
    assert not [one.name for one in options if not one.help and not isinstance(one.type, click.Choice)]


def test_every_key_of_a_process_is_explained():
    keys = {*process.NEEDS, *process.GATES, *process.PHASES, *process.PROOFS}.union(*process.KEYS.values())
    words = set(re.findall(r"\w+", document("processes.md")))
    assert keys <= words


def test_every_process_that_ships_is_named():
    assert not [name for name in process.presets() if f"`{name}`" not in document("processes.md")]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_points_at_is_there(path: Path):
    text = path.read_text("utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in target]
    assert not [target for target in targets if not (path.parent / target).exists()]


@pytest.mark.parametrize(
    "path", [path for path in DOCUMENTS if "decisions" in path.parts], ids=lambda path: path.name
)
def test_a_decision_says_why(path: Path):
    text = path.read_text("utf-8")
    assert not [
        part
        for part in ("Status", "Context", "Evidence", "Decision", "Consequences")
        if f"## {part}" not in text
    ]
