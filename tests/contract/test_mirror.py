"""Tests mirror the tree: every module of src that decides something has its test file, or its golden cases.

``a/b.py`` and ``a/b/__init__.py`` have ``tests/unit/a/test_b.py``, or ``tests/unit/a/b/test_b.py``, or the folder
``tests/golden/a/b``. A module without functions, such as a table or a data type, has nothing to test.
"""

import ast

import pytest
from tests.conftest import ROOT

SOURCE = ROOT / "src" / "careen"

# By folder: why its modules are not mirrored.
FOLDERS = {
    "checks/compose": "their examples are in tests/checks, which tests/contract/test_checks.py runs",
    "checks/dockerfile": "as above",
    "checks/image": "as above",
    "checks/kubernetes": "as above",
    "checks/network": "as above",
    "checks/rbac": "as above",
    "checks/running": "as above",
}

# Module by module: what tests it instead. Delete a line when its test file is there.
EXCEPTIONS: dict[str, str] = {}


def modules() -> list[str]:
    """Every module with a function, as a path: ``formats/data/plain``; a package is its folder."""
    paths = (path.relative_to(SOURCE) for path in sorted(SOURCE.rglob("*.py")) if _has_function(path))
    return [(path.parent if path.name == "__init__.py" else path.with_suffix("")).as_posix() for path in paths]


def _has_function(path) -> bool:
    return any(isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(path.read_text("utf-8"))))


def is_mirrored(module: str) -> bool:
    folder, _, name = module.rpartition("/")
    tests, golden = ROOT / "tests" / "unit", ROOT / "tests" / "golden" / module
    return (tests / folder / f"test_{name}.py").exists() or (tests / module / f"test_{name}.py").exists() or golden.is_dir()


def is_excepted(module: str) -> bool:
    return module in EXCEPTIONS or any(module == folder or module.startswith(f"{folder}/") for folder in FOLDERS)


@pytest.mark.parametrize("module", [module for module in modules() if not is_excepted(module)])
def test_a_module_has_its_test_file_or_golden_cases(module):
    folder, _, name = module.rpartition("/")
    assert is_mirrored(module), f"write tests/unit/{folder}/test_{name}.py"


@pytest.mark.parametrize("module", EXCEPTIONS)
def test_an_exception_is_still_one(module):
    assert module in modules(), "no such module: delete its line"
    assert not is_mirrored(module), "it has its test file: delete its line"
