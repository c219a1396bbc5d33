"""``careen.api`` is enough: for the programs and checks that the documentation shows, and for the types of its results."""

import ast
import inspect
import re
import types
import typing

import pytest
from tests.conftest import ROOT

from careen import api

PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/*.md")])
FENCE = re.compile(r"```python\n(.*?)```", re.DOTALL)
FUNCTIONS = [name for name in api.__all__ if inspect.isfunction(getattr(api, name))]


def imported(code):
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_documentation_imports_nothing_deeper(page):
    for code in FENCE.findall(page.read_text("utf-8")):
        names = [name for name in imported(code) if name.partition(".")[0] == "careen"]
        assert all(name.startswith("careen.api") for name in names), names
        assert all(name.removeprefix("careen.api.") in api.__all__ for name in names if name != "careen.api")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_documentation_names_no_deeper_module_to_import(page):
    assert re.findall(r"`careen\.(?!api\b)[a-z_]+\.(?!json)[\w.]+`", page.read_text("utf-8")) == []


def test_there_are_functions():
    assert set(FUNCTIONS) == {"check", "inventory", "make_settings", "render", "scan"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_documented_and_typed_with_public_types(name):
    function = getattr(api, name)
    assert function.__doc__
    hints = typing.get_type_hints(function)
    assert hints.keys() == {*inspect.signature(function).parameters, "return"}
    public = {getattr(api, name) for name in api.__all__}
    for hint in hints.values():
        for part in parts(hint):
            assert part in public or part.__module__ in ("builtins", "typing", "collections.abc", "types"), part


def parts(hint):
    if isinstance(hint, types.UnionType) or typing.get_origin(hint):
        for part in typing.get_args(hint):
            yield from parts(part) if not isinstance(part, list) else ()
    elif hint is not typing.Any and hint is not None and isinstance(hint, type):
        yield hint


def test_results_are_frozen():
    for name in api.__all__:
        found = getattr(api, name)
        if hasattr(found, "__struct_config__") and found.__module__.startswith("careen.model."):
            assert found.__struct_config__.frozen, name


# What the command line may import when it runs: the library, the functions of ``app``, data, and what writes text.
SHELL = {
    "api",
    "app",
    "atomic",
    "cli",
    "config",
    "errors",
    "exposure",
    "formats",
    "model",
    "output",
    "plugins",
    "registries",
    "log",
    "reports",
    "safety",
}


def runtime_imports(tree):
    """The modules that a file imports, but for those that only its annotations need."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        yield from runtime_imports(node)


@pytest.mark.parametrize("file", sorted((ROOT / "src/careen/cli").glob("*.py")), ids=lambda file: file.name)
def test_the_command_line_does_no_work_of_its_own(file):
    found = {name.split(".")[1] for name in runtime_imports(ast.parse(file.read_text("utf-8"))) if name.startswith("careen.")}
    assert found <= SHELL
