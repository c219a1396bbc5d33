"""The documents of a YAML or JSON text, with the line of every key and item.

Mappings and sequences are dict and list with positions; scalars are plain Python values (str, int, float, bool, None) by
the YAML 1.1 rules of Kubernetes and Compose. Keys are text as written; the last of equal keys counts; ``<<`` is merged. An
alias gives the same object as its anchor, so nothing is copied; the size of the document with its aliases expanded is
counted and bounded. Lines start at 1.
Raises: ValueError if the text is not YAML, over the limits of size, nodes, depth and expansion, and for cycles.
**Source:** YAML 1.1, https://yaml.org/spec/1.1/ and its type repository (bool, int, float, null, merge).
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from careen.errors import FileLimitError

MAX_CHARACTERS = 16 * 1024 * 1024
MAX_NODES = 2_000_000
MAX_EXPANDED = 1_000_000  # nodes of one document with its aliases expanded; a long text counts as several
CHARACTERS_A_NODE = 64
MAX_DEPTH = 200

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"), False),
}
_TAGGED = frozenset(f"tag:yaml.org,2002:{name}" for name in ("bool", "float", "int", "null"))
_LETTERS = {"y": True, "Y": True, "n": False, "N": False}  # as values: a key "y" is more often a coordinate
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)\Z")
_OCTAL = re.compile(r"[-+]?0o?[0-7_]+\Z")
_HEX = re.compile(r"[-+]?0x[0-9a-fA-F_]+\Z")
_FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_NUMERIC = frozenset("0123456789+-.")


class Mapping(dict[str, Any]):
    """A mapping; ``lines`` has the line of each key."""

    __slots__ = ("end_line", "line", "lines")

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.end_line = line
        self.lines: dict[str, int] = {}

    def map(self, *keys: str) -> "Mapping":
        """The mapping below ``keys``; an empty one if there is none."""
        here: Any = self
        for key in keys:
            here = here.get(key)
            if not isinstance(here, Mapping):
                return NO_MAPPING
        return here  # type: ignore[no-any-return]

    def seq(self, *keys: str) -> "Sequence":
        """The sequence below ``keys``; an empty one if there is none."""
        found = self.map(*keys[:-1]).get(keys[-1])
        return found if isinstance(found, Sequence) else NO_SEQUENCE

    def maps(self, *keys: str) -> "list[Mapping]":
        """The mappings in the sequence below ``keys``."""
        return [item for item in self.seq(*keys) if isinstance(item, Mapping)]

    def text(self, *keys: str) -> str:
        """The scalar below ``keys`` as text; "" if there is none."""
        return as_text(self.map(*keys[:-1]).get(keys[-1]))

    def texts(self, *keys: str) -> list[str]:
        """The scalars in the sequence below ``keys``, or the one scalar there, as text."""
        value = self.map(*keys[:-1]).get(keys[-1])
        if isinstance(value, Sequence):
            return [as_text(item) for item in value if not isinstance(item, dict | list)]
        return [] if value is None or isinstance(value, dict) else [as_text(value)]

    def line_of(self, *keys: str | int) -> int:
        """The line of the deepest of ``keys`` that exists; this mapping's own if none does."""
        here: Any = self
        line = self.line
        for key in keys:
            if isinstance(here, Mapping) and key in here and isinstance(key, str):
                line = here.lines.get(key, line)
            elif isinstance(here, Sequence) and isinstance(key, int) and 0 <= key < len(here):
                line = here.lines[key]
            else:
                break
            here = here[key]  # type: ignore[call-overload,unused-ignore]
        return line


class Sequence(list[Any]):
    """A sequence; ``lines`` has the line of each item."""

    __slots__ = ("end_line", "line", "lines")

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.end_line = line
        self.lines: list[int] = []


NO_MAPPING = Mapping()
NO_SEQUENCE = Sequence()


def read(text: str, tagged: Callable[[str, Any, int], Any] | None = None) -> list[Any]:
    """Every document of the text; an empty one is None. ``tagged(tag, node, line)`` replaces each node with a local tag
    (``!Tag``); without it, such tags are ignored."""
    if len(text) > MAX_CHARACTERS:
        raise FileLimitError(f"over {MAX_CHARACTERS >> 20} MiB of YAML")
    import yaml  # takes 15 ms: only readers of YAML need it

    try:
        return list(_documents(yaml.parse(text, Loader=yaml.CSafeLoader), yaml, tagged))
    except yaml.YAMLError as error:
        raise ValueError(f"not YAML: {_first_line(error)}") from None


def as_text(value: Any) -> str:
    """A scalar as YAML would write it; "" for None and for a mapping or sequence."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def scalar(text: str) -> Any:
    """The value of a plain scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC or len(text) > 40:
        return text
    try:
        if _INT.match(text):
            return int(text.replace("_", ""))
        if _OCTAL.match(text):
            return int(text.replace("_", "").replace("o", ""), 8)
        if _HEX.match(text):
            return int(text.replace("_", ""), 16)
        if _FLOAT.match(text):
            return float(text.replace("_", ""))
    except ValueError:
        pass
    return text


def put(target: Mapping, key: str, value: Any, line: int) -> None:
    """Sets a key; for readers that build the same structure from other formats."""
    target[key] = value
    target.lines[key] = line


def add(target: Mapping, key: str, item: Any, line: int) -> None:
    """Appends the item to the sequence under the key, which is created if there is none. ``line``: that of the item."""
    there = target.get(key)
    if not isinstance(there, Sequence):
        there = Sequence(line)
        put(target, key, there, line)
    there.append(item)
    there.lines.append(line)
    there.end_line = line


