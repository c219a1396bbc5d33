"""Functions that repairs of Compose files and of manifests share: they find the entry of a finding, and set or remove
keys in it."""

from collections.abc import Callable, Iterator
from typing import Any

from .rows import At, Repair, Rows
from .yaml_text import Entry, entries, removed, with_key

Holds = Callable[[Entry], bool]  # whether an entry is of the kind that findings are about


def remove(*names: str) -> Repair:
    """A repair that removes the innermost entry in the finding's line that has one of these keys; without names, an
    item of a list."""

    def repair(rows: Rows, at: At) -> Iterator[Rows]:
        for entry in reversed(entries(rows)):
            wanted = entry.name in names if names else entry.key is None and entry.above is not None
            if wanted and entry.first == at.line - 1 and (found := removed(rows, entry)) is not None:
                yield found

    return repair


def set_in(holds: Holds, path: str, value: str) -> Repair:
    """A repair that sets a key ("a.b") in the innermost mapping around the finding for which ``holds`` is true."""

    def repair(rows: Rows, at: At) -> Iterator[Rows]:
        around = _around(rows, at, holds)
        made = with_key(rows, around.value, _keys(path), value) if around else None
        if made is not None:
            yield made

    return repair


def add_to(holds: Holds, path: str, item: str) -> Repair:
    """A repair that adds an item to the list at the keys ``path``; the list is created if there is none."""

    def repair(rows: Rows, at: At) -> Iterator[Rows]:
        around = _around(rows, at, holds)
        if around is None:
            return
        node = around.value
        for name in _keys(path):
            node = next((value for key, value in node.value if key.value == name), None) if node.id == "mapping" else None
            if node is None:
                break
        if node is None:
            made = with_key(rows, around.value, _keys(path), f"[{item}]")
        else:
            made = _with_item(rows, node, item)
        if made is not None:
            yield made

    return repair


def within(repair: Repair) -> Repair:
    """Extends a repair of a finding's line to all lines of the entry that begins there: the key and its whole value."""

    def repair_within(rows: Rows, at: At) -> Iterator[Rows]:
        last = max((entry.last for entry in entries(rows) if entry.first == at.line - 1), default=at.end_line - 1)
        yield from repair(rows, At(at.line, max(last + 1, at.end_line), at.message))

    return repair_within


def _keys(path: str) -> list[str]:
    """The keys of a path. Keys with dots in them follow a ``!``: ``metadata.labels.!a.b/c``."""
    before, _, whole = path.partition(".!")
    return [*before.split("."), *([whole] if whole else [])]


def _around(rows: Rows, at: At, holds: Holds) -> Entry | None:
    found = [
        entry
        for entry in entries(rows)
        if entry.value.id == "mapping" and entry.first <= at.line - 1 <= entry.last and holds(entry)
    ]
    return found[-1] if found else None


def _with_item(rows: Rows, sequence: Any, item: str) -> Rows | None:
    first, end = sequence.start_mark, sequence.end_mark
    if sequence.id != "sequence":
        return None
    if sequence.flow_style:
        if first.line != end.line:
            return None
        row = rows[first.line]
        comma = ", " if sequence.value else ""
        return [
            *rows[: first.line],
            f"{row[: first.column + 1]}{item}{comma}{row[first.column + 1 :]}",
            *rows[first.line + 1 :],
        ]
    return [*rows[: first.line], f"{' ' * first.column}- {item}", *rows[first.line :]]
