"""Whether a value is made only of constants of the program, or of what a visitor sends, as far as one function shows it and
those that call it.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

MAX_STEPS = 2_000
MAX_PARTS = 50  # of an address
MAX_CALLS = 3  # of functions that pass a value on
Parents = Mapping[ast.AST, ast.AST]
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_REQUEST = frozenset(
    (
        *("COOKIES", "GET", "POST", "args", "body", "cookies", "data", "files", "form", "get_data", "get_json", "headers"),
        *("json", "path_params", "query_params", "query_string", "stream", "values", "view_args"),
    )
)
_ROUTES = frozenset(("api_route", "delete", "get", "patch", "post", "put", "route", "websocket"))
_SENT = ast.Attribute(ast.Name("request"), "args")  # in the place of a value of a request
_KEPT_BY = frozenset(("str", "bytes", "format", "join", "b64decode", "unhexlify", "unquote", "unquote_plus", "loads"))


class Bindings:
    """What each name of a scope is set to; None for a value that is not known."""

    def __init__(self) -> None:
        self._of: dict[tuple[ast.AST, str], list[ast.AST | None]] = {}
        self._functions: dict[str, _Function | None] = {}  # None: several have the name
        self._passed: set[tuple[ast.AST, str]] = set()  # parameters that get a value of a request

    def add(self, node: ast.AST, parents: Parents) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self._functions[node.name] = None if node.name in self._functions else node
        for name in _sent(node) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else ():
            self._bind(node, ast.Name(name), _SENT)
        for target, value in _set_by(node):
            self._bind(scope_of(node, parents), target, value)

    def follow(self, calls: Iterable[ast.Call], parents: Parents) -> None:
        """Gives the parameters of functions the values of requests that they are called with."""
        called = [(call, function) for call in calls if (function := self._called(call)) is not None]
        for _ in range(MAX_CALLS):
            count = len(self._passed)
            for call, function in called:
                scope = scope_of(call, parents)
                for name, value in _given(call, function):
                    if (function, name) not in self._passed and self.is_of_request(value, scope):
                        self._passed.add((function, name))
                        self._bind(function, ast.Name(name), _SENT)
            if len(self._passed) == count:
                return

    def _called(self, call: ast.Call) -> _Function | None:
        """The function of the program that a call runs, by its name or as a method of ``self``."""
        function = call.func
        if isinstance(function, ast.Name):
            return self._functions.get(function.id)
        is_own = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "self"
        return self._functions.get(function.attr) if is_own and isinstance(function, ast.Attribute) else None

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

    def is_of_request(self, node: ast.AST, scope: ast.AST) -> bool:
        """Whether a part of the value is what a visitor sent, as far as no function may have changed or compared it."""
        asked: set[str] = set()
        left: list[ast.AST | None] = [node]
        for _ in range(MAX_STEPS):
            if not left:
                return False
            part = left.pop()
            if isinstance(part, ast.Name):
                left += self._of.get((scope, part.id), ()) if part.id not in asked else ()
                asked.add(part.id)
            elif _is_request(part):
                return True
            elif part is not None:
                left += _parts(part)
        return False

    def begins_with_request(self, node: ast.AST, scope: ast.AST) -> bool:
        """Whether the value begins with what a visitor sent, or with a scheme and then that."""
        for _ in range(MAX_PARTS):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
                node = node.right if _is_scheme(node.left) else node.left
            elif isinstance(node, ast.JoinedStr) and node.values:
                first = node.values[1] if _is_scheme(node.values[0]) and len(node.values) > 1 else node.values[0]
                node = first.value if isinstance(first, ast.FormattedValue) else first
            elif isinstance(node, ast.Name):
                values = [value for value in self._of.get((scope, node.id), ()) if value is not None]
                if len(values) != 1:
                    break
                node = values[0]
            else:
                break
        is_made = isinstance(node, ast.BinOp | ast.JoinedStr)
        return not is_made and self.is_of_request(node, scope)

    def _bind(self, scope: ast.AST, target: ast.AST, value: ast.AST | None) -> None:
        if isinstance(target, ast.Name):
            self._of.setdefault((scope, target.id), []).append(value)
        elif isinstance(target, ast.Tuple | ast.List):
            values_of = value.elts if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts) else None
            for place, part in enumerate(target.elts):
                self._bind(scope, part, values_of[place] if values_of else None)


def _given(call: ast.Call, function: _Function) -> Iterator[tuple[str, ast.AST]]:
    """The parameters of a function with what a call gives them."""
    parameters = [*function.args.posonlyargs, *function.args.args]
    if isinstance(call.func, ast.Attribute):
        parameters = parameters[1:]
    yield from ((parameter.arg, value) for parameter, value in zip(parameters, call.args, strict=False))
    yield from ((keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg)


def _is_scheme(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value in ("http://", "https://")


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


def _sent(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """The parameters of a function that a framework calls with texts of a request, because a decorator states a route."""
    routes = [
        decorator
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute) and decorator.func.attr in _ROUTES
    ]
    paths = [route.args[0].value for route in routes if route.args and isinstance(route.args[0], ast.Constant)]
    if not any(isinstance(path, str) and path.startswith("/") for path in paths):
        return
    for parameter in (*function.args.args, *function.args.kwonlyargs):
        kind = parameter.annotation
        is_text = kind is None or any(isinstance(part, ast.Name) and part.id in ("str", "bytes") for part in ast.walk(kind))
        if is_text and not any(isinstance(path, str) and f":{parameter.arg}>" in path.replace("path:", "") for path in paths):
            yield parameter.arg


def _is_request(node: ast.AST | None) -> bool:
    """Whether it is ``request.args``, ``self.request.body`` or the like."""
    if not isinstance(node, ast.Attribute) or node.attr not in _REQUEST:
        return False
    owner = node.value
    return (isinstance(owner, ast.Name) and owner.id == "request") or (
        isinstance(owner, ast.Attribute) and owner.attr == "request"
    )


def _parts(node: ast.AST) -> Sequence[ast.AST]:
    """The parts whose text the value contains."""
    if isinstance(node, ast.BinOp):
        return (node.left, node.right)
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.IfExp):
        return (node.body, node.orelse)
    if isinstance(node, ast.JoinedStr):
        return [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    if isinstance(node, ast.Tuple | ast.List):
        return node.elts
    if isinstance(node, ast.Subscript | ast.Attribute | ast.Await | ast.Starred | ast.NamedExpr):
        return (node.value,)
    if isinstance(node, ast.Call):
        name = (
            node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        )
        given = (*node.args, *(keyword.value for keyword in node.keywords)) if name in _KEPT_BY else ()
        return (node.func, *given) if isinstance(node.func, ast.Attribute) else given
    return ()
