"""Rules for the sources themselves."""

import ast
import re
from collections.abc import Collection, Iterator

from tests.conftest import ROOT

CLOCKS = {"monotonic", "perf_counter", "process_time", "thread_time", "monotonic_ns", "perf_counter_ns", "process_time_ns"}

MEASURING = (
    "support/servers.py",
    "web/relay.py",
    "web/measure.py",
    "web/stage.py",
    "support/clients/harbor.py",
    "support/clients/quay.py",
)  # they note when, are a line of some speed, or have a client's time limits


def trees(folder: str, words: Collection[str]) -> Iterator[tuple[str, ast.Module]]:
    """(path below the folder, tree) of the modules that have one of these words."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        text = path.read_text("utf-8") if "golden" not in path.parts else ""
        if any(word in text for word in words):
            yield path.relative_to(ROOT / folder).as_posix(), ast.parse(text)


def test_no_test_asserts_how_long_something_takes():
    """So none reads a clock that measures it; the test servers note when a request came."""
    found = [
        f"{path}:{node.lineno}"
        for path, tree in trees("tests", CLOCKS)
        for node in ast.walk(tree)
        if (getattr(node, "attr", "") in CLOCKS or (isinstance(node, ast.alias) and node.name in CLOCKS))
        and path not in MEASURING
    ]
    assert not found, "tests/support/work.py counts work instead"


# Fields of our structs and errors that hold sentences for people.
SENTENCES = {"reason", "detail", "message", "hint"}
QUESTIONS = {"startswith", "endswith", "match", "search", "fullmatch", "find", "index", "count"}


def test_codes_decide_and_not_sentences():
    """A better sentence must not change what the program does: what decides is a field of its own, a code."""
    found = {
        (path, ast.unparse(node))
        for path, tree in trees("src/careen", {*(f".{name}" for name in SENTENCES), "str(error)"})
        for node in ast.walk(tree)
        if asks_a_sentence(node)
    }
    assert not found


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
            return name == "error"
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


# Sentences for people are made in these.
WORDED = (
    "app",
    "cli",
    "matching",
    "policy",
    "registries",
    "reports",
    "scan.py",
    "check.py",
    "output/summary.py",
    "output/outcome.py",
)
CLAIMS = re.compile(r"\b(safe|clean|secure|no vulnerabilities|vulnerability[- ]free)\b", re.IGNORECASE)
COMMANDS = {" clean all", " && zypper clean --all", "conda clean --all --force-pkgs-dirs --yes"}  # of package managers


def test_no_message_calls_an_image_safe():
    found = [
        f"{path}:{node.lineno}: {node.value!r}"
        for path, tree in trees("src/careen", ("safe", "clean", "secure", "ulnerab"))
        if path.startswith(WORDED)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
        if CLAIMS.search(node.value) and node.value not in COMMANDS and node not in docstrings(tree)
    ]
    assert not found


def docstrings(tree: ast.Module) -> set[ast.AST]:
    parts = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    return {node.body[0].value for node in parts if node.body and isinstance(node.body[0], ast.Expr)}


def test_no_page_calls_an_image_safe():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    found = [f"{page.name}: {line}" for page in pages for line in page.read_text("utf-8").splitlines() if CLAIMS.search(line)]
    assert [line for line in found if not line.startswith("dependencies.md: ")] == []
