"""The digests of files' contents, by the layer and path of the content.

Those of programs are computed while a layer is read. The layer is read once more if the package database records
digests of another algorithm, or of data files that are compared too. The algorithm is known then, so that each file is
hashed once.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from careen.formats.packages.file_digests import ELF, SCRIPT, Digesting, is_compared, may_be_program
from careen.model.inventory import Unknown
from careen.plugins import Reader, Wants

from .aliases import end_of
from .dispatch import Wanted, at_paths
from .facts import Facts
from .links import Reread
from .squash import Squashed
from .walk import ended_early

NAME = "digests"
AT_ONCE = 50_000  # files in one additional pass, because the number of facts is limited
Digests = dict[str, str]  # by algorithm
Content = tuple[int, str]  # layer and path


class ContentDigests:
    def __init__(self, tree: Squashed, facts: Facts) -> None:
        self._tree, self._facts = tree, facts
        layers = range(len(tree.deltas))
        self._computed = {(layer, path): _parsed(text) for layer in layers for path, text in facts.in_layer("digests", layer)}
        self._programs = frozenset(self._computed)
        self._links = cache(lambda layer: {path: end for path, kind, end in tree.deltas[layer].table.targets() if kind == "h"})
        self._native = cache(lambda layer: {path for path, _ in facts.in_layer("native_code", layer)})

    def programs(self) -> set[str]:
        """The visible paths of programs, including hard links within a layer."""
        found = {path for layer, path in self._programs if (self._tree.entry(path) or (-1,))[0] == layer}
        found.update(fact.path for fact in self._facts.of_role("native_code") if may_be_program(fact.path))
        for layer in {layer for layer, _ in self._programs}:
            found.update(path for path in self._links(layer) if self._content(path) in self._programs)
        return found

    def is_program(self, place: str) -> bool:
        """Whether the visible content is machine code, or a script in a folder of programs."""
        content = self._content(place)
        return content is not None and (content in self._programs or content[1] in self._native(content[0]))

    def is_file(self, place: str) -> bool:
        """Whether a regular file is visible at this path."""
        entry = self._tree.entry(place)
        return entry is not None and self._tree.deltas[entry[0]].table.kinds[entry[1]] in "fh"

    def digests_at(self, place: str) -> Digests | None:
        """The computed digests of the content that is visible at this path; None if there are none."""
        content = self._content(place)
        return self._computed.get(content) if content else None

    def read_missing(self, recorded: Mapping[str, str], again: Reread, *, all_files: bool) -> Iterator[Unknown]:
        """Computes the missing digests and yields what could not be read. ``all_files``: of data files too. ``again``
        rereads a layer.
        """
        for layer, missing in self._missing(recorded, all_files=all_files).items():
            paths = list(missing)
            for start in range(0, len(paths), AT_ONCE):
                part = paths[start : start + AT_ONCE]
                wanted = {path: Wanted(NAME, _reader(sorted(missing[path]), all_files)) for path in part}
                walked = again(layer, at_paths(wanted))
                for path, text in walked.facts.get(NAME, ()):
                    self._computed.setdefault((layer, path), {}).update(_parsed(text))
                yield from ended_early(walked, self._tree.deltas[layer].unknowns)

    def _missing(self, recorded: Mapping[str, str], *, all_files: bool) -> Mapping[int, dict[str, set[str]]]:
        """The recorded algorithms of digests that were not computed, by layer and path of the content."""
        missing: dict[int, dict[str, set[str]]] = {}
        for place, text in recorded.items():
            algorithm, content = text.partition(":")[0], self._content(place)
            if content is None or algorithm not in hashlib.algorithms_guaranteed:
                continue
            layer, path = content
            computed = self._computed.get(content)
            if algorithm not in computed if computed is not None else all_files or not is_compared(path):
                missing.setdefault(layer, {}).setdefault(path, set()).add(algorithm)
        return missing

    def _content(self, place: str) -> Content | None:
        """The layer and path of the visible content. A hard link has its content at another path, maybe in a lower
        layer; a symbolic link has none.
        """
        entry = self._tree.entry(place)
        if entry is None or self._tree.link(place) is not None:
            return None
        layer = entry[0]
        return self._tree.linked.get((layer, place)) or (layer, end_of(place, self._links(layer)))


def _reader(algorithms: Sequence[str], all_files: bool) -> Reader:
    """A reader that computes digests. Data files are included only with ``all_files``."""
    return Reader(
        Wants(amount="stream"),
        lambda file: Digesting(algorithms) if all_files or file.data.startswith((ELF, SCRIPT)) else None,
    )


def _parsed(text: str) -> Digests:
    pairs = (part.partition(":") for part in text.split(" "))
    return {algorithm: digest for algorithm, _, digest in pairs}
