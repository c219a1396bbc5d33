"""ARM templates -> their resources, with values and lines.

Nested templates are read with the parameters that they are given. A loop gives one resource; a resource whose condition is
false gives none. ``elsewhere`` has templates of other files.
Raises: ValueError if the text is no template.
**Source:** Azure Resource Manager, "Understand the structure and syntax of ARM templates", "Linked and nested templates".
"""

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, as_text, put
from careen.formats.services.devcontainer import without_comments
from careen.formats.terraform.values import UnknownValue, unknown
from careen.safety.pattern import pattern

from .expressions import MAX_DEPTH, Call, Choice, Evaluator, Literal, Member, Node, Strange

MAX_RESOURCES = 2000
MAX_NESTED = 10
_DEPLOYMENT = "microsoft.resources/deployments"
_SCHEMA = pattern(r'"\$schema"\s*:\s*"https?://schema\.management\.azure\.com/schemas/[\d-]+/\w*[dD]eploymentTemplate\.json#?"')
_TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*+)'|(-?\d+)|([A-Za-z_]\w*+)|(.))", re.DOTALL)
MAX_EXPRESSION = 16 * 1024


class AzureResource(Struct, frozen=True):
    """A resource: ``values`` has its properties and what is beside them; ``type`` is in lower case."""

    type: str
    name: str
    values: Mapping


class Read(Struct, frozen=True):
    resources: tuple[AzureResource, ...]
    elsewhere: tuple[tuple[str, int], ...]


def is_template(text: str) -> bool:
    return _SCHEMA.search(text[:20_000]) is not None


def read(text: str) -> Read:
    documents = yaml_document.read(without_comments(text))
    template = documents[0] if documents else None
    if not isinstance(template, Mapping) or not isinstance(template.get("resources"), Mapping | Sequence):
        raise ValueError("no resources in it")  # noqa: TRY004 - of the file, not of a caller
    found = list(_of_template(template, _Scope(template, Mapping(), Evaluator(_no_name)), 0))
    resources = tuple(item for item in found if isinstance(item, AzureResource))
    more = [(f"resources after the first {MAX_RESOURCES}", 0)] if len(resources) > MAX_RESOURCES else []
    return Read(resources[:MAX_RESOURCES], tuple([item for item in found if isinstance(item, tuple)] + more))


def _no_name(name: str) -> Any:
    raise KeyError(name)


