"""The visible file system that results from all layers' Deltas, and what each layer hides of those below.

A whiteout hides a path and everything below it; an opaque folder hides everything below it; an entry hides what lower
layers have at its path and, if it is not a folder, below it; a folder hides a lower file at its path. All of these
affect lower layers only. An entry keeps its name, also below a symbolic link; ``Squashed.through`` lists those links.
Source: OCI image-spec, layer.md, "Applying Changesets".
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from careen.model.delta import Delta

MAX_LINKS, MAX_DEPTH = 40, 200  # links in a row, as many as Linux follows; depth of folders that are resolved
Below = Callable[[int, "Squashed"], None]


class Squashed:
    """The visible file system.

    ``folders`` maps a folder's path to its entries: name -> (layer, row in its file table). ``hidden`` has, for each layer,
    the paths of lower layers that it removes or replaces.
    ``linked`` maps a hard link to a file of a lower layer, by its own layer and path, to the layer and path with the content
    (``layers.links`` fills it in). ``through`` maps a layer with entries below symbolic links to these links and the folders
    where they lead; ``lower_links`` are the links among them that lower layers have.
    """

    def __init__(self, deltas: Sequence[Delta]) -> None:
        self.deltas = deltas
        self.folders: dict[str, dict[str, tuple[int, int]]] = {}
        self.hidden: list[set[str]] = []
        self.linked: dict[tuple[int, str], tuple[int, str]] = {}
        self.through: dict[int, dict[str, str]] = {}
        self.lower_links: dict[int, set[str]] = {}
        self._parents: set[str] | None = None
        self._links = cache(lambda layer: {path: to for path, kind, to in deltas[layer].table.targets() if kind == "l"})
        self._real: dict[tuple[str, str], str] = {}
        self._prefixes: dict[tuple[str, str], str] = {}

    def entry(self, path: str) -> tuple[int, int] | None:
        folder, _, name = path.rpartition("/")
        return self.folders.get(folder, {}).get(name)

    def missing(self, paths: Iterable[str]) -> Iterator[str]:
        """The paths without an entry."""
        folders, empty = self.folders, dict[str, tuple[int, int]]()
        for path in paths:
            folder, _, name = path.rpartition("/")
            if name not in folders.get(folder, empty):
                yield path

    def is_folder(self, path: str) -> bool:
        """Whether the path is a folder entry, or the parent of any entry."""
        if self._parents is None:
            self._parents = set()
            for folder in self.folders:
                while folder and folder not in self._parents:
                    self._parents.add(folder)
                    folder = folder.rpartition("/")[0]
            for delta in self.deltas:
                self._parents.update(filter(None, delta.table.folders.split("\0")))
        return path in self._parents

    def resolve(self, path: str, root: str = "") -> str:
        """The path with symbolic links in its folders followed; its last part stays.

        ``path`` is relative to ``root``, the folder of a nested file system, whose links never lead out of it.
        """
        folder, _, name = path.rpartition("/")
        return self.resolved(folder, root) + name

    def resolved(self, folder: str, root: str = "") -> str:
        """The prefix of a folder's entries after following links: "usr/lib/" for "lib"; "" for the root."""
        known = self._prefixes.get((root, folder))
        if known is None:
            real = self._folder(folder, 0, root) if folder else ""
            known = self._prefixes[root, folder] = "".join(f"{part}/" for part in (root, real) if part)
        return known

    def places(self, paths: Iterable[str], root: str = "") -> list[tuple[str, str]]:
        """Each path with its place: where it is after links in its folders are followed."""
        found, prefixes = [], self._prefixes
        for path in paths:
            folder, _, name = path.rpartition("/")
            prefix = prefixes.get((root, folder))
            found.append((path, (self.resolved(folder, root) if prefix is None else prefix) + name))
        return found

    def link(self, path: str) -> str | None:
        """The target of a visible symbolic link."""
        entry = self.entry(path)
        return self._links(entry[0]).get(path) if entry else None

    def links(self) -> Iterator[tuple[int, str, str]]:
        """(layer, path, target) of every visible symbolic link."""
        for layer in range(len(self.deltas)):
            for path, target in self._links(layer).items():
                if (self.entry(path) or (-1,))[0] == layer:
                    yield layer, path, target

    def forget_paths(self) -> None:
        """Drops cached resolutions of paths, because the next layer may change them."""
        self._real.clear()
        self._prefixes.clear()

    def _folder(self, folder: str, depth: int, root: str) -> str:
        known = self._real.get((root, folder))
        if known is not None:
            return known
        parent, _, name = folder.rpartition("/")
        real = self._folder(parent, depth + 1, root) if parent and depth < MAX_DEPTH else parent
        here = f"{real}/{name}" if real else name
        link = self.link(f"{root}/{here}" if root else here)
        if link is not None and depth < MAX_LINKS:
            self._real[root, folder] = here  # a cycle ends here
            joined = link if link.startswith("/") else f"{real}/{link}"
            here = self._folder(_normal(joined), depth + 1, root)
        self._real[root, folder] = here
        return here


