"""Compares files of the visible tree with the digests that package databases record: programs, or all kinds of files.

A program that the database of a distribution owns without a digest is counted. A symbolic link in place of a
distribution's program is another file; installers of Python's packages create links themselves. Packages that only a
lost database lists are left out, because a later package may have changed their files.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from careen.formats.packages.file_digests import is_code, may_be_program, may_run
from careen.model.integrity import FileCounts, Integrity, ModifiedFile
from careen.model.inventory import Unknown

from .content_digests import ContentDigests
from .facts import Facts
from .links import Reread
from .owners import Owners
from .squash import Squashed


class Compared(NamedTuple):
    """The result of the comparison. ``unknowns`` state why a layer could not be reread completely."""

    integrity: Integrity
    verified: Collection[str]  # paths
    modified_data: Collection[str] = frozenset()  # documentation, configuration, caches, whose changes are not findings
    unknowns: tuple[Unknown, ...] = ()


def integrity(
    tree: Squashed, facts: Facts, owners: Owners, again: Reread | None = None, *, all_files: bool = False
) -> Compared:
    """Compares files with the recorded digests. ``again`` rereads a layer, to compute digests that are missing.

    ``all_files``: files of all kinds are compared, not only programs. If no digests of programs were computed when the layers
    were read, nothing is reread: only links are compared, and the programs are counted as not compared.
    """
    links = list(_linked_elsewhere(tree, owners, all_files=all_files))
    if not facts.reads("digests"):
        native = {fact.path for fact in facts.of_role("native_code") if may_be_program(fact.path)}
        owned = sum(_is_listed(owners, path) for path in native)
        return Compared(Integrity(modified=_sorted(links), not_compared=owned), frozenset())
    digests = owners.digests()
    recorded = digests if all_files else {place: text for place, text in digests.items() if may_be_program(place)}
    contents = ContentDigests(tree, facts)
    unknowns = tuple(contents.read_missing(recorded, again, all_files=all_files)) if again else ()
    verified, modified, others = _compared(tree, owners, contents, recorded)
    modified += links
    bare = {place for place in contents.programs() if place not in digests and _is_listed(owners, place)}
    if not all_files:
        return Compared(Integrity(len(verified), len(bare) + len(others), _sorted(modified)), verified, unknowns=unknowns)
    there = {place for place, owner in owners.by_place.items() if owner[1].presence != "shadowed" and contents.is_file(place)}
    without = there - digests.keys()
    changed = {file.path for file in modified}
    counts = FileCounts(len(verified), len(changed), len(without), len(there - without - verified - changed))
    programs = _Programs(tree, contents)
    bare |= {place for place in without if is_code(place) and _is_listed(owners, place)}
    found = _sorted(file for file in modified if programs.has(file.path))
    whole = Integrity(sum(map(programs.has, verified)), len(bare), found, counts)
    return Compared(whole, verified, changed.difference(file.path for file in found), unknowns)


def _compared(
    tree: Squashed, owners: Owners, contents: ContentDigests, recorded: Mapping[str, str]
) -> tuple[set[str], list[ModifiedFile], set[str]]:
    """Three results: the files with the recorded content, those with another content, and those whose digest has an
    algorithm that was not computed.
    """
    verified, others = set[str](), set[str]()
    modified: list[ModifiedFile] = []
    tables = [delta.table for delta in tree.deltas]
    modes = cache(lambda layer: tables[layer].numbers(tables[layer].modes, "H"))
    ids = cache(lambda layer: tables[layer].numbers(tables[layer].owners, "I"))  # user, group
    for place, text in recorded.items():
        computed = contents.digests_at(place)
        entry = tree.entry(place)
        if not computed or entry is None or owners.by_place[place][1].presence == "shadowed":
            continue
        algorithm, _, digest = text.partition(":")
        if algorithm not in computed:
            others.add(place)
        elif computed[algorithm] == digest.lower():
            verified.add(place)
        else:
            layer, row = entry
            mode = modes(layer)[row] & 0o7777
            modified.append(ModifiedFile(place, owners.by_place[place][1].purl, layer, mode, ids(layer)[2 * row]))
    return verified, modified, others


class _Programs:
    """Decides which files of packages are programs, libraries or modules, by their content, names and modes."""

    def __init__(self, tree: Squashed, contents: ContentDigests) -> None:
        self._tree, self._contents = tree, contents
        tables = [delta.table for delta in tree.deltas]
        self._modes = cache(lambda layer: tables[layer].numbers(tables[layer].modes, "H"))

    def has(self, place: str) -> bool:
        if self._contents.is_program(place) or is_code(place):
            return True
        entry = self._tree.entry(place)
        return entry is not None and self._contents.is_file(place) and may_run(place, self._modes(entry[0])[entry[1]])


def _sorted(files: Iterable[ModifiedFile]) -> tuple[ModifiedFile, ...]:
    return tuple(sorted(files, key=lambda file: file.path))


def _is_listed(owners: Owners, place: str) -> bool:
    """Whether the file belongs to a package of the distribution that is still installed."""
    owner = owners.by_place.get(place)
    return owner is not None and owner[0].ecosystem.distribution and owner[1].presence != "shadowed"


def _linked_elsewhere(tree: Squashed, owners: Owners, *, all_files: bool) -> Iterator[ModifiedFile]:
    """Links that replace files of the distribution's packages. dpkg and rpm record no digest of a link, apk that of its
    target.
    """
    for layer, place, target in tree.links():
        if not _is_listed(owners, place) or not (all_files or may_be_program(place)):
            continue
        text = owners.digest(place)
        if text is None:
            continue
        if text != f"sha1:{hashlib.sha1(target.encode(errors='surrogateescape'), usedforsecurity=False).hexdigest()}":
            yield ModifiedFile(place, owners.by_place[place][1].purl, layer, 0o777)
