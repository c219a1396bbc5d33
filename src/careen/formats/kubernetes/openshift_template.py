"""Objects of a template of OpenShift, with its parameters replaced by their values.

``${NAME}`` stands for a text, and ``${{NAME}}`` alone in a value for one of any type. A parameter without a value, which is
given or generated when the template is processed, stays a reference.
Raises: ValueError if the objects grow without end.
**Source:** OpenShift documentation, "Using templates", "Writing parameters".
"""

import re
from typing import Any

from careen.errors import FileLimitError
from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, as_text, put

MAX_CHARACTERS = 4 * 1024 * 1024  # that all replaced texts have
_TEXT = re.compile(r"\$\{([A-Za-z0-9_]{1,200})\}")
_VALUE = re.compile(r"\$\{\{([A-Za-z0-9_]{1,200})\}\}")


def objects_of(template: Mapping) -> list[Any]:
    filled = _Filled({entry.text("name"): as_text(entry["value"]) for entry in template.maps("parameters") if "value" in entry})
    return [filled.node(item) for item in template.seq("objects")]


class _Filled:
    def __init__(self, values: dict[str, str]) -> None:
        self._values = values
        self._left = MAX_CHARACTERS

    def node(self, node: Any) -> Any:
        """A copy with values; the same node if there are none. The depth of the document bounds the recursion."""
        if not self._values:
            return node
        if isinstance(node, str):
            return self._text(node) if "${" in node else node
        if isinstance(node, Sequence):
            made = Sequence(node.line)
            made.extend(self.node(item) for item in node)
            made.lines = node.lines
            made.end_line = node.end_line
            return made
        if not isinstance(node, Mapping):
            return node
        filled = Mapping(node.line)
        filled.end_line = node.end_line
        for key, value in node.items():
            put(filled, as_text(self._text(key)) if "${" in key else key, self.node(value), node.lines.get(key, node.line))
        return filled

    def _text(self, text: str) -> Any:
        whole = _VALUE.fullmatch(text)
        if whole and whole[1] in self._values:
            value = self._values[whole[1]]
            return yaml_document.scalar(value) if value else value
        made = _TEXT.sub(lambda match: self._values.get(match[1], match[0]), text)
        self._left -= len(made)
        if self._left < 0:
            raise FileLimitError(f"over {MAX_CHARACTERS >> 20} MiB of texts with parameters")
        return made
