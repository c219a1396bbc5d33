"""Compares the programs of the visible tree with the digests that package databases record.

A program that a database owns without a digest, or with one of another algorithm than was computed, is counted. A symbolic
link in the place of a program is another file. Packages that only a lost database lists are left out: their files may have
changed with a later one.
"""

import hashlib
from collections.abc import Iterator
from functools import cache

from careen.model.integrity import Integrity, ModifiedFile

from .aliases import end_of
from .facts import Facts
from .owners import Owners
from .squash import Squashed


def integrity(tree: Squashed, facts: Facts, owners: Owners) -> Integrity:
    verified = without = 0
    modified: list[ModifiedFile] = []
    tables = [delta.table for delta in tree.deltas]
    modes = cache(lambda layer: tables[layer].numbers(tables[layer].modes, "H"))
    ids = cache(lambda layer: tables[layer].numbers(tables[layer].owners, "I"))  # user, group
    for place, (layer, row), computed in programs(tree, facts):
        owner = owners.by_place.get(place)
        if owner is None or not owner[0].ecosystem.distribution or owner[1].presence == "shadowed":
            continue
        recorded = owners.digests.get(place, "")
        algorithm, _, digest = recorded.partition(":")
        if algorithm not in computed:
            without += 1
        elif computed[algorithm] == digest.lower():
            verified += 1
        else:
            mode = modes(layer)[row] & 0o7777
            modified.append(ModifiedFile(place, owner[1].purl, layer, mode, ids(layer)[2 * row]))
    modified += _linked_elsewhere(tree, owners)
    return Integrity(verified, without, tuple(sorted(modified, key=lambda file: file.path)))


def _linked_elsewhere(tree: Squashed, owners: Owners) -> Iterator[ModifiedFile]:
    """Links that no package brought. dpkg and rpm record no digest of a link, apk that of its target."""
    for place, recorded in owners.digests.items():
        entry, package, target = tree.entry(place), owners.by_place[place][1], tree.link(place)
        if entry is None or target is None or package.presence == "shadowed":
            continue
        if recorded != f"sha1:{hashlib.sha1(target.encode(errors='surrogateescape'), usedforsecurity=False).hexdigest()}":
            yield ModifiedFile(place, package.purl, entry[0], 0o777)


def programs(tree: Squashed, facts: Facts) -> Iterator[tuple[str, tuple[int, int], dict[str, str]]]:
    """(path, layer and row, digests by algorithm) of each program that is visible, under all its names."""
    computed = [dict(facts.in_layer("digests", layer)) for layer in range(len(tree.deltas))]
    for layer, delta in enumerate(tree.deltas):
        links = {path: target for path, kind, target in delta.table.targets() if kind == "h"} if computed[layer] else {}
        names = [*((path, path) for path in computed[layer]), *((path, end_of(path, links)) for path in links)]
        for path, content in names:
            entry = tree.entry(path)
            if entry is not None and entry[0] == layer and content in computed[layer]:
                pairs = (text.partition(":") for text in computed[layer][content].split(" "))
                yield path, entry, {algorithm: digest for algorithm, _, digest in pairs}
