"""Links that lead away from the places that readers search: the visible tree, with the facts of the files behind them.

A hard link means the file that the lower layers show at its target when its layer is applied; later layers do not change
that. Its facts, mode, owner, size and capabilities are the file's, under the name of the link.
A package database behind a symbolic link is read under the name of the link; its facts keep the place of the file.
A file below a symbolic link is also read under the name that it gets where the link leads, as engines put it there.
Hard links to files of their own layer are resolved when the layer is read (``layers.index``).
**Source:** OCI image-spec, layer.md ("Hardlinks"); link(2), which follows links in folders only.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from careen.model.delta import Delta, FileTable
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import Cataloger

from .aliases import Alias, More, at_most, end_of, read_aliases, with_more
from .below_links import below_links, doubts
from .databases import Linked, linked_databases
from .dispatch import Dispatch, Wanted
from .facts import visible_in
from .squash import Squashed, squash
from .walk import Select, Walked, ended_early, little_endian

MAX_LOST = 10_000  # links without a target in one layer that are listed one by one
Reread = Callable[[int, Select], Walked]  # rereads the layer with this index


class Source(Struct, frozen=True, gc=False):
    """The file that a name means: the layer, path and row of the table that contain its content."""

    layer: int
    path: str
    row: int


def squash_with_links(
    deltas: Sequence[Delta], catalogers: Sequence[Cataloger], again: Reread | None
) -> tuple[Squashed, tuple[Unknown, ...]]:
    """The squashed layers, with the files behind links. Without ``again`` no link is followed; Unknowns state the
    databases behind links that are not read.
    """
    hard = _HardLinks(deltas)
    tree = squash(deltas, hard.follow if again else None)
    tree.linked = {link: (source.layer, source.path) for link, source in hard.found.items()}
    doubtful = tuple(doubts(tree))
    dispatch = Dispatch(catalogers) if hard.found or hard.lost or tree.through else None
    aliases: dict[int, list[Alias]] = {}  # by the layer that has the files
    more: dict[int, More] = {}
    if dispatch:
        hard.ask(tree, dispatch, aliases)
        for index, unknowns in hard.nowhere(dispatch).items():
            more.setdefault(index, More()).unknowns += unknowns
    databases = linked_databases(catalogers, tree, *_known(tree, catalogers, chain.from_iterable(aliases.values())))
    if not again:
        return tree, (*doubtful, *map(_not_read, databases))
    if dispatch and tree.through:
        _ask_below_links(tree, dispatch, hard, aliases)
    if databases:
        _ask_for_databases(databases, deltas, dispatch or Dispatch(catalogers), hard, aliases)
    _read(aliases, deltas, again, more)
    tables = hard.tables_with_file_facts()
    if more or tables:
        tree.deltas = tuple(
            with_more(replace(delta, table=tables.get(index, delta.table)), more.get(index, More()))
            for index, delta in enumerate(deltas)
        )
    return tree, doubtful


def _ask_below_links(tree: Squashed, dispatch: Dispatch, hard: "_HardLinks", aliases: dict[int, list[Alias]]) -> None:
    """The files below symbolic links, for the readers that want them only where the links lead."""
    for layer, row, path, name in below_links(tree):
        source = hard.source(layer, path, row)
        if source is None:
            continue
        mode = hard.modes(source.layer)[source.row]
        usual = {(wanted.cataloger, wanted.reader) for wanted in dispatch.readers(path, mode)}
        for wanted in dispatch.readers(name, mode):
            if (wanted.cataloger, wanted.reader) not in usual:
                aliases.setdefault(source.layer, []).append(Alias(name, source.path, wanted, path, layer))


def _known(tree: Squashed, catalogers: Iterable[Cataloger], aliases: Iterable[Alias]) -> tuple[list[str], dict[str, set[str]]]:
    """The root file systems in the image, including its own (""), and the files that each cataloger of a distribution's
    packages reads, including those behind hard links.
    """
    roots = {"": None}
    read: dict[str, set[str]] = {}
    asked: dict[str, list[tuple[str, str]]] = {}
    for alias in aliases:
        asked.setdefault(alias.wanted.cataloger, []).append((alias.shown_at, alias.wanted.root))
    for cataloger in catalogers:
        if cataloger.role == "distribution" or cataloger.ecosystem.distribution:
            found = [*visible_in(tree, cataloger.name), *asked.get(cataloger.name, ())]
            if cataloger.role == "distribution":
                roots |= dict.fromkeys(root for _, root in found)
            else:
                read[cataloger.name] = {path for path, _ in found}
    return list(roots), read


def _ask_for_databases(
    databases: Sequence[Linked],
    deltas: Sequence[Delta],
    dispatch: Dispatch,
    hard: "_HardLinks",
    aliases: dict[int, list[Alias]],
) -> None:
    """Adds aliases for the files of moved databases in each layer, because a package is attributed to the first layer
    that lists it.
    """
    by_place: dict[tuple[str, bool], list[Linked]] = {}  # several root file systems may share a database
    for database in databases:
        by_place.setdefault((database.place, database.folder), []).append(database)
    for layer, delta in enumerate(deltas):
        for row, path in enumerate(delta.table.names()):
            for database, name in _databases_at(path, by_place):
                source = hard.source(layer, path, row)
                if source is None:
                    continue
                mode = hard.modes(source.layer)[source.row]
                usual = {(wanted.cataloger, wanted.reader) for wanted in dispatch.readers(path, mode)}
                for wanted in dispatch.readers(name, mode):
                    if wanted.cataloger == database.cataloger and (wanted.cataloger, wanted.reader) not in usual:
                        aliases.setdefault(source.layer, []).append(Alias(name, source.path, wanted, path, layer))


def _databases_at(path: str, by_place: dict[tuple[str, bool], list[Linked]]) -> Iterator[tuple[Linked, str]]:
    """The databases to which a path belongs, and the name under which a reader expects it in each."""
    yield from ((database, database.name) for database in by_place.get((path, False), ()))
    at = path.rfind("/")
    while at > 0:
        yield from ((database, database.name + path[at:]) for database in by_place.get((path[:at], True), ()))
        at = path.rfind("/", 0, at)


def _read(aliases: dict[int, list[Alias]], deltas: Sequence[Delta], again: Reread, more: dict[int, More]) -> None:
    """Reads each layer that contains files behind links once more. If that ends early, the layer gets an Unknown."""
    for layer, asked in aliases.items():
        found, walked = read_aliases(asked, lambda select, layer=layer: again(layer, select))  # type: ignore[misc]
        for index, parts in found.items():
            known = more.setdefault(index, More())
            for cataloger, pairs in parts.facts.items():
                known.facts.setdefault(cataloger, []).extend(pairs)
            for cataloger, roots in parts.roots.items():
                known.roots.setdefault(cataloger, {}).update(roots)
            known.unknowns += parts.unknowns
        if early := ended_early(walked, deltas[layer].unknowns):
            more.setdefault(layer, More()).unknowns += early


def _not_read(database: Linked) -> Unknown:
    reason = f"the package database {database.name} leads here through a link, which is not followed"
    return Unknown(database.cataloger, Evidence(database.place, database.layer), reason)


class _HardLinks:
    """The hard links of each layer to files of lower ones, and columns of the file tables, each read on first use."""

    def __init__(self, deltas: Sequence[Delta]) -> None:
        self._deltas = deltas
        self.found: dict[tuple[int, str], Source] = {}  # by layer and path of the link
        self.lost: dict[int, list[tuple[str, str]]] = {}  # (path, target) of links without a target
        self._refused: dict[int, list[tuple[str, str]]] = {}  # those that engines cannot make
        self._rows = cache(lambda layer: {path: row for row, path in enumerate(deltas[layer].table.names())})
        self._links = cache(lambda layer: {path: to for path, kind, to in deltas[layer].table.targets() if kind == "h"})
        self.modes = cache(lambda layer: deltas[layer].table.numbers(deltas[layer].table.modes, "H"))
        self._owners = cache(lambda layer: deltas[layer].table.numbers(deltas[layer].table.owners, "I"))
        self._sizes = cache(lambda layer: deltas[layer].table.numbers(deltas[layer].table.sizes, "Q"))
        self._capable = cache(lambda layer: frozenset(filter(None, deltas[layer].table.capable.split("\0"))))

    def follow(self, index: int, below: Squashed) -> None:
        """Resolves the hard links of one layer to files of lower layers (``below``): fills ``found``, or ``lost`` if there is
        no such file.
        """
        for path, target in self._deltas[index].far_links:
            place = below.resolve(target)
            entry = below.entry(place)
            source = self.source(entry[0], place, entry[1]) if entry else None
            if source:
                self.found[index, path] = source
            else:
                self.lost.setdefault(index, []).append((path, target))
                if below.entry(target) is None:
                    self._refused.setdefault(index, []).append((path, target))

    def source(self, layer: int, path: str, row: int) -> Source | None:
        """The file at a path of a layer, which may be a hard link to a file of the same or of a lower layer. None if the
        path is not that of a file.
        """
        kind = self._deltas[layer].table.kinds[row]
        if kind == "h":
            if far := self.found.get((layer, path)):
                return far
            path = end_of(path, self._links(layer))
            end = self._rows(layer).get(path)
            if end is None:
                return None
            row, kind = end, self._deltas[layer].table.kinds[end]
        return Source(layer, path, row) if kind == "f" else None

    def ask(self, tree: Squashed, dispatch: Dispatch, aliases: dict[int, list[Alias]]) -> None:
        """Adds to ``aliases`` the files that readers want under the name of a hard link."""
        for (index, path), source in self.found.items():
            is_visible = tree.entry(source.path) == (source.layer, source.row)
            # a reader that selects files by content has read the file itself, and needs the link only if the file is
            # hidden
            if is_visible:
                wants = _by_name(dispatch, path)
            else:
                wants = _by_name_or_content(dispatch, path, self.modes(source.layer)[source.row])
            aliases.setdefault(source.layer, []).extend(Alias(path, source.path, wanted, path, index) for wanted in wants)
            if not aliases[source.layer]:
                del aliases[source.layer]

    def nowhere(self, dispatch: Dispatch) -> dict[int, list[Unknown]]:
        """Unknowns, by layer, for links without a target: one for the layer if engines refuse it, and those that a reader
        wants.
        """
        return {
            index: [*self._refusal(index), *at_most(self._unknowns(links, dispatch), MAX_LOST)]
            for index, links in self.lost.items()
        }

    def tables_with_file_facts(self) -> dict[int, FileTable]:
        """New file tables for the layers that have hard links to files of lower layers, by the layer's index; empty if there
        are none. In these tables such a link has the mode, owner, size and capabilities of its file, not of its own header.
        """
        by_layer: dict[int, dict[str, Source]] = {}
        for (index, path), source in self.found.items():
            by_layer.setdefault(index, {})[path] = source
        return {index: self._table(index, sources) for index, sources in by_layer.items()}

    def _refusal(self, index: int) -> Iterator[Unknown]:
        for path, target in self._refused.get(index, ())[:1]:
            reason = f"a hard link to {target}, which no layer below has as a file: engines refuse that"
            yield Unknown("layer", Evidence(path, 0), reason, whole_layer=True, code="ambiguous_archive")

    def _unknowns(self, links: Iterable[tuple[str, str]], dispatch: Dispatch) -> Iterator[Unknown]:
        for path, target in links:
            for wanted in _by_name(dispatch, path)[:1]:
                reason = f"a hard link to {target}, which no layer below has as a file"
                yield Unknown(wanted.cataloger, Evidence(path, 0), reason)

    def _table(self, index: int, sources: dict[str, Source]) -> FileTable:
        table = self._deltas[index].table
        rows, capable = self._rows(index), set(self._capable(index))
        modes, owners, sizes = self.modes(index)[:], self._owners(index)[:], self._sizes(index)[:]
        for path, source in sources.items():
            row = rows[path]
            modes[row], sizes[row] = self.modes(source.layer)[source.row], self._sizes(source.layer)[source.row]
            owners[2 * row : 2 * row + 2] = self._owners(source.layer)[2 * source.row : 2 * source.row + 2]
            if source.path in self._capable(source.layer):
                capable.add(path)
        return replace(
            table,
            modes=little_endian(modes),
            owners=little_endian(owners),
            sizes=little_endian(sizes),
            capable="\0".join(sorted(capable)),
        )


def _by_name(dispatch: Dispatch, path: str) -> list[Wanted]:
    wanted = dispatch.readers(path, 0)
    return [entry for entry in wanted if not (entry.reader.wants.executables or entry.reader.wants.select)]


def _by_name_or_content(dispatch: Dispatch, path: str, mode: int) -> list[Wanted]:
    """The readers for a file, including all that select files by content: their ``magic`` decides when the file is
    read.
    """
    return list(dict.fromkeys(chain(dispatch.readers(path, mode), *dispatch.by_magic.values())))
