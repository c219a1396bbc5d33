"""What is stored between runs is known by the digests of the code that made it: ``contents.PACKAGES`` has all of it."""

import ast
from importlib.util import resolve_name
from pathlib import Path

import careen
from careen.contents import PACKAGES

ROOT = Path(careen.__file__).parent
STORED = (  # whose results are stored: facts of layers, inventories, examinations, features of code, and matches
    *("behaviour", "catalogers", "details", "layers", "matching", "origin", "secrets", "versions"),
    *("pipeline.examination", "pipeline.layers", "pipeline.origin", "pipeline.second_look"),
)
NOT_IN_RESULTS = {
    "net": "compares addresses from which the knowledge base is made",
    "signing": "verifies what the knowledge base is made from",
    "store": "keeps the results",
}


def test_all_code_behind_stored_results_counts():
    reached: set[Path] = set()
    waiting = {module for name in STORED for module in _below(ROOT / name.replace(".", "/"))}
    while waiting:
        module = waiting.pop()
        reached.add(module)
        waiting |= set(_imported(module)) - reached
    folders = {module.relative_to(ROOT).parts[0] for module in reached if module.parent != ROOT}
    assert folders - {*PACKAGES} == NOT_IN_RESULTS.keys()


def _below(place):
    return sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]


def _imported(module):
    package = ".".join(("careen", *module.parent.relative_to(ROOT).parts))
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            source = resolve_name("." * node.level + (node.module or ""), package)
            names = [source, *(f"{source}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (found for name in names if name.startswith("careen.") and (found := _file_of(name)))


def _file_of(name):
    place = ROOT.joinpath(*name.split(".")[1:])
    return next((path for path in (place / "__init__.py", place.with_suffix(".py")) if path.is_file()), None)
