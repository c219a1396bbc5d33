"""One visible file system out of the layers' Deltas, and who of them brought what.

``squash`` is a left fold: it calls back after each layer with the facts visible so far, which is what attribution needs.
Rules: a whiteout removes a path and all below it, an opaque folder all below it, an entry what lower layers have at its
path and (as it is no folder) below it; a folder hides a lower file at its path. All of these act on lower layers only.
Source: OCI image-spec, layer.md, "Applying Changesets".
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from careen.model.delta import Delta, Fact

# cataloger -> path -> (layer, values)
Facts = dict[str, dict[str, tuple[int, tuple[Any, ...]]]]


class Squashed:
    """The visible tree. ``folders`` maps a folder's path to its entries: name -> (layer, row in its file table)."""

    def __init__(self, deltas: Sequence[Delta]) -> None:
        self.deltas = deltas
        self.folders: dict[str, dict[str, tuple[int, int]]] = {}
        self.facts: Facts = {}
        self._links: dict[str, str] | None = None
        self._parents: set[str] | None = None
        self._real: dict[tuple[str, str], str] = {}
        self._prefixes: dict[tuple[str, str], str] = {}

    def entry(self, path: str) -> tuple[int, int] | None:
        folder, _, name = path.rpartition("/")
        return self.folders.get(folder, {}).get(name)

    def is_folder(self, path: str) -> bool:
        """Whether something lies below the path (an empty folder is in no table)."""
        if self._parents is None:
            self._parents = set()
            for folder in self.folders:
                while folder and folder not in self._parents:
                    self._parents.add(folder)
                    folder = folder.rpartition("/")[0]
            for delta in self.deltas:
                self._parents.update(filter(None, delta.table.folders.split("\0")))
        return path in self._parents

    def visible_facts(self, cataloger: str) -> list[Fact]:
        return visible_facts(self.facts, cataloger)

    def resolve(self, path: str, root: str = "") -> str:
        """The path with symbolic links in its folders followed; the last part is left as it is.

        ``path`` is below ``root``, the folder of a file system of its own: its links are followed as from within, never out.
        """
        folder, _, name = path.rpartition("/")
        return self.resolved(folder, root) + name

    def resolved(self, folder: str, root: str = "") -> str:
        """What ``resolve`` puts before the names of a folder's entries: "usr/lib/" of "lib"; "" of the root."""
        known = self._prefixes.get((root, folder))
        if known is None:
            real = self._folder(folder, 0, root) if folder else ""
            known = self._prefixes[root, folder] = "".join(f"{part}/" for part in (root, real) if part)
        return known

    def link(self, path: str) -> str | None:
        """What a visible symbolic link says."""
        if self._links is None:
            self._links = {}
            for layer, delta in enumerate(self.deltas):
                for place, kind, target in delta.table.targets():
                    if kind == "l" and (self.entry(place) or (-1,))[0] == layer:
                        self._links[place] = target
        return self._links.get(path)

    def _folder(self, folder: str, depth: int, root: str) -> str:
        known = self._real.get((root, folder))
        if known is not None:
            return known
        parent, _, name = folder.rpartition("/")
        real = self._folder(parent, depth + 1, root) if parent and depth < 200 else parent
        here = f"{real}/{name}" if real else name
        link = self.link(f"{root}/{here}" if root else here)
        if link is not None and depth < 40:  # as many as Linux follows
            self._real[root, folder] = here  # a cycle ends here
            joined = link if link.startswith("/") else f"{real}/{link}"
            here = self._folder(_normal(joined), depth + 1, root)
        self._real[root, folder] = here
        return here


def squash(deltas: Sequence[Delta], after_layer: Callable[[int, Facts, frozenset[str]], None] | None = None) -> Squashed:
    """``after_layer(index, facts, changed catalogers)`` is called for every left prefix of the layers."""
    result = Squashed(deltas)
    folders, facts = result.folders, result.facts
    below: dict[str, set[str]] = {}  # folder -> folders in it that hold something, at any depth
    for index, delta in enumerate(deltas):
        paths = delta.table.names()
        touched = _hide(folders, below, delta, paths) if index else set()
        last, names = None, {}
        for row, path in enumerate(paths):
            folder, _, name = path.rpartition("/")
            if folder != last:  # they are sorted: what lies in one folder mostly follows each other
                last = folder
                if folder not in folders:
                    folders[folder] = {}
                    _note(below, folder)
                names = folders[folder]
            names[name] = (index, row)
        changed = _forget(result, touched, facts) if index else set()
        for cataloger, found in delta.facts.items():
            known = facts.setdefault(cataloger, {})
            changed.add(cataloger)
            for path, values in _by_path(found):
                known[path] = (index, values)
        if after_layer:
            after_layer(index, facts, frozenset(changed))
    return result


def visible_facts(facts: Facts, cataloger: str) -> list[Fact]:
    found = facts.get(cataloger, {})
    return [Fact(path, found[path][0], value) for path in sorted(found) for value in found[path][1]]


def _note(below: dict[str, set[str]], folder: str) -> None:
    while folder:
        parent = folder.rpartition("/")[0]
        inside = below.setdefault(parent, set())
        if folder in inside:
            return
        inside.add(folder)
        folder = parent


def _hide(
    folders: dict[str, dict[str, tuple[int, int]]], below: dict[str, set[str]], delta: Delta, paths: list[str]
) -> set[str]:
    """Removes what a layer hides, in the time that its own entries and the removed ones take; gives all these paths."""
    removed = {*paths}
    for root in (*delta.opaque, *delta.gone, *paths):
        if root in folders or root in below:
            _empty(folders, below, root, removed)
    made = [path for path in delta.table.folders.split("\0") if path]
    seen = set(made)
    for path in (*paths, *made):
        folder = path.rpartition("/")[0]
        while folder and folder not in seen:
            seen.add(folder)
            folder = folder.rpartition("/")[0]
    for path in (*delta.gone, *seen):
        folder, _, name = path.rpartition("/")
        if folder in folders and folders[folder].pop(name, None) is not None:
            removed.add(path)
    return removed


def _empty(folders: dict[str, dict[str, tuple[int, int]]], below: dict[str, set[str]], root: str, removed: set[str]) -> None:
    """Removes all that is below a folder."""
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        prefix = folder + "/" if folder else ""
        removed.update(prefix + name for name in folders.pop(folder, ()))
        waiting += below.pop(folder, ())
    parent = root.rpartition("/")[0]
    if root and root in below.get(parent, ()):
        below[parent].discard(root)


def _forget(result: Squashed, touched: set[str], facts: Facts) -> set[str]:
    """Drops the facts of files that a layer removed or replaced; names the catalogers that lost some."""
    changed = set()
    for cataloger, found in facts.items():
        lost = [path for path in found.keys() & touched if (result.entry(path) or (-1,))[0] != found[path][0]]
        for path in lost:
            del found[path]
        if lost:
            changed.add(cataloger)
    return changed


def _by_path(found: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    values: list[Any] = []
    current = None
    for path, value in found:
        if path != current and current is not None:
            yield current, tuple(values)
            values = []
        current = path
        values.append(value)
    if current is not None:
        yield current, tuple(values)


def _normal(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
