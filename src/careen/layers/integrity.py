"""Compares the programs of the visible tree with the digests that package databases record.

A program that the database of a distribution owns without a digest is counted. If a digest of another algorithm is recorded
than was computed while the layer was read, the layer is read once more. A symbolic link in the place of a distribution's
program is another file; installers of Python's packages make links themselves. Packages that only a lost database lists are
left out: their files may have changed with a later one.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from careen.formats.packages.file_digests import ELF, SCRIPT, Digesting, is_compared, may_be_program
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
    """Compares programs with the recorded digests. ``again`` reads a layer again, for digests that are missing."""
    programs = _Programs(tree, facts)
    unknowns = tuple(programs.read_missing(owners.digests, again)) if again else ()
    verified: set[str] = set()
    without = sum(place not in owners.digests and _is_listed(owners, place) for place in programs.names())
    modified: list[ModifiedFile] = []
    tables = [delta.table for delta in tree.deltas]
    modes = cache(lambda layer: tables[layer].numbers(tables[layer].modes, "H"))
    ids = cache(lambda layer: tables[layer].numbers(tables[layer].owners, "I"))  # user, group
    for place, recorded in owners.digests.items():
        computed = programs.digests_at(place)
        entry = tree.entry(place)
        if not computed or entry is None or owners.by_place[place][1].presence == "shadowed":
            continue
        algorithm, _, digest = recorded.partition(":")
        if algorithm not in computed:
            without += 1
        elif computed[algorithm] == digest.lower():
            verified.add(place)
        else:
            layer, row = entry
            mode = modes(layer)[row] & 0o7777
            modified.append(ModifiedFile(place, owners.by_place[place][1].purl, layer, mode, ids(layer)[2 * row]))
    modified += _linked_elsewhere(tree, owners)
    ordered = tuple(sorted(modified, key=lambda file: file.path))
    return Compared(Integrity(len(verified), without, ordered), frozenset(verified), unknowns)


def _is_listed(owners: Owners, place: str) -> bool:
    """Whether a package of the distribution that is still installed owns the file."""
    owner = owners.by_place.get(place)
    return owner is not None and owner[0].ecosystem.distribution and owner[1].presence != "shadowed"


class _Programs:
    """The digests of programs, by the layer and path that have the content."""

    def __init__(self, tree: Squashed, facts: Facts) -> None:
        self._tree, self._facts = tree, facts
        layers = range(len(tree.deltas))
        self._computed = {(layer, path): _parsed(text) for layer in layers for path, text in facts.in_layer("digests", layer)}
        self._links = cache(lambda layer: {path: end for path, kind, end in tree.deltas[layer].table.targets() if kind == "h"})

    def names(self) -> set[str]:
        """The visible paths of programs, hard links within a layer included."""
        found = {path for layer, path in self._computed if (self._tree.entry(path) or (-1,))[0] == layer}
        found.update(fact.path for fact in self._facts.of_role("native_code") if may_be_program(fact.path))
        for layer in {layer for layer, _ in self._computed}:
            found.update(path for path in self._links(layer) if self.digests_at(path))
        return found

    def digests_at(self, place: str) -> Digests | None:
        """Those of the content that is visible at this path; None if it is no program, or not visible."""
        content = self._content(place)
        return self._computed.get(content) if content else None

    def read_missing(self, recorded: Mapping[str, str], again: Reread) -> Iterator[Unknown]:
        for layer, missing in self._missing(recorded).items():
            wanted = {path: Wanted(NAME, _reader(sorted(algorithms))) for path, algorithms in missing.items()}
            walked = again(layer, at_paths(wanted))
            for path, text in walked.facts.get(NAME, ()):
                self._computed.setdefault((layer, path), {}).update(_parsed(text))
            yield from ended_early(walked, self._tree.deltas[layer].unknowns)

    def _missing(self, recorded: Mapping[str, str]) -> Mapping[int, dict[str, set[str]]]:
        """By layer and path of the content: the recorded algorithms that were not tried."""
        missing: dict[int, dict[str, set[str]]] = {}
        for place, text in recorded.items():
            algorithm, content = text.partition(":")[0], self._content(place)
            if content is None or algorithm not in hashlib.algorithms_guaranteed:
                continue
            layer, path = content
            computed = self._computed.get(content)
            if algorithm not in computed if computed is not None else not is_compared(path):
                missing.setdefault(layer, {}).setdefault(path, set()).add(algorithm)
        return missing

    def _content(self, place: str) -> tuple[int, str] | None:
        """A hard link has its content at another path, maybe of a lower layer; symbolic links have none."""
        entry = self._tree.entry(place)
        if entry is None or self._tree.link(place) is not None:
            return None
        layer = entry[0]
        return self._tree.linked.get((layer, place)) or (layer, end_of(place, self._links(layer)))


def _reader(algorithms: Sequence[str]) -> Reader:
    """Of programs: a package records digests of its data, too."""
    return Reader(Wants(amount="stream"), lambda file: Digesting(algorithms) if file.data.startswith((ELF, SCRIPT)) else None)


def _parsed(text: str) -> Digests:
    pairs = (part.partition(":") for part in text.split(" "))
    return {algorithm: digest for algorithm, _, digest in pairs}


def _linked_elsewhere(tree: Squashed, owners: Owners) -> Iterator[ModifiedFile]:
    """Links that no package of the distribution brought. dpkg and rpm record no digest of a link, apk that of its target."""
    for place, recorded in owners.digests.items():
        entry, package, target = tree.entry(place), owners.by_place[place][1], tree.link(place)
        if entry is None or target is None or not _is_listed(owners, place):
            continue
        if recorded != f"sha1:{hashlib.sha1(target.encode(errors='surrogateescape'), usedforsecurity=False).hexdigest()}":
            yield ModifiedFile(place, package.purl, entry[0], 0o777)
