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


# Fields of our structs and errors that hold sentences for people.
SENTENCES = {"reason", "detail", "message", "hint"}
QUESTIONS = {"startswith", "endswith", "match", "search", "fullmatch", "find", "index", "count"}
EXEMPT = {
    ("cli/reconcile.py", "one.reason == reason"),  # of a Disagreement: a code
    # Whether a text or number is written beside another text that has it already.
    ("reports/sarif.py", "finding.message != finding.title"),
    ("reports/table.py", "fault.message != fault.title"),
    ("reports/table.py", "str(reason.packages) in reason.detail.split()"),
    # On their way out.
    ("cli/db.py", "feed.detail.startswith('held back')"),
    ("scan.py", "reason.detail == f'{release.title}: no feed'"),
}


def test_codes_decide_and_not_sentences():
    """A better sentence must not change what the program does: what decides is a field of its own, a code."""
    found = {
        (path.relative_to(ROOT / "src/careen").as_posix(), ast.unparse(node))
        for path, tree in trees("src/careen")
        for node in ast.walk(tree)
        if asks_a_sentence(node)
    }
    assert not found - EXEMPT


def asks_a_sentence(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        return any(map(is_sentence, (node.left, *node.comparators)))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in QUESTIONS:
        return any(map(is_sentence, (node.func.value, *node.args)))
    return isinstance(node, ast.Match) and is_sentence(node.subject)


def is_sentence(node: ast.AST) -> bool:
    """``x.reason``, ``str(error)``, and what is made of one of them."""
    match node:
        case ast.Attribute(attr=name):
            return name in SENTENCES
        case ast.Call(func=ast.Name(id="str" | "repr"), args=[ast.Name(id=name)]):
            return name in ("error", "trouble", "failure", "found")
        case ast.Call(func=ast.Attribute(value=inner)) | ast.Subscript(value=inner):
            return is_sentence(inner)
    return False


def test_the_check_of_sentences_finds_them():
    for text in (
        "'a b' in one.reason",
        "x.detail == y",
        "x.detail.lower().startswith(Y)",
        "'c' in str(error)",
        "P.match(e.hint)",
    ):
        assert any(map(asks_a_sentence, ast.walk(ast.parse(text)))), text
    for text in ("x.code == 'a'", "visible(one.reason)", "one.reason or ''", "x.detail.split()"):
        assert not any(map(asks_a_sentence, ast.walk(ast.parse(text)))), text
