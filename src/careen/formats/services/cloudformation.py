"""Templates of CloudFormation and SAM -> the containers of their ECS tasks as services, with lines.

A parameter has its default; ``Ref``, ``Fn::Sub`` and ``Fn::Join`` are evaluated, other functions give a reference. Nothing is
looked up. ``unresolved`` has the values that only a deployment gives, and the types of resources that are not read.
Raises: ValueError if the text is no template.
**Source:** AWS CloudFormation user guide, "Template anatomy", "Intrinsic function reference", AWS::ECS::TaskDefinition.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from careen.errors import FileLimitError
from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, as_text, put

from . import ecs_task
from .compose import Compose
from .compose_service import Service
from .job_container import jobs_of, rows_of

TASK = "AWS::ECS::TaskDefinition"
MAX_TYPES = 10  # of resources, that a message names
MAX_TEXT = 64 * 1024  # characters of a value with its references resolved
MAX_VALUES = 200_000
_NO_VALUE = "AWS::NoValue"
_REFERENCE = re.compile(r"\$\{([^{}!\s]{1,300})\}")
_DYNAMIC = "{{resolve:"


def read(text: str, path: str) -> Compose:
    rows_of(text)  # for its limit of size
    documents = yaml_document.read(text, _as_function)
    template = next((document for document in documents if isinstance(document, Mapping)), yaml_document.NO_MAPPING)
    if not isinstance(template.get("Resources"), Mapping):
        raise ValueError("no resources in it")  # noqa: TRY004
    return jobs_of(path, _found(template, path))


def _found(template: Mapping, path: str) -> Iterator[Service | tuple[str, int]]:
    resources = template.map("Resources")
    evaluated = _Evaluated(template.map("Parameters"))
    others: Counter[str] = Counter()
    for name in resources:
        type = resources.text(name, "Type")
        if type != TASK:
            others[type or "without a type"] += 1
            continue
        properties = evaluated.value(resources.map(name, "Properties"))
        if isinstance(properties, Mapping):
            yield from ecs_task.containers(properties, path)
    if others:
        named = ", ".join(f"{type[:100]}: {count}" for type, count in islice(sorted(others.items()), MAX_TYPES))
        more = f" and {len(others) - MAX_TYPES} other types" if len(others) > MAX_TYPES else ""
        yield f"all but tasks of ECS ({named}{more})", 0


class _Evaluated:
    """The values of properties. The depth of the document bounds the recursion."""

    def __init__(self, parameters: Mapping) -> None:
        self._defaults = {
            name: as_text(parameters.map(name).get("Default")) for name in parameters if "Default" in parameters.map(name)
        }
        self._count = 0

    def value(self, node: Any) -> Any:
        self._count += 1
        if self._count > MAX_VALUES:
            raise FileLimitError(f"over {MAX_VALUES} values in the tasks")
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
        if function == "Fn::Join" and isinstance(argument, Sequence) and len(argument) == 2:
            parts = self.value(argument[1])
            if isinstance(parts, Sequence):
                return as_text(argument[0]).join(as_text(part) or "${unknown}" for part in parts)[:MAX_TEXT]
        return f"${{{function.removeprefix('Fn::')}}}"

    def _named(self, name: str) -> Any:
        """The default of a parameter, as a value of YAML; a reference if there is none."""
        default = self._defaults.get(name)
        return yaml_document.scalar(default) if default else f"${{{name[:200]}}}"


def _as_function(tag: str, node: Any, line: int) -> Mapping:
    """The long form of a function that is written as a tag."""
    found = Mapping(line)
    put(found, tag if tag in ("Ref", "Condition") else f"Fn::{tag}", node, line)
    return found
