"""Rules for the sources themselves."""

import ast
from pathlib import Path

from tests.conftest import ROOT

CLOCKS = {"monotonic", "perf_counter", "process_time", "thread_time", "monotonic_ns", "perf_counter_ns", "process_time_ns"}


def trees(folder: str) -> list[tuple[Path, ast.Module]]:
    return [
        (path, ast.parse(path.read_bytes())) for path in sorted((ROOT / folder).rglob("*.py")) if "golden" not in path.parts
    ]


def test_no_test_asserts_how_long_something_takes():
    """So none reads a clock that measures it; the test servers note when a request came."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in trees("tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS and path.name != "servers.py"
    ]
    assert not found, "tests/support/work.py counts work instead"
