"""JSON patches: operations on places in an object.

Raises: ValueError for an operation that cannot be applied.
**Source:** RFC 6902 (JSON Patch), RFC 6901 (JSON Pointer).
"""

from collections.abc import Callable
from typing import Any

from careen.formats.data.yaml_document import Mapping, Sequence, put

MAX_OPERATIONS = 10_000


def apply(body: Mapping, operations: Sequence, copied: Callable[[Any], Any]) -> None:
    """Applies the operations to an object, in order. ``copied`` copies a value."""
    if len(operations) > MAX_OPERATIONS:
        raise ValueError(f"a patch of more than {MAX_OPERATIONS:,} operations")
    for operation, line in zip(operations, operations.lines, strict=True):
        if not isinstance(operation, Mapping):
            raise ValueError("an operation of a JSON patch is a mapping")  # noqa: TRY004 - of the file, not of a caller
        name, path = operation.text("op"), operation.text("path")
        line = operation.lines.get("value", line)
        match name:
            case "add" | "replace":
                _set(body, path, copied(operation.get("value")), line, replaces=name == "replace")
            case "remove":
                _remove(body, path)
            case "move" | "copy":
                origin = operation.text("from")
                value = copied(_at(body, _words(origin)))
                if name == "move":
                    _remove(body, origin)
                _set(body, path, value, line, replaces=False)
            case "test":
                if _at(body, _words(path)) != operation.get("value"):
                    raise ValueError(f"test of {path} fails")
            case _:
                raise ValueError(f"{name or 'no'} operation of a JSON patch")


def _words(pointer: str) -> list[str]:
    if not pointer.startswith("/"):
        raise ValueError(f"{pointer or 'an empty text'} is no path of a JSON patch")
    return [word.replace("~1", "/").replace("~0", "~") for word in pointer[1:].split("/")]


def _at(here: Any, words: list[str]) -> Any:
    for word in words:
        if isinstance(here, Mapping) and word in here:
            here = here[word]
        elif isinstance(here, Sequence) and (at := _index(word, len(here))) is not None:
            here = here[at]
        else:
            raise ValueError(f"/{'/'.join(words)} does not exist")
    return here


def _set(body: Mapping, path: str, value: Any, line: int, replaces: bool) -> None:
    *parents, last = _words(path)
    parent = _at(body, parents)
    if isinstance(parent, Mapping):
        if replaces and last not in parent:
            raise ValueError(f"{path} does not exist")
        put(parent, last, value, line)
        return
    at = len(parent) if isinstance(parent, Sequence) and last == "-" else None
    if isinstance(parent, Sequence) and at is None:
        at = _index(last, len(parent) + (not replaces))
    if at is None or (replaces and at == len(parent)):
        raise ValueError(f"{path} does not exist")
    if replaces:
        parent[at], parent.lines[at] = value, line
    else:
        parent.insert(at, value)
        parent.lines.insert(at, line)


def _remove(body: Mapping, path: str) -> None:
    *parents, last = _words(path)
    parent = _at(body, parents)
    if isinstance(parent, Mapping) and last in parent:
        del parent[last]
        parent.lines.pop(last, None)
    elif isinstance(parent, Sequence) and (at := _index(last, len(parent))) is not None:
        del parent[at], parent.lines[at]
    else:
        raise ValueError(f"{path} does not exist")


def _index(word: str, length: int) -> int | None:
    at = int(word) if word.isascii() and word.isdigit() and len(word) < 10 else -1
    return at if 0 <= at < length else None
