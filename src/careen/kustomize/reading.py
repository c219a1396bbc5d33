"""The files of kustomizations while these are built: what they say, where it is written, and what cannot be applied.

All of it is bounded: steps count the objects that a patch, a field or a variable is compared with.
"""

import posixpath
import re
from collections.abc import Iterator
from collections.abc import Mapping as Dictionary
from typing import Any

from msgspec import Struct

from careen.errors import FileLimitError
from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping

from .nodes import Nodes

MAX_STEPS = 5_000_000


class Trouble(Struct, frozen=True):
    """Something in a kustomization that is not applied, or not known."""

    path: str
    line: int
    reason: str
    limit: bool = False  # nothing is known of the rest


class Reading:
    def __init__(self, texts: Dictionary[str, str]) -> None:
        self.texts = texts
        self.nodes = Nodes()
        self.troubles: list[Trouble] = []
        self._steps = 0

    def spend(self, steps: int) -> None:
        self._steps += steps
        if self._steps > MAX_STEPS:
            raise FileLimitError("too many objects and patches")

    def trouble(self, line: int, reason: str) -> None:
        """Notes a trouble on a line, which names its file."""
        path, row = self.nodes.origin(line) or ("", 0)
        self.troubles.append(Trouble(path, row, reason))

    def documents(self, path: str) -> list[Any]:
        """The documents of a file; none if it cannot be read."""
        try:
            documents = yaml_document.read(self.texts[path])
        except ValueError as error:
            self.troubles.append(Trouble(path, 0, str(error), isinstance(error, FileLimitError)))
            return []
        return [self.nodes.of_file(document, path) for document in documents]

    def within(self, text: str, line: int, what: str = "the patch") -> list[Any]:
        """The documents of a text in a kustomization; ``line`` is that of its key."""
        path, row = self.nodes.origin(line) or ("", 0)
        rows = self.texts.get(path, "").split("\n")
        is_block = row <= len(rows) and re.search(r"[|][-+0-9]*\s*(?:#.*)?$", rows[row - 1]) is not None
        try:
            documents = yaml_document.read(text)
        except ValueError as error:
            self.trouble(line, f"{what} cannot be read: {error}")
            return []
        return [self.nodes.of_file(document, path, row, fixed=not is_block) for document in documents]


def listed(body: Mapping, key: str) -> Iterator[tuple[str, int]]:
    """The texts of a list, each with its line."""
    items = body.seq(key)
    for item, line in zip(items, items.lines, strict=True):
        if isinstance(item, str):
            yield item, line


def joined(folder: str, name: str) -> str:
    path = posixpath.normpath(posixpath.join(folder, name))
    return "" if path == "." else path
