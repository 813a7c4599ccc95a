"""The house keeps its own rules: who may import whom, how long things are, and what is never written."""

import ast
import re
import statistics
import subprocess
import sys
from collections import Counter
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.house import ROOT, Function, Module, modules, ours, sources, tracked, within

EXPORT_KNOWS = {"onnx", "sentence_transformers", "torch", "transformers"}
INDEX_KNOWS = {"faiss", "numpy", "openvino", "tantivy", "tokenizers", *EXPORT_KNOWS}
WEB_PARTS = {
    "flask",
    "flask_limiter",
    "flask_login",
    "flask_wtf",
    "htmx_flask",
    "jinja2",
    "waitress",
    "werkzeug",
}
NEVER = {  # package -> what it may not import
    "index": {"assistant", "kb", "sqlalchemy", *WEB_PARTS},
    "kb": {"assistant", *WEB_PARTS},
    "assistant.desk": set(WEB_PARTS),
    "assistant.web": {"assistant.api"},
    "assistant.api": {"assistant.web"},
}
ROOMS = (
    "index",
    "kb",
    "assistant.desk",
    "assistant.web",
    "assistant.api",
    "assistant.importers",
    "assistant.demo",
)
WRITTEN = re.compile(r".*\.(py|html|md|toml|txt|svg|js|json|css|xml|mako|gitignore)|LICENSE|\.ci/run")
FORBIDDEN_FOLDERS = {"utils", "helpers", "common", "misc", "services", "managers"}
DANGEROUS = {"pickle", "marshal", "shelve", "dill", "joblib"}
MANY_IMPORTS = {"assistant.runtime", "assistant.app"}  # where everything meets


@pytest.mark.parametrize("room", NEVER)
def test_a_room_imports_only_what_lies_below_it(room: str):
    wrong = [
        f"{module.path} imports {name}"
        for module in modules()
        if within(module.name, room)
        for name in module.imports()
        if within(name, *NEVER[room])
    ]
    assert not wrong


def test_the_index_knows_only_arrays_and_engines():
    known = INDEX_KNOWS | set(sys.stdlib_module_names) | {"index"}
    assert not [
        f"{module.path} imports {name}"
        for module in modules()
        if within(module.name, "index")
        for name in module.imports()
        if name.split(".")[0] not in known
    ]


def test_the_desk_knows_nothing_of_the_doors_or_the_wiring():
    assert not [
        f"{module.path} imports {name}"
        for module in modules()
        if within(module.name, "assistant.desk")
        for name in module.imports()
        if within(name, "assistant") and not within(name, "assistant.desk")
    ]


def test_no_two_rooms_import_each_other():
    pairs = {
        (room(module.name), room(name))
        for module in modules()
        for name in module.imports()
        if room(module.name) and room(name) and room(module.name) != room(name)
    }
    assert not [pair for pair in pairs if pair[::-1] in pairs]


def room(name: str) -> str | None:
    return next((one for one in ROOMS if within(name, one)), None)


def test_modules_import_each_other_in_one_direction():
    graph = {module.name: module.imports(late=False) & ours().keys() for module in modules()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"These import each other: {' -> '.join(error.args[1])}")


def test_only_what_makes_models_knows_torch():
    knows = {one.path for one in modules() if any(within(name, *EXPORT_KNOWS) for name in one.imports())}
    makers = {"index/export.py", "index/adapting.py"}
    assert knows <= makers
    loaded = {"index.export", "index.adapting"}
    assert {one.path for one in modules() if loaded & one.imports(late=False)} <= makers


def test_the_web_process_starts_without_torch():
    program = "import sys, assistant.serve; print('torch' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True).strip() == "False"


def test_files_are_short():
    assert not [f"{one.path}: {one.lines} lines" for one in sources() if one.lines > 400]
    lengths = [one.lines for one in sources() if one.lines > 1]
    assert statistics.median(lengths) <= 130
    assert statistics.quantiles(lengths, n=10)[-1] <= 300


def test_functions_are_short():
    lengths = {f"{one.path}:{node.name}": length(node) for one in sources() for node in one.functions()}
    assert not {name: lines for name, lines in lengths.items() if lines > 50}
    assert statistics.median(lengths.values()) <= 8
    assert statistics.quantiles(lengths.values(), n=10)[-1] <= 25