def walk(node: Any, limit: int = 10_000) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Each mapping and sequence below ``node`` with its path from there, itself first, at most ``limit`` of them."""
    todo: list[tuple[tuple[str | int, ...], Any]] = [((), node)]
    while todo and limit:
        limit -= 1
        path, here = todo.pop()
        yield path, here
        items: Any = here.items() if isinstance(here, Mapping) else enumerate(here)
        todo.extend(((*path, key), value) for key, value in items if isinstance(value, Mapping | Sequence))


class _Open:
    """A mapping or sequence that is being read; ``size`` counts nodes with aliases expanded."""

    __slots__ = ("anchor", "key", "key_line", "merged", "merges", "node", "size", "tag")

    def __init__(self, node: Mapping | Sequence, anchor: str | None, tag: str | None) -> None:
        self.node = node
        self.anchor = anchor
        self.tag = tag
        self.size = 1
        self.key: str | None = None
        self.key_line = 0
        self.merges = False  # the key is a plain <<
        self.merged: list[Any] = []


def _documents(events: Iterator[Any], yaml: Any, tagged: Callable[[str, Any, int], Any] | None) -> Iterator[Any]:
    scalar_event, alias_event = yaml.ScalarEvent, yaml.AliasEvent
    mapping_event, sequence_event = yaml.MappingStartEvent, yaml.SequenceStartEvent
    end_events = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
    anchors: dict[str, tuple[Any, int] | None] = {}  # None: not finished yet
    stack: list[_Open] = []
    root: Any = None
    last = 0  # the last line that had content
    nodes = 0
    for event in events:
        kind = type(event)
        line = event.start_mark.line + 1
        size = 1
        plain = False
        if kind is scalar_event:
            plain = event.implicit[0] or event.tag in _TAGGED  # !!bool "true" is true
            node: Any = _plain(event.value, stack) if plain else event.value
            size += len(event.value) // CHARACTERS_A_NODE
            end = event.end_mark
            last = end.line if end.column == 0 and end.line >= line else end.line + 1
            anchor, tag = event.anchor, event.tag
        elif kind is mapping_event or kind is sequence_event:
            if len(stack) == MAX_DEPTH:
                raise FileLimitError(f"YAML nested over {MAX_DEPTH} deep")
            if event.anchor:
                anchors[event.anchor] = None
            stack.append(_Open(Mapping(line) if kind is mapping_event else Sequence(line), event.anchor, event.tag))
            continue
        elif kind in end_events:
            opened = stack.pop()
            if event.end_mark.index > event.start_mark.index:  # a closing bracket
                last = event.end_mark.line + 1
            node = opened.node
            size = opened.size + (_merge(node, opened.merged) if opened.merged else 0)
            node.end_line = max(last, node.line)
            line = node.line
            anchor, tag = opened.anchor, opened.tag
        elif kind is alias_event:
            node, size = _aliased(anchors, event.anchor, line)
            last = line
            anchor = tag = None
        else:
            if kind is yaml.DocumentStartEvent:
                root = None
                anchors.clear()
            elif kind is yaml.DocumentEndEvent:
                yield root
            continue
        if tagged is not None and tag and tag.startswith("!"):
            node = tagged(tag[1:], node, line)
        if anchor:
            anchors[anchor] = (node, size)
        nodes += 1
        if nodes > MAX_NODES:
            raise FileLimitError(f"over {MAX_NODES} YAML nodes")
        if stack:
            _put(stack[-1], node, line, size, plain)
        else:
            root = node


def _plain(text: str, stack: list[_Open]) -> Any:
    """The value of a plain scalar; ``y`` and ``n`` are booleans only as values of a mapping."""
    if text in _LETTERS and stack and stack[-1].key is not None:
        return _LETTERS[text]
    return scalar(text)


def _aliased(anchors: dict[str, tuple[Any, int] | None], anchor: str, line: int) -> tuple[Any, int]:
    """The node that an alias names, and its size."""
    if anchor not in anchors:
        raise ValueError(f"YAML alias of an unknown anchor on line {line}")
    found = anchors[anchor]
    if found is None:
        raise ValueError(f"YAML alias inside its own anchor on line {line}")
    return found


def _put(parent: _Open, node: Any, line: int, size: int, plain: bool) -> None:
    parent.size += size
    if parent.size > MAX_EXPANDED:
        raise FileLimitError(f"YAML of over {MAX_EXPANDED} nodes with its aliases expanded")
    here = parent.node
    if isinstance(here, Sequence):
        here.append(node)
        here.lines.append(line)
    elif parent.key is None:
        parent.key = as_text(node)
        parent.key_line = line
        parent.merges = plain and parent.key == "<<"
    else:
        if parent.merges:
            parent.merged.append(node)
        else:
            here[parent.key] = node
            here.lines[parent.key] = parent.key_line
        parent.key = None


def _merge(target: Mapping, merged: list[Any]) -> int:
    """Adds the missing keys of merged mappings; returns the number of all their keys."""
    count = 0
    for value in merged:
        for source in value if isinstance(value, Sequence) else (value,):
            if isinstance(source, Mapping):
                count += len(source)
                for key, item in source.items():
                    if key not in target:
                        target[key] = item
                        target.lines[key] = source.lines[key]
    return count


def _first_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or str(error).partition("\n")[0])[:120]
    return f"{problem} (line {mark.line + 1})" if mark is not None else problem
