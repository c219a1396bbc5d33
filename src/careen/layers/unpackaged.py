"""Programs of the system in layers without a package database: files of scratch images, and programs copied into an image.

A package database has the name and version of each such file, and most layers with programs in these folders have one. A layer
without one is read once more, for the readers that want its programs then (``Wants.unpackaged``).
"""

from collections.abc import Sequence

from careen.model.delta import Delta
from careen.model.image import Layer
from careen.plugins import Cataloger
from careen.safety.budget import Budget

from .aliases import More, with_more
from .dispatch import Dispatch, Wanted
from .verified import read_again
from .walk import ended_early


def with_unpackaged(delta: Delta, layer: Layer, catalogers: Sequence[Cataloger], dispatch: Dispatch, budget: Budget) -> Delta:
    if has_package_database(delta, catalogers):
        return delta
    wanted = _wanted(delta, dispatch)
    if not wanted:
        return delta
    again = read_again(layer, lambda path, mode: wanted.get(path, []), budget)
    facts = {name: list(pairs) for name, pairs in again.facts.items()}
    unknowns = [unknown for unknown in again.unknowns if unknown.evidence.path in wanted]
    return with_more(delta, More(facts, again.roots, [*unknowns, *ended_early(again, (*delta.unknowns, *unknowns))]))


def has_package_database(delta: Delta, catalogers: Sequence[Cataloger]) -> bool:
    return any(cataloger.name in delta.facts for cataloger in catalogers if cataloger.ecosystem.distribution)


def _wanted(delta: Delta, dispatch: Dispatch) -> dict[str, list[Wanted]]:
    table = delta.table
    found: dict[str, list[Wanted]] = {}
    for path, kind, mode in zip(table.names(), table.kinds, table.numbers(table.modes, "H"), strict=True):
        if kind == "f" and (wanted := dispatch.unpackaged(path, mode)):
            found[path] = wanted
    return found
