"""Objects as text, with the origin of each line: what the checks of manifests read."""

import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

from careen.formats.data.yaml_document import Mapping, Sequence

from .nodes import Nodes, Origin

_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def text_of(objects: Iterable[Mapping], nodes: Nodes) -> tuple[str, tuple[Origin | None, ...]]:
    """The text of objects as YAML, one key or item a line, and the origin of each of its lines."""
    rows: list[str] = []
    origins: list[Origin | None] = []
    for body in objects:
        for row, number in (("---", body.line), *_rows(body, "")):
            rows.append(row)
            origins.append(nodes.origin(number))
    return "\n".join(rows), tuple(origins)


def _rows(node: Any, indent: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, Mapping):
        items: Any = ((f"{_quoted(key)}:", node.lines.get(key, node.line), value) for key, value in node.items())
    else:
        items = (("-", line, item) for item, line in zip(node, node.lines, strict=True))
    for head, line, value in items:
        if isinstance(value, Mapping | Sequence) and value:
            yield f"{indent}{head}", line
            yield from _rows(value, f"{indent} ")
        elif isinstance(value, str) and "\n" in value:
            yield f"{indent}{head}", line
            yield from ((f"{indent} {row}", line + at) for at, row in enumerate(_block(value), 1))
        else:
            yield f"{indent}{head} {_scalar(value)}", line


def _block(text: str) -> Iterator[str]:
    """The lines of a text, each in a row of its own, as those of a block have rows below their key."""
    *rows, last = text.split("\n")
    for at, row in enumerate([*(f"{_quoted(row)[1:-1]}\\n\\" for row in rows), f'{_quoted(last)[1:-1]}"']):
        opening = "" if at else '"'
        yield opening + (f"\\{row}" if row.startswith(" ") and at else row)  # white space of a line would be left out


def _scalar(value: Any) -> str:
    if isinstance(value, Mapping | Sequence):
        return "{}" if isinstance(value, Mapping) else "[]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float) and math.isfinite(value):
        return repr(value)
    return _quoted(str(value))


def _quoted(text: str) -> str:
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
