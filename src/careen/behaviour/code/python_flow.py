"""Whether a value is made only of constants of the program, as far as one function shows it."""

import ast
from collections.abc import Iterator, Mapping, Sequence

MAX_STEPS = 2_000
Parents = Mapping[ast.AST, ast.AST]


class Bindings:
    """What each name of a scope is set to; None for a value that is not known."""

    def __init__(self) -> None:
        self._of: dict[tuple[ast.AST, str], list[ast.AST | None]] = {}

    def add(self, node: ast.AST, parents: Parents) -> None:
        for target, value in _set_by(node):
            self._bind(scope_of(node, parents), target, value)

    def is_fixed(self, node: ast.AST, scope: ast.AST) -> bool:
        """Whether the value of ``node`` is made only of constants. Each name is followed once, so a name may depend on
        itself; a name that the scope does not set is not constant."""
        asked: set[str] = set()
        left: list[ast.AST | None] = [node]
        for _ in range(MAX_STEPS):
            if not left:
                return True
            part = left.pop()
            if isinstance(part, ast.Name):
                values = self._of.get((scope, part.id), [None])
                left += values if part.id not in asked else ()
                asked.add(part.id)
            elif (inner := _inner(part)) is not None:
                left += inner
            else:
                return False
        return False

    def _bind(self, scope: ast.AST, target: ast.AST, value: ast.AST | None) -> None:
        if isinstance(target, ast.Name):
            self._of.setdefault((scope, target.id), []).append(value)
        elif isinstance(target, ast.Tuple | ast.List):
            values_of = value.elts if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts) else None
            for place, part in enumerate(target.elts):
                self._bind(scope, part, values_of[place] if values_of else None)


def _set_by(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST | None]]:
    """The targets that a node sets, and to what."""
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        yield node.target, node.value
    elif isinstance(node, ast.For | ast.AsyncFor):
        yield node.target, None
    elif isinstance(node, ast.withitem) and node.optional_vars:
        yield node.optional_vars, None
    elif isinstance(node, ast.arg):
        yield ast.Name(node.arg), None


def scope_of(node: ast.AST, parents: Parents) -> ast.AST:
    while (parent := parents.get(node)) is not None:
        node = parent
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.Module):
            break
    return node


def _inner(node: ast.AST | None) -> Sequence[ast.AST] | None:
    """The parts that the value is made of; None if it comes from elsewhere."""
    if isinstance(node, ast.Constant):
        return ()
    if isinstance(node, ast.BinOp):
        return (node.left, node.right)
    if isinstance(node, ast.Tuple | ast.List):
        return node.elts
    if isinstance(node, ast.Starred):
        return (node.value,)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "format":
            return (node.func.value, *node.args, *(keyword.value for keyword in node.keywords))
        return node.args if node.func.attr == "mark_safe" and node.args else None
    return None
