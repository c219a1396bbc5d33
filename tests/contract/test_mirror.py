"""Tests mirror the tree: every module of src that decides something has its test file, or its golden cases.

``a/b.py`` and ``a/b/__init__.py`` have ``tests/unit/a/test_b.py``, or ``tests/unit/a/b/test_b.py``, or the folder
``tests/golden/a/b``. A module without functions, such as a table or a data type, has nothing to test.
"""

import ast

import pytest
from tests.conftest import ROOT

SOURCE = ROOT / "src" / "careen"

# Checks have no test files: tests/contract/test_checks.py runs their examples in tests/checks.
CHECKS = tuple(
    f"checks/{folder}" for folder in ("compose", "dockerfile", "image", "kubernetes", "network", "rbac", "running", "terraform")
)

# ``module: what tests it instead``, a module a line. ``--update`` deletes lines that are no longer true, and adds none.
LIST = ROOT / "tests" / "contract" / "not_mirrored.txt"


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


def exceptions() -> dict[str, str]:
    return dict(line.split(": ", 1) for line in LIST.read_text("utf-8").splitlines())


def is_check(module: str) -> bool:
    return module.startswith(CHECKS)


@pytest.mark.parametrize("module", [module for module in modules() if not is_check(module)])
def test_a_module_has_its_test_file_or_golden_cases(module):
    folder, _, name = module.rpartition("/")
    assert is_mirrored(module) or module in exceptions(), f"write tests/unit/{folder}/test_{name}.py"


def test_exceptions_are_still_needed(update):
    known = set(modules())
    needed = {module: reason for module, reason in exceptions().items() if module in known and not is_mirrored(module)}
    if update:
        LIST.write_text("".join(f"{module}: {reason}\n" for module, reason in sorted(needed.items())), "utf-8")
    assert sorted(exceptions()) == sorted(needed), "these modules are gone or have their test file: delete their lines"
