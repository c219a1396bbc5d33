"""Edits in the text of YAML that keep everything else as it is written: a key set, an entry removed.

Texts are read by ``formats.data.yaml_document`` first, which bounds their size and depth. Entries over several rows are edited
if they are in block style; a flow collection is edited if it is on one row.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from careen.formats.data import yaml_document

from .rows import Rows, replaced, without


class Entry(Struct, frozen=True):
    """A value in a document, with the keys that lead to it; ``key`` is None in a sequence. Rows count from 0."""

    path: tuple[str | int, ...]
    key: Any
    value: Any
    parent: Any
    above: "Entry | None"

    @property
    def first(self) -> int:
        return int((self.key or self.value).start_mark.line)

    @property
    def last(self) -> int:
        return max(_last_row(self.value), self.first)

    @property
    def name(self) -> str | int:
        return self.path[-1] if self.path else ""


def entries(rows: Rows) -> list[Entry]:
    """Every entry of every document, outer ones first; () if the text cannot be read."""
    import yaml

    text = "\n".join(rows)
    try:
        yaml_document.read(text)
        roots = list(yaml.compose_all(text, Loader=yaml.CSafeLoader))
    except (ValueError, yaml.YAMLError, RecursionError):
        return []
    return [entry for root in roots if root is not None for entry in _walk(Entry((), None, root, None, None), set())]


def removed(rows: Rows, entry: Entry) -> Rows | None:
    """The rows without the entry, and without mappings that contain nothing else."""
    while entry.parent is not None and len(entry.parent.value) == 1 and entry.above is not None:
        entry = entry.above
    parent = entry.parent
    if parent is None:
        return None
    if parent.flow_style:
        return _removed_in_flow(rows, entry)
    row = rows[entry.first]
    column = (entry.key or entry.value).start_mark.column
    if entry.key is not None and row[:column].strip():  # "- key: value": the dash stays, for the next key
        following = entry.last + 1
        while following < len(rows) and not rows[following].strip():
            following += 1
        if following >= len(rows):
            return None
        return replaced(without(rows, entry.first, following - 1), entry.first, row[:column] + rows[following].lstrip())
    return without(rows, entry.first, entry.last)


def with_key(rows: Rows, mapping: Any, path: Sequence[str], value: str) -> Rows | None:
    """The rows with ``value`` at these keys of a mapping."""
    name, rest = path[0], path[1:]
    found = next((pair for pair in mapping.value if pair[0].value == name), None)
    if found is None:
        return _inserted(rows, mapping, path, value)
    key, there = found
    if rest and there.id == "mapping":
        return with_key(rows, there, rest, value)
    row, start, end = there.start_mark.line, there.start_mark.column, there.end_mark.column
    if row != there.end_mark.line:
        return None
    if rest and (there.id != "scalar" or there.value.strip() not in ("", "~", "null")):
        return None
    if rest:
        step = " " * (key.start_mark.column + 2)
        return replaced(rows, key.start_mark.line, _bare(rows[key.start_mark.line]), *_block(rest, value, step))
    return replaced(rows, row, rows[row][:start].rstrip(" ") + " " + value + rows[row][end:])


def _bare(row: str) -> str:
    """A row ``key: null`` as ``key:``."""
    return re.sub(r":\s*(?:~|null)?\s*$", ":", row)


def _inserted(rows: Rows, mapping: Any, path: Sequence[str], value: str) -> Rows | None:
    first = mapping.start_mark
    if mapping.flow_style:
        row = rows[first.line]
        if mapping.end_mark.line != first.line:
            return None
        flow = "".join(f"{{{name}: " for name in path[1:]) + value + "}" * (len(path) - 1)
        comma = ", " if mapping.value else ""
        return replaced(rows, first.line, f"{row[: first.column + 1]}{path[0]}: {flow}{comma}{row[first.column + 1 :]}")
    if not mapping.value:
        return None
    column = mapping.value[0][0].start_mark.column
    last = _last_row(mapping)
    return [*rows[: last + 1], *_block(path, value, " " * column), *rows[last + 1 :]]


def _block(path: Sequence[str], value: str, indent: str) -> list[str]:
    made = [f"{indent}{'  ' * depth}{name}:" for depth, name in enumerate(path)]
    made[-1] += f" {value}"
    return made


def _walk(entry: Entry, seen: set[int]) -> Iterator[Entry]:
    """Every entry below, and this one. An alias is the node of its anchor: each node is visited once."""
    todo = [entry]
    while todo:
        here = todo.pop()
        yield here
        node = here.value
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.id == "mapping":
            todo += [
                Entry((*here.path, str(key.value)), key, value, node, here)
                for key, value in reversed(node.value)
                if key.id == "scalar"
            ]
        elif node.id == "sequence":
            count = len(node.value)
            todo += [
                Entry((*here.path, count - number), None, value, node, here)
                for number, value in enumerate(reversed(node.value), start=1)
            ]


def _last_row(node: Any) -> int:
    """The last row with content of a node: a block collection ends only where the next one begins."""
    while node.id != "scalar" and node.value and not node.flow_style:
        node = node.value[-1][1] if node.id == "mapping" else node.value[-1]
    mark = node.end_mark
    ends_before = mark.column == 0 and mark.line > node.start_mark.line
    return int(mark.line - 1 if ends_before else mark.line)


def _removed_in_flow(rows: Rows, entry: Entry) -> Rows | None:
    start = (entry.key or entry.value).start_mark
    end = entry.value.end_mark
    if entry.parent.start_mark.line != entry.parent.end_mark.line:
        return None
    row = rows[start.line]
    before, after = row[: start.column], row[end.column :]
    if (comma := re.match(r"\s*,\s*", after)) is not None:
        after = after[comma.end() :]
    else:
        before = re.sub(r",\s*$", "", before)
    return replaced(rows, start.line, before + after)
