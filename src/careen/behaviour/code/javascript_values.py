"""Where the values of JavaScript come from: constants of the program, or a request, as far as a function and those around it
show it.
"""

from collections.abc import Iterator
from typing import Any

from careen.safety.pattern import pattern

from .scope import Setting, Variables
from .tree import MAX_PARTS, named, text, unquoted

CONSTANT = frozenset(("string", "number", "true", "false", "null", "undefined", "regex"))
_FUNCTIONS = frozenset(
    (
        *("arrow_function", "function_declaration", "function_expression", "generator_function"),
        *("generator_function_declaration", "method_definition"),
    )
)
_REQUESTS = frozenset((b"req", b"request", b"ctx", b"ctx.request", b"context.request"))
_SENT = frozenset((b"params", b"query", b"body", b"headers", b"cookies", b"files", b"url"))
_OF_REQUEST = pattern(
    rb"^(?:\w+\.)?(?:req|request|ctx|ctx\.request|context\.request)\.(?:params|query|body|headers|cookies|files|url)\b"
)
# Functions that pass on what they are given. The result of another one is not taken for a value of the request.
_PASSING = frozenset(
    (b"String", b"atob", b"concat", b"decodeURI", b"decodeURIComponent", b"from", b"get", b"join", b"resolve", b"slice",
     b"split", b"substring", b"toLowerCase", b"toString", b"toUpperCase", b"trim")
)  # fmt: skip
_COMPARISONS = frozenset((b"==", b"===", b"!=", b"!==", b"<", b">", b"<=", b">=", b"in", b"instanceof"))
_SCHEMES = (b"http://", b"https://")


class JavascriptVariables(Variables):
    functions = _FUNCTIONS

    def settings(self, node: Any) -> Iterator[Setting]:
        if node.type == "variable_declarator":
            target, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        elif node.type in ("assignment_expression", "augmented_assignment_expression"):
            target, value = node.child_by_field_name("left"), node.child_by_field_name("right")
        else:
            return
        if target is not None and target.type == "object_pattern":
            is_request = text(value) in _REQUESTS
            for key, name in _taken(target):
                yield Setting(name, value, is_part=True)
                if is_request and key in _SENT:
                    self.scope.of_requests.add(name)
        elif target is not None and target.type == "identifier":
            yield Setting(text(target), value, node.type != "augmented_assignment_expression")

    def from_request(self, node: Any) -> bool:
        left = [node]
        for _ in range(MAX_PARTS):
            if not left:
                return False
            part = left.pop()
            if part is None or part.type in CONSTANT:
                continue
            if part.type == "identifier":
                if self._holds_request(text(part)):
                    return True
            elif part.type in ("member_expression", "subscript_expression"):
                if _OF_REQUEST.search(text(part)):
                    return True
                left.append(part.child_by_field_name("object"))
            elif part.type == "call_expression":
                left += _passed_on(part)
            elif part.type == "ternary_expression":
                left += named(part)[1:]
            elif part.type == "binary_expression":
                left += () if text(part.child_by_field_name("operator")) in _COMPARISONS else named(part)
            elif part.type in ("template_string", "template_substitution", "parenthesized_expression", "await_expression"):
                left += named(part)
        return False

    def begins_with_request(self, node: Any) -> bool:
        """Whether a text begins with a value of the request, or with a scheme and then that."""
        for _ in range(MAX_PARTS):
            parts = named(node) if node is not None else []
            if (
                node is None
                or not parts
                or node.type not in ("binary_expression", "template_string", "parenthesized_expression")
            ):
                break
            first = parts[0]
            is_scheme = text(first).strip(b"'\"`") in _SCHEMES
            node = parts[1] if is_scheme and len(parts) > 1 else first
            if node.type == "template_substitution":
                node = next(iter(named(node)), None)
        return self.from_request(node)

    def varying(self, node: Any) -> Iterator[Any]:
        yield node

    def is_quoted(self, node: Any) -> bool:
        return False

    def _holds_request(self, name: bytes) -> bool:
        """Whether a variable of this function, or of one around it, holds a value of the request."""
        return any(name in scope.of_requests for scope in self._scopes)


def _taken(pattern_node: Any) -> Iterator[tuple[bytes, bytes]]:
    """The keys that a pattern takes from an object, each with the variable that gets its value."""
    for part in named(pattern_node):
        if part.type == "shorthand_property_identifier_pattern":
            yield text(part), text(part)
        elif part.type == "pair_pattern":
            yield unquoted(part.child_by_field_name("key")), text(part.child_by_field_name("value"))
        elif part.type == "object_assignment_pattern":
            name = text(next(iter(named(part)), None))
            yield name, name


def _passed_on(call: Any) -> list[Any]:
    function = call.child_by_field_name("function")
    if text(function).rpartition(b".")[2] not in _PASSING:
        return []
    receiver = [function.child_by_field_name("object")] if function.type == "member_expression" else []
    return [*receiver, *named(call.child_by_field_name("arguments"))]
