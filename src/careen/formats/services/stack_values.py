"""Values of a template of CloudFormation: parameters, maps, conditions and functions.

``choices`` gives the values of parameters that conditions and maps tell apart. A value that is not known is a reference
(``${name}``).
**Source:** AWS CloudFormation user guide, "Intrinsic function reference", "Condition functions", "Mappings".
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Many
from itertools import islice, product
from math import prod
from typing import Any

from careen.errors import FileLimitError
from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, as_text, put

MAX_CHOICES = 16
MAX_DEPTH = 100  # of conditions
MAX_TEXT = 64 * 1024  # characters of a value with its references resolved
MAX_VALUES = 200_000
MAX_CONDITIONS = 1000  # that are evaluated for one choice
MAX_NODES = 100_000  # that are searched for references
_NO_VALUE = "AWS::NoValue"
_REFERENCE = re.compile(r"\$\{([^{}!\s]{1,300})\}")
_DYNAMIC = "{{resolve:"
_OTHER = "\0"  # a value that is none of those that a template names

Values = dict[str, str]  # of parameters, by name


def choices(template: Mapping, resources: Many[Mapping]) -> tuple[list[Values], bool]:
    """The choices of values for the parameters on which these resources depend, that with all defaults first; and whether
    there are more of them."""
    names = _relevant(template, resources)
    compared = _compared(template)
    values = {name: _candidates(template.map("Parameters", name), compared.get(name, ())) for name in names}
    if prod(map(len, values.values())) <= MAX_CHOICES:
        return [dict(zip(values, chosen, strict=True)) for chosen in product(*values.values())], False
    first = {name: candidates[0] for name, candidates in values.items()}
    changed = [{**first, name: value} for name, candidates in values.items() for value in candidates[1:]]
    return [first, *changed][:MAX_CHOICES], True


def _relevant(template: Mapping, resources: Many[Mapping]) -> list[str]:
    """The parameters in the conditions and maps that these resources use."""
    found: dict[str, None] = {}
    conditions: list[str] = []
    for resource in resources:
        conditions.append(resource.text("Condition"))
        for _, node in yaml_document.walk(resource, MAX_NODES):
            if isinstance(node, Mapping):
                conditions += [as_text(item) for item in node.seq("Fn::If")[:1]]
                found |= dict.fromkeys(name for item in node.seq("Fn::FindInMap") for name in _references(item))
    seen: set[str] = set()
    while conditions:
        name = conditions.pop()
        if not name or name in seen or len(seen) > MAX_CONDITIONS:
            continue
        seen.add(name)
        described = template.map("Conditions", name)
        found |= dict.fromkeys(_references(described))
        nodes = (node for _, node in yaml_document.walk(described, MAX_NODES) if isinstance(node, Mapping))
        conditions += [node.text("Condition") for node in nodes if len(node) == 1]
    return list(found)


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping | Sequence):
        for _, inner in yaml_document.walk(node, MAX_NODES):
            if isinstance(inner, Mapping) and len(inner) == 1 and inner.text("Ref"):
                yield inner.text("Ref")


def _compared(template: Mapping) -> dict[str, dict[str, None]]:
    """By parameter, the texts that it is compared with, and the keys of maps that it may choose."""
    found: dict[str, dict[str, None]] = {}
    for _, node in yaml_document.walk(template, MAX_NODES):
        if not isinstance(node, Mapping) or len(node) != 1:
            continue
        pair = node.seq("Fn::Equals")
        if len(pair) == 2:
            for side, other in (pair, pair[::-1]):
                for name in _references(side) if not isinstance(other, Mapping | Sequence) else ():
                    _note(found, name, [as_text(other)])
        chosen = node.seq("Fn::FindInMap")
        if len(chosen) >= 3:
            levels = template.map("Mappings", as_text(chosen[0]))
            for name in _references(chosen[1]):
                _note(found, name, levels)
            for name in _references(chosen[2]):
                _note(found, name, (key for level in levels for key in levels.map(level)))
    return found


def _note(found: dict[str, dict[str, None]], name: str, texts: Iterable[str]) -> None:
    """Adds texts to those of a parameter, no more than there can be choices."""
    known = found.setdefault(name, {})
    known |= dict.fromkeys(islice(texts, max(0, MAX_CHOICES + 1 - len(known))))


def _candidates(parameter: Mapping, compared: Iterable[str]) -> list[str]:
    allowed = parameter.texts("AllowedValues")
    default = parameter.texts("Default")[:1]
    known = [text for text in compared if not allowed or text in allowed]
    return list(dict.fromkeys([*default, *allowed, *known, *(() if allowed else (_OTHER,))]))[: MAX_CHOICES + 1]


class Evaluated:
    """The values of properties. The depth of the document bounds the recursion."""

    def __init__(self, template: Mapping, values: Values) -> None:
        parameters = template.map("Parameters")
        defaults = {name: parameters.text(name, "Default") for name in parameters if "Default" in parameters.map(name)}
        self._values = {**defaults, **values}
        self._maps = template.map("Mappings")
        self._conditions = template.map("Conditions")
        self._decided: dict[str, bool | None] = {}  # by condition
        self._depth = 0
        self._count = 0

    def condition(self, name: str) -> bool | None:
        """Whether a condition is true; None if that is not known."""
        if name not in self._decided:
            self._decided[name] = None  # one that depends on itself is not known
            self._decided[name] = self._is_true(self._conditions.get(name))
        return self._decided[name]

    def _is_true(self, node: Any) -> bool | None:
        self._spend()
        if not isinstance(node, Mapping) or len(node) != 1 or self._depth > MAX_DEPTH:
            return None
        self._depth += 1
        try:
            return self._decide(*next(iter(node.items())))
        finally:
            self._depth -= 1

    def _decide(self, function: str, argument: Any) -> bool | None:
        if function == "Condition":
            return self.condition(as_text(argument))
        if not isinstance(argument, Sequence):
            return None
        if function == "Fn::Equals" and len(argument) == 2:
            left, right = (self._compared(side) for side in argument)
            return None if left is None or right is None else left == right
        parts = [self._is_true(part) for part in argument]
        if function == "Fn::Not" and len(parts) == 1:
            return None if parts[0] is None else not parts[0]
        if function in ("Fn::And", "Fn::Or"):
            decides = function == "Fn::Or"
            return decides if decides in parts else None if None in parts else not decides
        return None

    def _compared(self, side: Any) -> str | None:
        """A text to compare; None if it is not known."""
        if isinstance(side, Mapping) and self._values.get(side.text("Ref")) == _OTHER:
            return _OTHER
        text = as_text(self.value(side))
        return None if "${" in text else text

    def _spend(self) -> None:
        self._count += 1
        if self._count > MAX_VALUES:
            raise FileLimitError(f"over {MAX_VALUES} values in the tasks")

    def value(self, node: Any) -> Any:
        self._spend()
        if isinstance(node, str):
            return "${" + node.strip("{}")[:300] + "}" if node.startswith(_DYNAMIC) else node
        if isinstance(node, Sequence):
            return self._sequence(node)
        if not isinstance(node, Mapping):
            return node
        if len(node) == 1 and (function := next(iter(node))).startswith(("Ref", "Fn::")):
            return self._call(function, node[function])
        found = Mapping(node.line)
        found.end_line = node.end_line
        for key, item in node.items():
            value = self.value(item)
            if value is not None:
                put(found, key, value, node.lines.get(key, node.line))
        return found

    def _sequence(self, node: Sequence) -> Sequence:
        found = Sequence(node.line)
        found.end_line = node.end_line
        for item, line in zip(node, node.lines, strict=True):
            value = self.value(item)
            if value is not None:
                found.append(value)
                found.lines.append(line)
        return found

    def _call(self, function: str, argument: Any) -> Any:
        if function == "Ref":
            name = as_text(argument)
            return None if name == _NO_VALUE else self._named(name)
        if function == "Fn::Sub":
            text, given = (
                (argument[0], argument[1]) if isinstance(argument, Sequence) and len(argument) == 2 else (argument, None)
            )
            own = self.value(given) if isinstance(given, Mapping) else yaml_document.NO_MAPPING
            names = own if isinstance(own, Mapping) else yaml_document.NO_MAPPING
            return _REFERENCE.sub(
                lambda match: names.text(match[1]) or as_text(self._named(match[1])), as_text(text)[:MAX_TEXT]
            )[:MAX_TEXT].replace("${!", "${")
        if function == "Fn::If" and isinstance(argument, Sequence) and len(argument) == 3:
            chosen = self.condition(as_text(argument[0]))
            if chosen is not None:
                return self.value(argument[1 if chosen else 2])
        if function == "Fn::FindInMap" and isinstance(argument, Sequence) and len(argument) >= 3:
            keys = [as_text(self.value(key)) for key in argument[:3]]
            if keys[2] in self._maps.map(*keys[:2]):
                return self._maps.map(*keys[:2])[keys[2]]
        if function in ("Fn::Select", "Fn::Split") and isinstance(argument, Sequence) and len(argument) == 2:
            return self._part(function, self.value(argument[0]), self.value(argument[1]), argument.line)
        if function == "Fn::Join" and isinstance(argument, Sequence) and len(argument) == 2:
            parts = self.value(argument[1])
            if isinstance(parts, Sequence):
                return as_text(argument[0]).join(as_text(part) or "${unknown}" for part in parts)[:MAX_TEXT]
        return f"${{{function.removeprefix('Fn::')}}}"

    def _part(self, function: str, first: Any, second: Any, line: int) -> Any:
        if function == "Fn::Split" and isinstance(second, str) and as_text(first) and "${" not in second:
            made = Sequence(line)
            made.extend(second.split(as_text(first))[:MAX_TEXT])
            made.lines.extend([line] * len(made))
            return made
        index = as_text(first)
        if function == "Fn::Select" and isinstance(second, Sequence) and index.isdecimal() and len(index) < 9:
            return second[int(index)] if int(index) < len(second) else f"${{{function.removeprefix('Fn::')}}}"
        return f"${{{function.removeprefix('Fn::')}}}"

    def _named(self, name: str) -> Any:
        """The value of a parameter, as one of YAML; a reference if there is none."""
        value = self._values.get(name, _OTHER)
        return f"${{{name[:200]}}}" if value == _OTHER else yaml_document.scalar(value) if value else value


def as_function(tag: str, node: Any, line: int) -> Mapping:
    """The long form of a function that is written as a tag."""
    found = Mapping(line)
    put(found, tag if tag in ("Ref", "Condition") else f"Fn::{tag}", node, line)
    return found