class _Scope:
    """The parameters and variables of a template, and the values of its expressions."""

    def __init__(self, template: Mapping, given: Mapping, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self._parameters = template.map("parameters")
        self._variables = template.map("variables")
        self._given = given
        self._known: dict[tuple[str, str], Any] = {}

    def value(self, node: Any) -> Any:
        self.evaluator.spend(1)
        if isinstance(node, str):
            return self._text(node)
        if isinstance(node, Sequence):
            row = Sequence(node.line)
            row.extend(self.value(item) for item in node)
            row.lines, row.end_line = node.lines, node.end_line
            return row
        if not isinstance(node, Mapping):
            return node
        made = Mapping(node.line)
        made.end_line = node.end_line
        for key, item in node.items():
            put(made, key, self.value(item), node.lines.get(key, node.line))
        return made

    def _text(self, text: str) -> Any:
        if not (text.startswith("[") and text.endswith("]")) or text.startswith("[["):
            return text[1:] if text.startswith("[[") else text
        if len(text) > MAX_EXPRESSION:
            return unknown("a long expression")
        self.evaluator.spend(len(text) >> 4)
        return self._evaluated(_parsed(text[1:-1]))

    def _evaluated(self, node: Node) -> Any:
        return self.evaluator.value(self._bound(node, 0))

    def _bound(self, node: Node, depth: int) -> Node:
        """The expression with the values of parameters and variables."""
        if depth > MAX_DEPTH:
            return Strange("…")
        if isinstance(node, Member):
            return Member(self._bound(node.of, depth + 1), self._bound(node.key, depth + 1))
        if not isinstance(node, Call):
            return node
        bound = tuple(self._bound(argument, depth + 1) for argument in node.arguments)
        name = node.name.lower()
        if name == "if" and len(bound) == 3:
            return Choice(*bound)
        if name in ("parameters", "variables") and len(bound) == 1 and isinstance(bound[0], Literal):
            return Literal(self._named(name, as_text(bound[0].value)))
        return Call(node.name, bound)

    def _named(self, kind: str, name: str) -> Any:
        if (kind, name) not in self._known:
            self._known[kind, name] = unknown(name, name)  # one that depends on itself is not known
            self._known[kind, name] = self._found(kind, name)
        return self._known[kind, name]

    def _found(self, kind: str, name: str) -> Any:
        if kind == "variables":
            return self.value(self._variables[name]) if name in self._variables else unknown(name, name)
        if name in self._given:
            given = self._given[name]
            return given["value"] if isinstance(given, Mapping) and "value" in given else unknown(name, name)
        described = self._parameters.map(name)
        return self.value(described["defaultValue"]) if "defaultValue" in described else unknown(name, name)


def _of_template(template: Mapping, scope: _Scope, depth: int) -> Iterator[AzureResource | tuple[str, int]]:
    resources = template.get("resources")
    items: Any = resources.values() if isinstance(resources, Mapping) else resources or ()
    for node in items:
        if isinstance(node, Mapping):
            yield from _of_resource(node, "", scope, depth)


def _of_resource(node: Mapping, parent: str, scope: _Scope, depth: int) -> Iterator[AzureResource | tuple[str, int]]:
    if "condition" in node and scope.value(node["condition"]) is False:
        return
    type = "/".join(filter(None, (parent, node.text("type").lower())))
    if type == _DEPLOYMENT:
        yield from _nested(node, scope, depth)
        return
    within = Mapping(node.line)
    within.end_line = node.end_line
    for key, value in node.items():
        if key != "resources":
            put(within, key, value, node.lines.get(key, node.line))
    values = scope.value(within)
    yield AzureResource(type, as_text(values.get("name")), values)
    if depth < MAX_NESTED:
        for child in node.maps("resources"):
            yield from _of_resource(child, type, scope, depth + 1)


def _nested(node: Mapping, scope: _Scope, depth: int) -> Iterator[AzureResource | tuple[str, int]]:
    properties = node.map("properties")
    template = properties.map("template")
    if not template or depth >= MAX_NESTED:
        yield "a template of another file", properties.line_of("templateLink")
        return
    given = scope.value(properties.map("parameters"))
    is_inner = properties.text("expressionEvaluationOptions", "scope").lower() == "inner"
    inner = _Scope(template, given, scope.evaluator) if is_inner or template.map("parameters") else scope
    yield from _of_template(template, inner, depth + 1)


def _parsed(text: str) -> Node:
    tokens = _TOKEN.findall(text)
    node, at = _expression(tokens, 0, 0)
    return node if at == len(tokens) else Strange(text or "…")


def _expression(tokens: list[tuple[str, str, str, str]], at: int, depth: int) -> tuple[Node, int]:
    if at >= len(tokens) or depth > MAX_DEPTH:
        return Strange("…"), len(tokens) + 1
    text, number, word, sign = tokens[at]
    at += 1
    node: Node
    if word:
        node = Strange(word)
        if at < len(tokens) and tokens[at][3] == "(":
            arguments, at = _arguments(tokens, at + 1, depth)
            node = Call(word, arguments)
    elif number:
        node = Literal(int(number[:18]))
    elif sign:
        return Strange(sign), len(tokens) + 1
    else:
        node = Literal(text.replace("''", "'"))
    while at < len(tokens) and tokens[at][3] in (".", "["):
        if tokens[at][3] == ".":
            node = Member(node, Literal(tokens[at + 1][2] if at + 1 < len(tokens) else ""))
            at += 2
        else:
            key, at = _expression(tokens, at + 1, depth + 1)
            node, at = Member(node, key), at + 1
    return node, at


def _arguments(tokens: list[tuple[str, str, str, str]], at: int, depth: int) -> tuple[tuple[Node, ...], int]:
    found: list[Node] = []
    while at < len(tokens) and tokens[at][3] != ")":
        if tokens[at][3] == ",":
            at += 1
            continue
        node, at = _expression(tokens, at, depth + 1)
        found.append(node)
    return tuple(found), at + 1


def is_known(value: Any) -> bool:
    return value is not None and not isinstance(value, UnknownValue)
