"""Mappings and sequences whose line numbers also name their file, and their copies, within one budget.

A kustomization joins nodes of many files in one object. The number of a line is unique among all files: ``Origins`` gives
back the file and the line.
"""

from collections.abc import Sequence as Many
from typing import Any

from careen.errors import FileLimitError
from careen.formats.data.yaml_document import Mapping, Sequence, put

MAX_NODES = 2_000_000  # copied for all kustomizations of one run
_LINES = 1 << 32  # more than a file can have

Origin = tuple[str, int]  # path and line


class Nodes:
    """Copies nodes, and knows the file of each line."""

    def __init__(self) -> None:
        self._paths: list[str] = []
        self._left = MAX_NODES

    def of_file(self, node: Any, path: str, line: int = 0, fixed: bool = False) -> Any:
        """A copy of what was read from a file, or from a text within it that begins after ``line``. ``fixed``: all of the text
        is on that line."""
        start = self.line(path, line)
        return self._copied(node, lambda row: start if fixed else start + row)

    def of_rendered(self, node: Any, path: str, lines: Many[int]) -> Any:
        """A copy of what a template made. ``lines``: the template's line of each line."""
        start = self.line(path, 0)
        return self._copied(node, lambda row: start + (lines[row - 1] if 0 < row <= len(lines) else 0))

    def line(self, path: str, row: int) -> int:
        """The number of a line of a file."""
        if not self._paths or self._paths[-1] != path:
            self._paths.append(path)
        return len(self._paths) * _LINES + row

    def copy(self, node: Any) -> Any:
        return self._copied(node, int)

    def origin(self, number: int) -> Origin | None:
        """The file and line of a line of a copied node; None for one that a kustomization made."""
        at, line = divmod(number, _LINES)
        return (self._paths[at - 1], line) if at else None

    def _copied(self, node: Any, renumbered: Any) -> Any:
        if not isinstance(node, Mapping | Sequence):
            return node
        self._left -= 1 + len(node)
        if self._left < 0:
            raise FileLimitError(f"over {MAX_NODES:,} nodes of kustomizations")
        made: Any = type(node)(renumbered(node.line))
        made.end_line = renumbered(node.end_line)
        if isinstance(node, Mapping):
            for key, value in node.items():
                put(made, key, self._copied(value, renumbered), renumbered(node.lines.get(key, node.line)))
        else:
            for value, line in zip(node, node.lines, strict=True):
                made.append(self._copied(value, renumbered))
                made.lines.append(renumbered(line))
        return made
