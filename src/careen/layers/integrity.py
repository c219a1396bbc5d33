"""Compares the programs of the visible tree with the digests that package databases record.

A program that a database owns without a digest is counted. If a digest of another algorithm is recorded than was computed
while the layer was read, the layer is read once more. A symbolic link in the place of a program is another file. Packages
that only a lost database lists are left out: their files may have changed with a later one.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from careen.formats.packages.file_digests import ELF, SCRIPT, Digesting, first_algorithms
from careen.model.integrity import Integrity, ModifiedFile
from careen.model.inventory import Unknown
from careen.plugins import Reader, Wants

from .aliases import end_of
from .dispatch import Wanted, at_paths
from .facts import Facts
from .links import Reread
from .owners import Owners
from .squash import Squashed
from .walk import ended_early

NAME = "digests"
Digests = dict[str, str]  # by algorithm


class Compared(NamedTuple):
    """``unknowns`` say what ended another reading of a layer before its end."""

    integrity: Integrity
    verified: frozenset[str]  # paths
    unknowns: tuple[Unknown, ...] = ()


def integrity(tree: Squashed, facts: Facts, owners: Owners, again: Reread | None = None) -> Compared:
    """``again`` reads a layer once more."""
    programs = _Programs(tree, facts)
    unknowns = tuple(programs.read_missing(owners, again)) if again else ()
    verified: set[str] = set()
    without = 0
    modified: list[ModifiedFile] = []
    tables = [delta.table for delta in tree.deltas]
    modes = cache(lambda layer: tables[layer].numbers(tables[layer].modes, "H"))
    ids = cache(lambda layer: tables[layer].numbers(tables[layer].owners, "I"))  # user, group
    for place, (layer, row), computed in programs.visible():
        owner = owners.by_place.get(place)
        if owner is None or not owner[0].ecosystem.distribution or owner[1].presence == "shadowed":
            continue
        algorithm, _, digest = owners.digests.get(place, "").partition(":")
        if algorithm not in computed:
            without += 1
        elif computed[algorithm] == digest.lower():
            verified.add(place)
        else:
            mode = modes(layer)[row] & 0o7777
            modified.append(ModifiedFile(place, owner[1].purl, layer, mode, ids(layer)[2 * row]))
    modified += _linked_elsewhere(tree, owners)
    ordered = tuple(sorted(modified, key=lambda file: file.path))
    return Compared(Integrity(len(verified), without, ordered), frozenset(verified), unknowns)


class _Programs:
    """The digests of programs, by layer and by the path that has the content."""

    def __init__(self, tree: Squashed, facts: Facts) -> None:
        self._tree = tree
        self._computed: list[dict[str, Digests]] = []
        for layer in range(len(tree.deltas)):
            self._computed.append({path: _parsed(text) for path, text in facts.in_layer("digests", layer)})
        self._links = cache(lambda layer: {path: end for path, kind, end in tree.deltas[layer].table.targets() if kind == "h"})

    def visible(self) -> Iterator[tuple[str, tuple[int, int], Digests]]:
        """(path, layer and row, digests) of each program, under all its names."""
        for layer, computed in enumerate(self._computed):
            links = self._links(layer) if computed else {}
            for path, content in (*((path, path) for path in computed), *((path, end_of(path, links)) for path in links)):
                entry = self._tree.entry(path)
                if entry is not None and entry[0] == layer and content in computed:
                    yield path, entry, computed[content]

    def read_missing(self, owners: Owners, again: Reread) -> Iterator[Unknown]:
        for layer, missing in self._missing(owners).items():
            wanted = {path: Wanted(NAME, _reader(sorted(algorithms))) for path, algorithms in missing.items()}
            walked = again(layer, at_paths(wanted))
            for path, text in walked.facts.get(NAME, ()):
                self._computed[layer].setdefault(path, {}).update(_parsed(text))
            yield from ended_early(walked, self._tree.deltas[layer].unknowns)

    def _missing(self, owners: Owners) -> Mapping[int, dict[str, set[str]]]:
        """By layer and path: the recorded algorithms that were not tried."""
        missing: dict[int, dict[str, set[str]]] = {}
        for place, recorded in owners.digests.items():
            algorithm = recorded.partition(":")[0]
            if algorithm not in hashlib.algorithms_guaranteed or algorithm in first_algorithms(place):
                continue
            entry = self._tree.entry(place)
            if entry is None or self._tree.link(place) is not None:
                continue
            content = end_of(place, self._links(entry[0]))
            known = self._computed[entry[0]].get(content, {})
            if algorithm not in known and algorithm not in first_algorithms(content):
                missing.setdefault(entry[0], {}).setdefault(content, set()).add(algorithm)
        return missing


def _reader(algorithms: Sequence[str]) -> Reader:
    """Of programs: a package records digests of its data, too."""
    return Reader(Wants(amount="stream"), lambda file: Digesting(algorithms) if file.data.startswith((ELF, SCRIPT)) else None)


def _parsed(text: str) -> Digests:
    pairs = (part.partition(":") for part in text.split(" "))
    return {algorithm: digest for algorithm, _, digest in pairs}


def _linked_elsewhere(tree: Squashed, owners: Owners) -> Iterator[ModifiedFile]:
    """Links that no package brought. dpkg and rpm record no digest of a link, apk that of its target."""
    for place, recorded in owners.digests.items():
        entry, package, target = tree.entry(place), owners.by_place[place][1], tree.link(place)
        if entry is None or target is None or package.presence == "shadowed":
            continue
        if recorded != f"sha1:{hashlib.sha1(target.encode(errors='surrogateescape'), usedforsecurity=False).hexdigest()}":
            yield ModifiedFile(place, package.purl, entry[0], 0o777)
