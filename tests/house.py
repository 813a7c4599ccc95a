"""The house as data: every Python file of ours, parsed once, and what it imports, for the tests that read the code."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
PACKAGES = ("assistant", "index", "kb")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module(NamedTuple):
    """A Python file. path: relative to the checkout, with slashes."""

    path: str
    name: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def imports(self, *, late: bool = True) -> set[str]:
        """Return the modules this file imports, ours as far as they are files. late: also inside functions."""
        nodes = ast.walk(self.tree) if late else top_level(self.tree)
        return {name for node in nodes for name in imported(node)}


def top_level(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what runs when the file is imported: everything outside functions and `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        only_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if not only_types and not isinstance(node, Function | ast.Lambda):
            yield node
            yield from top_level(node)


def imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        submodules = [f"{node.module}.{alias.name}" for alias in node.names]
        names = {name if name in ours() else node.module for name in submodules}
        yield from names


@cache
def ours() -> dict[str, Path]:
    """Return our modules: dotted name -> file."""
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return {dotted(path): path for path in sorted(paths)}


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of the three packages."""
    return tuple(module(path, name) for name, path in ours().items())


def module(path: Path, name: str = "") -> Module:
    text = path.read_text("utf-8")
    return Module(path.relative_to(ROOT).as_posix(), name, text, ast.parse(text))


@cache
def sources() -> tuple[Module, ...]:
    """Return what has to keep the sizes of the house: the packages without migrations' versions, and run.py."""
    kept = [one for one in modules() if "/migrations/versions/" not in one.path]
    return (*kept, module(ROOT / "run.py", "run"))


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def within(name: str, *packages: str) -> bool:
    """Return whether a module is one of these packages or lies in one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def tracked() -> list[str]:
    """Return the files of the checkout that git knows and that stand."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for path in listed.splitlines() if (ROOT / path).is_file()]
