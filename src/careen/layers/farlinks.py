"""Hard links to files of lower layers: the Deltas with what is known of the file under the name of the link too.

A link means the file that the layers below show at its target when the layer is laid over them; what a later layer does
there changes nothing. The file is read once more in the layer that has it, by the readers that ask for the link's name;
mode, owner, size and capabilities are the file's. A target that no layer below shows is an Unknown, where a reader would
have asked for the link. **Source:** OCI image-spec, layer.md ("Hardlinks"); link(2), which follows links in folders only.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import cache, partial
from itertools import chain, islice
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from careen.model.delta import Delta, FileTable
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import Cataloger, File

from .behind import Reread
from .dispatch import Dispatch, Wanted
from .index import Aliases, aliased, at_most, end_of, merged_facts
from .squash import squash
from .walk import ended_early, little_endian

MAX_LOST = 10_000  # links to nothing in one layer that are each named
MAX_LAYERS = 32  # with such links; each costs a squash of those below it


class Far(Struct, frozen=True):
    """A hard link, and the file it means: in which layer, which row of its table."""

    path: str
    place: str
    layer: int
    row: int


def with_far_links(deltas: Sequence[Delta], catalogers: Sequence[Cataloger], again: Reread) -> tuple[Delta, ...]:
    concerned = [index for index, delta in enumerate(deltas) if delta.far_links]
    if not concerned:
        return tuple(deltas)
    dispatch, tables = Dispatch(catalogers), _Tables(deltas)
    found: dict[int, list[Far]] = {}
    known: dict[tuple[int, str], Far] = {}
    lost: dict[int, list[Unknown]] = {}
    for index in concerned[:MAX_LAYERS]:
        found[index], missing = _found(index, deltas, tables, known)
        known |= {(index, far.path): far for far in found[index]}
        lost[index] = _lost(missing, dispatch, "which no layer below has as a file")
    for index in concerned[MAX_LAYERS:]:
        lost[index] = _lost(deltas[index].far_links, dispatch, "not followed: too many layers have links to those below")
    told = _read(found, deltas, tables, dispatch, again)
    result = list(deltas)
    for index in sorted({*concerned, *told}):
        facts, unknowns = told.get(index, ({}, []))
        result[index] = replace(
            deltas[index],
            table=_with_file_facts(deltas[index].table, found.get(index, ()), tables),
            facts=merged_facts(deltas[index].facts, facts),
            unknowns=(*deltas[index].unknowns, *unknowns, *lost.get(index, ())),
        )
    return tuple(result)


class _Tables:
    """The file tables of the layers as look-ups, each made when it is first asked for."""

    def __init__(self, deltas: Sequence[Delta]) -> None:
        self._tables = [delta.table for delta in deltas]
        self.rows = cache(lambda layer: {path: row for row, path in enumerate(self._tables[layer].names())})
        self.links = cache(lambda layer: {path: to for path, kind, to in self._tables[layer].targets() if kind == "h"})
        self.modes = cache(lambda layer: self._tables[layer].numbers(self._tables[layer].modes, "H"))
        self.owners = cache(lambda layer: self._tables[layer].numbers(self._tables[layer].owners, "I"))
        self.sizes = cache(lambda layer: self._tables[layer].numbers(self._tables[layer].sizes, "Q"))
        self.capable = cache(lambda layer: frozenset(filter(None, self._tables[layer].capable.split("\0"))))

    def kind(self, layer: int, row: int) -> str:
        return self._tables[layer].kinds[row]


def _found(
    index: int, deltas: Sequence[Delta], tables: _Tables, before: dict[tuple[int, str], Far]
) -> tuple[list[Far], list[tuple[str, str]]]:
    """(links with their files, links whose target is not there). ``before``: those of lower layers, by layer and path."""
    below = squash(deltas[:index])
    fars: list[Far] = []
    missing: list[tuple[str, str]] = []
    for path, target in deltas[index].far_links:
        place = below.resolve(target)
        entry = below.entry(place)
        if entry is not None and tables.kind(*entry) == "h":  # itself a link: to a file of its layer, or of one below that
            layer, far = entry[0], before.get((entry[0], place))
            place = far.place if far else end_of(place, tables.links(layer))
            row = tables.rows(layer).get(place)
            entry = (far.layer, far.row) if far else None if row is None else (layer, row)
        if entry is not None and tables.kind(*entry) == "f":
            fars.append(Far(path, place, *entry))
        else:
            missing.append((path, target))
    return fars, missing


def _lost(missing: Sequence[tuple[str, str]], dispatch: Dispatch, why: str) -> list[Unknown]:
    lost = (
        Unknown(wanted.cataloger, Evidence(path, 0), f"a hard link to {target}, {why}")
        for path, target in missing
        for wanted in _by_name(dispatch, path)[:1]
    )
    return at_most(list(islice(lost, MAX_LOST + 1)), MAX_LOST)


def _by_name(dispatch: Dispatch, path: str) -> list[Wanted]:
    wanted = dispatch.readers(path, 0)
    return [one for one in wanted if not (one.reader.wants.executables or one.reader.wants.select)]


def _all(dispatch: Dispatch, path: str, mode: int) -> list[Wanted]:
    """Who asks for some beginning is among them: what they read begins with it."""
    return list(dict.fromkeys(chain(dispatch.readers(path, mode), *dispatch.by_magic.values())))


def _read(
    found: dict[int, list[Far]], deltas: Sequence[Delta], tables: _Tables, dispatch: Dispatch, again: Reread
) -> dict[int, tuple[dict[str, list[tuple[str, Any]]], list[Unknown]]]:
    """By the layer of the links: facts, and trouble with them. Each layer that has files of them is read once more; what
    ended that early is trouble of its own."""
    visible = squash(deltas)
    asked: dict[int, dict[int, Aliases]] = {}  # layer of the files -> layer of the links -> what is asked for
    for index, fars in found.items():
        for far in fars:
            seen = visible.entry(far.place) == (far.layer, far.row)
            # who asks by content has read the file itself, and needs the link where the file is hidden by now
            wants = _by_name(dispatch, far.path) if seen else _all(dispatch, far.path, tables.modes(far.layer)[far.row])
            for wanted in wants:
                by_place = asked.setdefault(far.layer, {}).setdefault(index, {})
                by_place.setdefault(far.place, []).append((far.path, wanted))
    told: dict[int, tuple[dict[str, list[tuple[str, Any]]], list[Unknown]]] = {}
    for layer, by_links in asked.items():
        wanted_at: Aliases = {}
        for places in by_links.values():
            for place, aliases in places.items():
                wanted_at.setdefault(place, []).extend(aliases)
        readers = {place: _under_a_name(aliases) for place, aliases in wanted_at.items()}
        walked = again(layer, partial(_select, readers))
        for index, places in by_links.items():
            facts, unknowns = told.setdefault(index, ({}, []))
            more, trouble = aliased(walked, places)
            for cataloger, pairs in more.items():
                facts.setdefault(cataloger, []).extend(pairs)
            unknowns += trouble
        told.setdefault(layer, ({}, []))[1].extend(ended_early(walked, deltas[layer].unknowns))
    return told


def _under_a_name(aliases: Sequence[tuple[str, Wanted]]) -> list[Wanted]:
    """Each reader once, however many links the file has: it sees the name of the first."""
    first = aliases[0][0]
    return [
        Wanted(cataloger, replace(reader, read=partial(_read_as, reader.read, first)))
        for cataloger, reader in dict.fromkeys(wanted for _, wanted in aliases)
    ]


def _read_as(read: Callable[[File], Any], name: str, file: File) -> Any:
    named = copy(file)
    named.path = name
    return read(named)


def _select(readers: Mapping[str, list[Wanted]], path: str, _: int) -> list[Wanted]:
    return readers.get(path, [])


def _with_file_facts(table: FileTable, fars: Sequence[Far], tables: _Tables) -> FileTable:
    """With mode, owner, size and capabilities of the files: what the headers of links say of them is not applied."""
    if not fars:
        return table
    rows = {path: row for row, path in enumerate(table.names())}
    modes, owners, sizes = table.numbers(table.modes, "H"), table.numbers(table.owners, "I"), table.numbers(table.sizes, "Q")
    capable = set(filter(None, table.capable.split("\0")))
    for far in fars:
        row = rows[far.path]
        modes[row], sizes[row] = tables.modes(far.layer)[far.row], tables.sizes(far.layer)[far.row]
        owners[2 * row : 2 * row + 2] = tables.owners(far.layer)[2 * far.row : 2 * far.row + 2]
        if far.place in tables.capable(far.layer):
            capable.add(far.path)
    return replace(
        table,
        modes=little_endian(modes),
        owners=little_endian(owners),
        sizes=little_endian(sizes),
        capable="\0".join(sorted(capable)),
    )
