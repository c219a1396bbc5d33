"""Which readers a path of a layer concerns: one index over what all catalogers want."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from careen.plugins import Cataloger, Reader


class Wanted(NamedTuple):
    """A reader of a cataloger, asked for by one of its criteria."""

    cataloger: str
    reader: Reader


class Dispatch:
    """Answers in three dictionary look-ups, however many catalogers there are."""

    def __init__(self, catalogers: Iterable[Cataloger]) -> None:
        self._by_name: dict[str, list[tuple[str, Wanted]]] = {}  # basename -> (what the path must end with, reader)
        self._by_extension: dict[str, list[tuple[str, Wanted]]] = {}
        self._by_folder: dict[str, list[tuple[str, str, Wanted]]] = {}  # ..., the ending of the name
        self._executables: list[Wanted] = []
        self._asked: list[tuple[Callable[[str, int], bool], Wanted]] = []
        for cataloger in catalogers:
            for reader in cataloger.readers:
                self._add(Wanted(cataloger.name, reader))

    def _add(self, wanted: Wanted) -> None:
        wants = wanted.reader.wants
        for path in wants.paths:
            self._by_name.setdefault(path.rpartition("/")[2], []).append(("/" + path, wanted))
        for name in wants.names:
            self._by_name.setdefault(name, []).append(("/" + name, wanted))
        for suffix in wants.suffixes:
            folder, slash, name = suffix.rpartition("/")
            if slash:
                self._by_name.setdefault(name, []).append((suffix, wanted))
            else:
                self._by_extension.setdefault(name[name.rindex(".") :], []).append((suffix, wanted))
        for pattern in wants.folders:
            folder, _, end = pattern.partition("/*")
            self._by_folder.setdefault(folder.rpartition("/")[2], []).append(("/" + folder, end, wanted))
        if wants.executables:
            self._executables.append(wanted)
        if wants.select:
            self._asked.append((wants.select, wanted))

    def readers(self, path: str, mode: int) -> list[Wanted]:
        """The readers that ask for this regular file; ``magic`` is left to who reads it."""
        found: list[Wanted] = []
        parent, _, name = path.rpartition("/")
        rows = self._by_name.get(name)
        if rows:
            rooted = "/" + path
            found += [wanted for end, wanted in rows if rooted.endswith(end)]
        dot = name.rfind(".")
        if dot >= 0:
            rows = self._by_extension.get(name[dot:])
            if rows:
                found += [wanted for end, wanted in rows if name.endswith(end)]
        inside = self._by_folder.get(parent[parent.rfind("/") + 1 :])
        if inside:
            rooted = "/" + parent
            found += [wanted for folder, end, wanted in inside if rooted.endswith(folder) and name.endswith(end)]
        if self._executables and (mode & 0o111 or ".so" in name):
            found += self._executables
        for select, wanted in self._asked:
            if select(path, mode):
                found.append(wanted)
        return list(dict.fromkeys(found)) if len(found) > 1 else found
