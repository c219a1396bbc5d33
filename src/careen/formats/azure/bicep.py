"""Files of Bicep -> their resources, with values and lines.

Parameters have their defaults. A loop gives one resource, whose loop variable is unknown; a resource whose condition is false
gives none. ``elsewhere`` has modules of registries, and what is not read.
Raises: ValueError if the text is too large.
**Source:** Bicep, "File structure and syntax".
"""

from collections.abc import Iterator
from typing import Any

from careen.errors import FileLimitError
from careen.formats.data.yaml_document import Mapping, as_text
from careen.formats.terraform.values import unknown
from careen.safety.pattern import pattern

from .arm import MAX_RESOURCES, AzureResource, Read
from .bicep_parser import Parser
from .expressions import Evaluator

MAX_CHARACTERS = 2 * 1024 * 1024
_STATEMENT = pattern(r"(?m)^(?:resource|module|param|targetScope)\b")


def is_bicep(text: str) -> bool:
    return _STATEMENT.search(text) is not None


def read(text: str) -> Read:
    if len(text) > MAX_CHARACTERS:
        raise FileLimitError(f"over {MAX_CHARACTERS >> 20} MiB")
    parser = Parser(text)
    parser.file()
    return _Values(parser).read()


class _Values:
    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self._evaluator = Evaluator(self._named)
        self._known: dict[str, Any] = {}

    def read(self) -> Read:
        found = tuple(self._resources())
        elsewhere = list(self._parser.elsewhere)
        if len(self._parser.resources) > MAX_RESOURCES:
            elsewhere.append((f"resources after the first {MAX_RESOURCES}", 0))
        return Read(found, tuple(elsewhere))

    def _resources(self) -> Iterator[AzureResource]:
        for declared in self._parser.resources[:MAX_RESOURCES]:
            if declared.condition is not None and self._evaluator.value(declared.condition) is False:
                continue
            values = self._evaluator.value(declared.body)
            if isinstance(values, Mapping):
                type = declared.type.partition("@")[0].lower()
                within = declared.parent and "/" not in type
                yield AzureResource(f"{declared.parent}/{type}" if within else type, as_text(values.get("name")), values)

    def _named(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = unknown(name[:80], name)  # one that depends on itself is not known
            if name in self._parser.values:
                self._known[name] = self._evaluator.value(self._parser.values[name])
        return self._known[name]
