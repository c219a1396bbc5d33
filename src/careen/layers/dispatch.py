"""Finds the readers that want a path of a layer, with one index over all catalogers."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from careen.plugins import Cataloger, Reader
from careen.safety.pattern import pattern

Select = Callable[[str, int], bool]
MAGIC_BYTES = 2
SYSTEM_FOLDERS = tuple(
    f"{usr}{folder}/" for usr in ("", "usr/") for folder in ("bin", "sbin", "lib", "lib32", "lib64", "libexec")
)


class Wanted(NamedTuple):
    """A reader of a cataloger one of whose criteria matches the file, and the root file system in which that criterion
    matched: P for ``P/var/lib/dpkg/status``, "" for the image's own.
    """

    cataloger: str
    reader: Reader
    root: str = ""


class Dispatch:
    """The index. A query costs a few dictionary look-ups, however many catalogers there are."""

    def __init__(self, catalogers: Iterable[Cataloger]) -> None:
        self._by_path: dict[str, list[tuple[str, Wanted]]] = {}  # basename -> (path in a root file system, reader)
        self._by_pattern: dict[str, list[tuple[re.Pattern[str], Wanted]]] = {}  # the same, for paths with folders of any name
        self._by_name: dict[str, list[tuple[str, Wanted]]] = {}  # basename -> (required end of the path, reader)
        self._by_extension: dict[str, list[tuple[str, Wanted]]] = {}
        self._by_folder: dict[str, list[tuple[str, str, Wanted]]] = {}  # the same, with the ending of the name
        self._below: list[tuple[str, Wanted]] = []
        self._executables: list[Wanted] = []
        self.by_magic: dict[bytes, list[Wanted]] = {}  # first two bytes of a file -> readers that want it in any folder
        self._asked: list[tuple[Select, Wanted]] = []
        self._asked_by_extension: dict[str, list[tuple[str, Select, Wanted]]] = {}
        self._unpackaged: list[Wanted] = []
        for cataloger in catalogers:
            for reader in cataloger.readers:
                self._add(Wanted(cataloger.name, reader))

    def _add(self, wanted: Wanted) -> None:
        wants = wanted.reader.wants
        if wants.unpackaged:
            self._unpackaged.append(wanted)
            return
        for path in wants.paths:
            name = path.rpartition("/")[2]
            if "*" in path:
                self._by_pattern.setdefault(name, []).append((_pattern(path), wanted))
            else:
                self._by_path.setdefault(name, []).append(("/" + path, wanted))
        for name in wants.names:
            self._by_name.setdefault(name, []).append(("/" + name, wanted))
        for suffix in wants.suffixes:
            folder, slash, name = suffix.rpartition("/")
            if slash:
                self._by_name.setdefault(name, []).append((suffix, wanted))
            elif wants.select:
                self._asked_by_extension.setdefault(name[name.rindex(".") :], []).append((suffix, wants.select, wanted))
            else:
                self._by_extension.setdefault(name[name.rindex(".") :], []).append((suffix, wanted))
        for inside in wants.folders:
            folder, _, end = inside.partition("/*")
            self._by_folder.setdefault(folder.rpartition("/")[2], []).append(("/" + folder, end, wanted))
        self._below += [(f"{folder}/", wanted) for folder in wants.below]
        if wants.executables:
            self._executables.append(wanted)
        if wants.anywhere:
            for start in dict.fromkeys(magic[:MAGIC_BYTES] for magic in wants.magic):
                self.by_magic.setdefault(start, []).append(wanted)
        if wants.select and not wants.suffixes:
            self._asked.append((wants.select, wanted))

    def readers(self, path: str, mode: int) -> list[Wanted]:
        """The readers that want this regular file by its name and mode; the caller checks ``magic`` when it reads the file."""
        found: list[Wanted] = []
        slash = path.rfind("/")
        name = path[slash + 1 :]
        if name in self._by_path:
            rooted = "/" + path
            found += [_in_root(rooted, end, wanted) for end, wanted in self._by_path[name] if rooted.endswith(end)]
        if name in self._by_pattern:
            matches = ((pattern.fullmatch(path), wanted) for pattern, wanted in self._by_pattern[name])
            found += [wanted._replace(root=match[1] or "") for match, wanted in matches if match]
        if name in self._by_name:
            rooted = "/" + path
            found += [wanted for end, wanted in self._by_name[name] if rooted.endswith(end)]
        dot = name.rfind(".")
        if dot >= 0:
            extension = name[dot:]
            if extension in self._by_extension:
                found += [wanted for end, wanted in self._by_extension[extension] if name.endswith(end)]
            if extension in self._asked_by_extension:
                rows = self._asked_by_extension[extension]
                found += [wanted for end, select, wanted in rows if name.endswith(end) and select(path, mode)]
        if slash > 0:
            parent = path[path.rfind("/", 0, slash) + 1 : slash]
            if parent in self._by_folder:
                rooted = "/" + path[:slash]
                inside = self._by_folder[parent]
                found += [
                    _in_root(rooted, folder, wanted)
                    for folder, end, wanted in inside
                    if rooted.endswith(folder) and name.endswith(end)
                ]
            for folder, wanted in self._below:
                if folder in path and f"/{folder}" in f"/{path}":
                    found.append(wanted)
        if self._executables and _is_executable(name, mode):
            found += self._executables
        for select, wanted in self._asked:
            if select(path, mode):
                found.append(wanted)
        return _once(found) if len(found) > 1 else found

    def unpackaged(self, path: str, mode: int) -> list[Wanted]:
        """The readers that want this file too if the layer has no package database."""
        return self._unpackaged if path.startswith(SYSTEM_FOLDERS) and _is_executable(path, mode) else []


def _is_executable(name: str, mode: int) -> bool:
    return bool(mode & 0o111) or ".so" in name or name.endswith(".node")


def at_paths(wanted: Mapping[str, Wanted]) -> Callable[[str, int], list[Wanted]]:
    """A function that selects the given reader for each of these paths, and none for others."""
    return lambda path, mode: [wanted[path]] if path in wanted else []


def _pattern(path: str) -> re.Pattern[str]:
    return pattern(r"(?:(.*)/)?" + re.escape(path).replace(r"\*", "[^/]+"))


def _in_root(rooted: str, end: str, wanted: Wanted) -> Wanted:
    return wanted if len(rooted) == len(end) else wanted._replace(root=rooted[1 : -len(end)])


def _once(found: list[Wanted]) -> list[Wanted]:
    """Each reader once, with the outermost root in which its criteria matched."""
    first: dict[tuple[str, Reader], Wanted] = {}
    for wanted in found:
        known = first.setdefault((wanted.cataloger, wanted.reader), wanted)
        if len(wanted.root) < len(known.root):
            first[wanted.cataloger, wanted.reader] = wanted
    return list(first.values())
