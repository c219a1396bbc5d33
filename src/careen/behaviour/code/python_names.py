"""What the names of a program refer to, and values that its text contains."""

import ast
from collections.abc import Iterator

from .rules import Match

MAX_DEPTH = 30


class Names:
    """The modules and functions that a program imports, by the names that it gives them."""

    def __init__(self) -> None:
        self._imported: dict[str, str] = {}
        self.modules: set[str] = set()

    def add(self, node: ast.Import | ast.ImportFrom) -> None:
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            full = f"{module}.{alias.name}" if module else alias.name
            self.modules.add(module or alias.name)
            if alias.asname:
                self._imported[alias.asname] = full
            elif module:
                self._imported[alias.name] = full

    def of(self, node: ast.AST) -> str:
        """``sp.run`` as ``subprocess.run``; "" for what is not a plain name."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute) and len(parts) < MAX_DEPTH:
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join((self._imported.get(node.id, node.id), *reversed(parts)))

    def defaults(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Match]:
        """Matches for parameters whose default value is a password."""
        from .python_strings import password

        arguments = (*node.args.posonlyargs, *node.args.args)
        defaults = node.args.defaults
        pairs = [*zip(arguments[len(arguments) - len(defaults) :], defaults, strict=False)]
        pairs += [(key, value) for key, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if value]
        yield from (found for key, value in pairs if (found := password(key.arg, value, node.lineno)))


def text_of(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def argument(call: ast.Call, name: str, place: int | None = None) -> ast.expr | None:
    """The argument with this name, or at this place among the positional arguments; None if the call has neither."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[place] if place is not None and place < len(call.args) else None


def is_false(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and (node.value is False or node.value is None or node.value == 0)


def is_true(node: ast.AST | None) -> bool:
    """Whether Python evaluates the literal as true: a list with elements, a text that is not empty."""
    if isinstance(node, ast.Constant):
        return bool(node.value)
    return (isinstance(node, ast.List | ast.Tuple | ast.Set) and bool(node.elts)) or (
        isinstance(node, ast.Dict) and bool(node.keys)
    )
