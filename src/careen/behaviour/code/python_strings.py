"""SQL that is put together from text, and passwords in the text."""

import ast
import re
from collections.abc import Iterator, Mapping

from careen.safety.pattern import pattern

from .python_names import text_of
from .rules import Match

MAX_LETTERS = 20_000
MAX_PARTS = 200
MAX_KEYS = 500  # of a literal; larger ones are tables of data
_SQL = pattern(
    r"(select\s.*from\s|delete\s+from\s|insert\s+into\s.*values[\s(]|with\s+[^\s(]+\s+as\s*\(|update\s.*set\s)",
    re.IGNORECASE | re.DOTALL,
)
_WORDS = r"(?:pas+wo?r?d|pass(?:phrase)?|pwd|token|secrete?)"
SHORTEST_PASSWORD = 3  # shorter texts are placeholders
_PASSWORD = pattern(rf"(?:^{_WORDS}$|_{_WORDS}_|^{_WORDS}_|_{_WORDS}$)", re.IGNORECASE)
Parents = Mapping[ast.AST, ast.AST]


def sql_matches(node: ast.Constant | ast.JoinedStr, parents: Parents) -> Iterator[Match]:
    """A match if ``node`` is the text of an SQL statement to which ``+``, ``%``, ``format`` or braces add values."""
    text, whole, replaced = _statement(node, parents)
    if whole is None or not _SQL.search(text[:MAX_LETTERS]):
        return
    executed = _is_executed(whole, parents)
    yield Match(
        "COD-004",
        node.lineno,
        "a statement of SQL is made of text",
        None,
        "likely" if executed and not replaced else "possible",
    )


def _statement(node: ast.Constant | ast.JoinedStr, parents: Parents) -> tuple[str, ast.AST | None, bool]:
    """The text of the statement, the whole expression (None if no value is added), and whether ``replace`` adds the value."""
    parent = parents.get(node)
    if isinstance(node, ast.JoinedStr):
        changing = any(isinstance(part, ast.FormattedValue) for part in node.values)
        text = "".join(text_of(part) or "{}" for part in node.values[:MAX_PARTS])
        return text, node if changing else None, False
    text = str(node.value)
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add | ast.Mod):
        return _joined(node, parents)
    if (
        isinstance(parent, ast.Attribute)
        and parent.attr in ("format", "replace")
        and isinstance(call := parents.get(parent), ast.Call)
    ):
        return text, call, parent.attr == "replace"
    return text, None, False


def _joined(node: ast.Constant, parents: Parents) -> tuple[str, ast.AST | None, bool]:
    """Like ``_statement``, for an expression of ``+`` or ``%`` that begins with ``node``. A later part of the expression has no
    whole expression (None): it is not a statement by itself."""
    whole: ast.AST = node
    texts = [str(node.value)]
    for _ in range(MAX_PARTS):
        parent = parents.get(whole)
        if not isinstance(parent, ast.BinOp) or parent.left is not whole or not isinstance(parent.op, ast.Add | ast.Mod):
            break
        texts.append(text_of(parent.right) or ("{}" if isinstance(parent.op, ast.Add) else ""))
        whole = parent
    return "".join(texts), whole if whole is not node and not _is_constant(whole) else None, False


def _is_constant(node: ast.AST) -> bool:
    for _ in range(MAX_PARTS):
        if not isinstance(node, ast.BinOp):
            break
        if text_of(node.right) is None:
            return False
        node = node.left
    return text_of(node) is not None


def _is_executed(node: ast.AST, parents: Parents) -> bool:
    call = parents.get(node)
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in ("execute", "executemany")


def password_matches(node: ast.Constant, parents: Parents) -> Iterator[Match]:
    """Matches for a literal that is assigned to, or compared with, a name that sounds like a password."""
    parent = parents.get(node)
    for name in _names_beside(node, parent, parents):
        if found := password(name, node, node.lineno):
            yield found
            return


def password(name: str, value: ast.AST, line: int) -> Match | None:
    """A match if the name sounds like a password and the value is a literal; None otherwise. It does not show the value."""
    text = text_of(value)
    if text is None or len(text) < SHORTEST_PASSWORD or not _PASSWORD.search(name):
        return None
    return Match("COD-012", line, f"{name} has a value of {len(text)} letters in the code", None, "possible")


def _names_beside(node: ast.Constant, parent: ast.AST | None, parents: Parents) -> Iterator[str]:
    if isinstance(parent, ast.Assign):
        yield from (name for target in parent.targets if (name := _name(target)))
    elif isinstance(parent, ast.AnnAssign):
        yield _name(parent.target)
    elif isinstance(parent, ast.Compare) and parent.comparators[0] is node:
        yield _name(parent.left)
    elif isinstance(parent, ast.Dict) and len(parent.values) <= MAX_KEYS and node in parent.values:
        yield text_of(parent.keys[parent.values.index(node)]) or ""
    elif isinstance(parent, ast.keyword) and parent.arg:
        yield parent.arg


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return text_of(node.slice) or "" if isinstance(node, ast.Subscript) else ""