def test_views_are_short():
    lengths = {
        f"{one.path}:{node.name}": length(node)
        for one in modules()
        if within(one.name, "assistant.web", "assistant.api")
        for node in one.functions()
        if any(re.search(r"\.(route|get|post)$", called(decorator)) for decorator in node.decorator_list)
    }
    assert lengths, "no view was found"
    assert not {name: lines for name, lines in lengths.items() if lines > 25}
    assert statistics.quantiles(lengths.values(), n=10)[-1] <= 15


def length(node: Function) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def called(decorator: ast.expr) -> str:
    return ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)


def test_functions_take_few_arguments():
    assert not [
        f"{one.path}:{node.name} takes {len(positional(node))} by position, {len(node.args.kwonlyargs)} by name"
        for one in sources()
        for node in one.functions()
        if len(positional(node)) > 5 or len(positional(node)) + len(node.args.kwonlyargs) > 9
    ]


def positional(node: Function) -> list[str]:
    names = [argument.arg for argument in node.args.posonlyargs + node.args.args]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def test_a_file_imports_from_few_places():
    places = {one.name: len(named(one)) for one in modules()}
    assert not {name: count for name, count in places.items() if count > (30 if name in MANY_IMPORTS else 20)}
    assert (
        statistics.quantiles(places.values(), n=10)[-1] <= 17
    )  # one noun, one file: nouns are imported one by one


def named(module: Module) -> set[str]:
    """Return the modules that stand after `import` or `from` in a file."""
    nodes = list(ast.walk(module.tree))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def test_every_module_says_what_lives_in_it():
    tests = [ast.parse(path.read_text("utf-8")) for path in (ROOT / "tests").rglob("test_*.py")]
    assert not [one.path for one in sources() if not ast.get_docstring(one.tree)]
    assert all(map(ast.get_docstring, tests)), "a test file says what it is about"


def test_public_names_are_explained():
    explained = Counter(bool(ast.get_docstring(node)) for one in sources() for node in public(one))
    assert explained[True] / explained.total() >= 0.85


def public(module: Module) -> list[Function | ast.ClassDef]:
    found = [node for node in top_level_of(module) if not node.name.startswith("_")]
    methods = [
        method
        for node in found
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, Function) and not method.name.startswith("_")
    ]
    return [*found, *methods]


def top_level_of(module: Module) -> list[Function | ast.ClassDef]:
    return [node for node in module.tree.body if isinstance(node, Function | ast.ClassDef)]


def test_no_folder_is_called_after_nothing():
    folders = {part for path in tracked() for part in path.split("/")[:-1]}
    assert not folders & FORBIDDEN_FOLDERS


def test_only_what_people_write_is_kept():
    assert not [path for path in tracked() if not WRITTEN.fullmatch(path)]


def test_nothing_is_left_for_later():
    words = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "[Ll]orem" + " ipsum")))
    assert not [
        f"{path}: {found[0]}"
        for path in tracked()
        if path.endswith((".py", ".html", ".md", ".toml", ".css", ".js")) and "vendor/" not in path
        if (found := words.search((ROOT / path).read_text("utf-8")))
    ]


def test_sql_is_never_built_from_strings():
    wrong = [
        f"{one.path}:{node.lineno}"
        for one in modules()
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Call) and node.args
        if ast.unparse(node.func).split(".")[-1]
        in {"text", "exec_driver_sql", "executescript", "literal_column"}
        if ast.unparse(node.func).split(".")[0] not in {"forms", "self"} and is_built(node.args[0])
    ]
    assert not wrong


def is_built(node: ast.expr) -> bool:
    """Return whether a string is put together from others: by f-string, +, % or format."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    return isinstance(node, ast.BinOp) or (
        isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".format")
    )


def test_nothing_that_is_read_can_run():
    wrong = [
        f"{one.path} imports {name}"
        for one in sources()
        for name in one.imports()
        if within(name, *DANGEROUS)
    ]
    wrong += [
        f"{one.path}:{node.lineno} calls {ast.unparse(node.func)}"
        for one in sources()
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Call)
        if ast.unparse(node.func)
        in {"eval", "exec", "compile", "__import__", "yaml.load", "yaml.unsafe_load"}
        if not all(isinstance(argument, ast.Constant) for argument in node.args)
    ]
    assert not wrong