def squash(deltas: Sequence[Delta], below: Below | None = None) -> Squashed:
    """Squashes the layers in order. ``below`` is called before each layer with hard links to lower ones, with the tree
    of the layers below it.
    """
    result = Squashed(deltas)
    folders = result.folders
    inside: dict[str, set[str]] = {}  # folder -> non-empty folders in it
    for index, delta in enumerate(deltas):
        if below and delta.far_links:
            below(index, result)
            result.forget_paths()
        paths = delta.table.names()
        hidden = _hide(result, inside, index, paths) if index else set[str]()
        last, names = None, dict[str, tuple[int, int]]()
        for row, path in enumerate(paths):
            folder, _, name = path.rpartition("/")
            if folder != last:  # paths are sorted, so that the entries of a folder are mostly adjacent
                last = folder
                if folder not in folders:
                    folders[folder] = {}
                    _fill(inside, folder)
                names = folders[folder]
            if name in names:
                hidden.add(path)
            names[name] = (index, row)
        result.hidden.append(hidden)
        if any(unknown.code == "ambiguous_archive" for unknown in delta.unknowns):
            _note_own_links(result, index, inside)
    return result


def _note_own_links(tree: Squashed, index: int, inside: dict[str, set[str]]) -> None:
    """Notes the symbolic links of this layer below which the layer itself has entries."""
    targets = tree.deltas[index].table.targets()
    _note(tree, index, {path for path, kind, _ in targets if kind == "l" and (path in tree.folders or path in inside)})


def _note(tree: Squashed, index: int, links: set[str]) -> None:
    if not links:
        return
    tree.forget_paths()
    tree.through.setdefault(index, {}).update((path, tree.resolved(path)) for path in sorted(links))
    tree.forget_paths()


def _fill(inside: dict[str, set[str]], folder: str) -> None:
    while folder:
        parent = folder.rpartition("/")[0]
        known = inside.setdefault(parent, set())
        if folder in known:
            return
        known.add(folder)
        folder = parent


def _hide(tree: Squashed, inside: dict[str, set[str]], index: int, paths: list[str]) -> set[str]:
    """Removes what a layer hides, in time proportional to its own and the removed entries. Returns the removed paths."""
    folders, delta = tree.folders, tree.deltas[index]
    removed = set[str]()
    for root in (*delta.opaque, *delta.gone, *paths):
        if root in folders or root in inside:
            _empty(folders, inside, root, removed)
    made = [path for path in delta.table.folders.split("\0") if path]
    seen = set(made)
    for path in (*paths, *made):
        folder = path.rpartition("/")[0]
        while folder and folder not in seen:
            seen.add(folder)
            folder = folder.rpartition("/")[0]
    replaced = [path for path in (*delta.gone, *seen) if tree.entry(path)]
    _note_lower_links(tree, index, set(replaced).difference(delta.gone, made))
    for path in replaced:
        folder, _, name = path.rpartition("/")
        folders[folder].pop(name, None)
        removed.add(path)
    return removed


def _note_lower_links(tree: Squashed, index: int, replaced: set[str]) -> None:
    """Notes the symbolic links of lower layers below which this layer has entries, without a folder or a whiteout in the
    place of the link.
    """
    if links := {path for path in replaced if tree.link(path) is not None}:
        tree.lower_links[index] = links
        _note(tree, index, links)


def _empty(folders: dict[str, dict[str, tuple[int, int]]], inside: dict[str, set[str]], root: str, removed: set[str]) -> None:
    """Removes everything below a folder."""
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        prefix = folder + "/" if folder else ""
        removed.update(prefix + name for name in folders.pop(folder, ()))
        waiting += inside.pop(folder, ())
    parent = root.rpartition("/")[0]
    if root and root in inside.get(parent, ()):
        inside[parent].discard(root)


def _normal(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
