"""The programs and libraries of the visible tree that lack a protection that the distribution's own files have."""

from collections.abc import Iterable
from functools import cache

from msgspec.structs import replace

from careen.behaviour.hardening import missing, usual_protections
from careen.formats.packages.file_digests import may_be_program
from careen.model.delta import Fact
from careen.model.hardening import BuiltFile, Hardening

from .facts import Facts
from .owners import Owners
from .squash import Squashed

MAX_FILES = 2000


def hardening(tree: Squashed, facts: Facts, owners: Owners) -> Hardening:
    """The protections of native files. Hard links count once, under the name that contains the content."""
    every = facts.of_role("hardening")
    built = _of_the_system(every)
    if not every:
        return Hardening()
    own = [fact.value for fact in built if owners.in_distribution(fact.path)]
    usual = usual_protections(own)
    tables = [delta.table for delta in tree.deltas]
    modes = cache(lambda layer: tables[layer].numbers(tables[layer].modes, "H"))
    capable = cache(lambda layer: frozenset(tables[layer].capable.split("\0")))
    lacking = []
    for fact in built:
        entry = tree.entry(fact.path)
        if entry is None or not missing(fact.value, usual):
            continue
        layer, row = entry
        owner = owners.of(fact.path)
        file = BuiltFile(
            path=fact.path,
            layer=layer,
            build=fact.value,
            mode=modes(layer)[row] & 0o7777,
            capabilities=fact.path in capable(layer),
            owned=owner is not None and owner[0].ecosystem.distribution,
            package=owners.purl(owner[1]) if owner else "",
        )
        lost = missing(fact.value, usual, always=file.owned and not file.privileged)
        if lost and (not file.owned or may_be_program(file.path)):
            lacking.append(replace(file, missing=lost))
    unread = sum(not fact.value.format for fact in every)
    return Hardening(len(built), usual, tuple(lacking[:MAX_FILES]), max(len(lacking) - MAX_FILES, 0), unread)


def _of_the_system(built: Iterable[Fact]) -> list[Fact]:
    """The native files of the most frequent format. Packages may bring files for another system, which do not run here."""
    by_format: dict[str, list[Fact]] = {"elf": [], "pe": []}
    for fact in built:
        if fact.value.format and fact.value.language != "dotnet":
            by_format[fact.value.format].append(fact)
    return max(by_format.values(), key=len)
