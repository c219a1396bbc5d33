"""``import careen`` is enough: for the programs and checks that the documentation shows, and for the types of its results."""

import ast
import doctest
import importlib
import inspect
import pathlib
import re
import subprocess
import sys
import types
import typing

import pytest
from tests.conftest import ROOT
from tests.support.feeds import GOLDEN, lay_out
from tests.support.library import lay_out_examples

import careen
from careen import api

PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/*.md")])
FENCE = re.compile(r"```python\n(.*?)```", re.DOTALL)
FUNCTIONS = [name for name in api.__all__ if inspect.isfunction(getattr(api, name))]


@pytest.fixture
def example_folder(tmp_path, monkeypatch):
    """The working folder of the documentation's examples."""
    lay_out_examples(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


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
        assert all(name.removeprefix("careen.api.").removeprefix("careen.") in {*api.__all__, "careen"} for name in names), (
            names
        )
        used = [node.attr for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Attribute) and is_careen(node.value)]
        assert set(used) <= set(api.__all__)


def is_careen(node):
    return isinstance(node, ast.Name) and node.id == "careen"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_documentation_names_no_deeper_module_to_import(page):
    assert re.findall(r"`careen\.(?!api\b)[a-z_]+\.(?!json)[\w.]+`", page.read_text("utf-8")) == []


def test_there_are_functions():
    assert set(FUNCTIONS) == {"check", "inventory", "make_settings", "match", "read_report", "render", "scan"}


def test_the_package_has_the_names_of_the_module():
    assert careen.__all__ == api.__all__
    assert all(getattr(careen, name) is getattr(api, name) for name in api.__all__)
    assert set(careen.__all__) <= set(dir(careen))
    with pytest.raises(AttributeError, match="no attribute 'scann'"):
        careen.scann


def test_no_public_name_is_that_of_a_module():
    """An import of ``careen.x`` would put the module into the place of the name, in any letters on some file systems."""
    modules = {path.stem.lower() for path in (ROOT / "src/careen").iterdir()}
    assert not modules & {name.lower() for name in api.__all__} - {"database"}
    assert "Database" in api.__all__  # beside the package ``database``: no import takes one for the other


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
    "agents",
    "api",
    "app",
    "atomic",
    "ci",  # the steps of a pipeline
    "cli",
    "config",
    "editor",
    "errors",
    "fleet",  # the commands of a server's operator
    "server",
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


EVERYTHING = """
import importlib, pkgutil, sys
import careen

for module in pkgutil.walk_packages(careen.__path__, "careen."):
    if not module.name.endswith(("__main__", "migrations.env")):
        try:
            importlib.import_module(module.name)
        except ImportError as error:
            assert not str(error.name).startswith("careen"), error  # an extra that is not installed

settings = careen.make_settings(advisories="advisories", offline=True, cache_dir="cache")
report = careen.scan("image.tar", settings)
assert report.findings and isinstance(report, careen.Report)
assert careen.check(["shop"], settings).findings
listed = careen.inventory("image.tar", settings)
assert listed.inventory.packages
assert careen.match(listed, settings).to_rows() == [row for row in report.to_rows() if row["kind"] == "vulnerability"]
open("report.json", "w").write(careen.render(report))
assert careen.read_report("report.json").to_rows() == report.to_rows()
assert repr(careen.Database(settings)) == "<Database in cache>"
print("done")
"""

THREADS = """
import sys, threading
import careen

start, results = threading.Barrier(10), []

def run(number):
    start.wait()
    options = dict(advisories="advisories", offline=True, cache_dir="cache")
    report = careen.scan("image.tar", **options)
    checked = careen.check(["shop"], scanners=("config",), **options)
    matched = careen.match(careen.inventory("image.tar", cache_dir="cache"), **options)
    results.append((report.to_rows(), checked.to_rows(), matched.to_rows(), careen.render(report, "csv")))

threads = [threading.Thread(target=run, args=(number,)) for number in range(10)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert len(results) == 10 and all(result == results[0] for result in results)
print("done")
"""


@pytest.mark.parametrize("program", [EVERYTHING, THREADS], ids=["after every import", "in ten threads"])
def test_every_function_works(program, example_folder):
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=example_folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("done\n", "", 0)


def test_an_import_loads_nothing():
    program = "import sys; before = set(sys.modules); import careen; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["careen"]


def test_a_call_neither_prints_nor_reads_arguments(example_folder):
    program = "import sys, careen; careen.match(['pkg:npm/minimist@1.2.5'], offline=True, advisories='advisories')"
    program += "; print(*sorted({'argparse', 'careen.cli'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=example_folder, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


@pytest.mark.parametrize("module", ["careen.api", "careen.api.database", "careen.api.report", "careen.api.settings"])
def test_the_examples_in_docstrings(module, example_folder):
    names = {"careen": careen, "pathlib": pathlib}
    lay_out(GOLDEN / "alpine" / "secfixes" / "input", example_folder / "feeds")
    found = doctest.DocTestFinder().find(importlib.import_module(module), globs=names)
    results = [doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test) for test in found]
    assert sum(result.attempted for result in results) > 0
    assert sum(result.failed for result in results) == 0
