"""Fields of an object by their path: those that replacements name, and those of field specifications.

    spec.template.spec.containers.[name=web].image      a replacement: "*" stands for all items, a number for an item
    spec/template/spec/containers/image                  a specification: it goes through the items of lists

Raises: ValueError for a path that leads nowhere, or that is not read.
**Source:** Kustomize, "replacements", kyaml's PathMatcher; "Transformer Configurations".
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from msgspec import Struct

from careen.formats.data.yaml_document import Mapping, Sequence, as_text, put

from .objects import Object

MAX_PARTS = 100
_PLAIN = re.compile(r"\^?(?:[\w/:@ -]|\.(?!\*)){0,500}(?:\.\*(?:[\w/:@ -]|\.(?!\*)){0,500}){0,4}\$?")

Spend = Callable[[int], None]


class Field(Struct, frozen=True):
    """A key of a mapping, or an item of a sequence."""

    holder: Any
    key: Any

    @property
    def value(self) -> Any:
        return self.holder.get(self.key) if isinstance(self.holder, Mapping) else self.holder[self.key]

    def set(self, value: Any, line: int) -> None:
        if isinstance(self.holder, Mapping):
            put(self.holder, self.key, value, line)
        else:
            self.holder[self.key] = value
            self.holder.lines[self.key] = line

    @property
    def line(self) -> int:
        line: int = self.holder.lines[self.key]
        return line


def parts_of(path: str) -> list[str]:
    """The parts of a dotted path: a part in brackets may have dots, and so may one with a backslash before each."""
    parts: list[str] = []
    for part in path.split("."):
        if parts and parts[-1].endswith("\\"):
            parts[-1] = f"{parts[-1][:-1]}.{part}"
        elif parts and parts[-1].startswith("[") and not parts[-1].endswith("]"):
            parts[-1] = f"{parts[-1]}.{part}"
        else:
            parts.append(part)
    if len(parts) > MAX_PARTS:
        raise ValueError(f"a path of over {MAX_PARTS} parts")
    return [part if "=" in part else part.strip("[]") if part.startswith("[") else part for part in parts]


def no_limit(steps: int) -> None:
    """Counts no steps."""


def field_of(body: Mapping, path: str, spend: Spend = no_limit) -> Field | None:
    """The one field at a path, in which a value in brackets is that of the item, and no expression."""
    found = fields(body, parts_of(path), exact=True, spend=spend)
    return found[0] if found else None


def fields(body: Mapping, parts: list[str], creates: bool = False, exact: bool = False, spend: Spend = no_limit) -> list[Field]:
    """The fields at a path. ``creates``: missing ones are made, with the value None. ``exact``: values in brackets are no
    expressions. ``spend`` counts the nodes that are looked at."""
    found: list[Any] = [body]
    places: list[Field] = []
    for at, part in enumerate(parts):
        following = parts[at + 1] if at + 1 < len(parts) else None
        spend(sum(1 + len(node) if isinstance(node, Sequence) else 1 for node in found))
        places = [place for node in found for place in _below(node, part, following, creates, exact)]
        found = [place.value for place in places]
    return places


def _below(node: Any, part: str, following: str | None, creates: bool, exact: bool) -> Iterator[Field]:
    if part.isdecimal() or (part.startswith("[") and part.endswith("]")) or part == "*":
        if not isinstance(node, Sequence):
            raise ValueError(f"{part[:100]} is not in a list")
        yield from (Field(node, index) for index in _items(node, part, following, creates, exact))
        return
    if not isinstance(node, Mapping):
        raise ValueError(f"{part[:100]} is not in a mapping")  # noqa: TRY004
    if part not in node:
        if not creates:
            return
        put(node, part, _made(following, node.line), node.line)
    yield Field(node, part)


def _items(node: Sequence, part: str, following: str | None, creates: bool, exact: bool) -> list[int]:
    if part == "*":
        return list(range(len(node)))
    if part.isdecimal():
        if creates and part == str(len(node)):
            _append(node, _made(following, node.line))
        if len(part) > 9 or int(part) >= len(node):
            raise ValueError(f"a list has no item {part[:20]}")
        return [int(part)]
    key, _, expression = part[1:-1].partition("=")
    texts = (as_text(item.get(key) if key and isinstance(item, Mapping) else item) for item in node)
    matches = expression.__eq__ if exact else _compiled(expression).search
    found = [at for at, text in enumerate(texts) if text and matches(text[:1000])]
    if not found and creates:
        made: Any = expression
        if key:
            made = Mapping(node.line)
            put(made, key, expression, node.line)
        _append(node, made)
        found = [len(node) - 1]
    return found


def _append(node: Sequence, item: Any) -> None:
    node.append(item)
    node.lines.append(node.line)


def _made(following: str | None, line: int) -> Any:
    if following is None:
        return None
    return Sequence(line) if following.isdecimal() or following.startswith("[") or following == "*" else Mapping(line)


@lru_cache(100)
def _compiled(expression: str) -> "re.Pattern[str]":
    if not _PLAIN.fullmatch(expression):  # others could take exponential time
        raise ValueError("the expression of a list item is not read")
    return re.compile(expression)


def specified(object: Object, spec: Mapping, spend: Spend = no_limit) -> Iterator[Field]:
    """The fields of an object that a specification names: ``path``, ``kind``, ``group``, ``version``, and ``create``."""
    wanted = {"kind": object.kind, "group": object.group, "version": object.version}
    if all(spec.text(key) in ("", value) for key, value in wanted.items()) and spec.text("path"):
        parts = re.split(r"(?<!\\)/", spec.text("path").strip("/"))[:MAX_PARTS]
        names = [part.replace("\\/", "/") for part in parts]
        yield from _specified(object.body, names, spec.get("create") is True, spend)


def _specified(node: Any, parts: list[str], creates: bool, spend: Spend) -> Iterator[Field]:
    spend(1)
    if isinstance(node, Sequence):
        for item in node:
            yield from _specified(item, parts, creates, spend)
        return
    if not isinstance(node, Mapping):
        return
    name = parts[0].removesuffix("[]")
    if name not in node:
        if not creates or name != parts[0]:
            return
        put(node, name, Mapping(node.line) if len(parts) > 1 else None, node.line)
    if len(parts) == 1:
        yield Field(node, name)
    else:
        yield from _specified(node[name], parts[1:], creates, spend)
