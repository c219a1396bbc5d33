"""Reads files under other names than those at which a layer contains their content.

A reader that wants the name of a link gets the file to which the link leads. The layer with the content is read once
more for this, each file once for each reader, however many links lead to it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import partial
from itertools import groupby
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from careen.errors import OverBudgetError
from careen.model.delta import Delta
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import File
from careen.safety.budget import MORE

from .dispatch import Wanted
from .walk import Select, Walked, over_budget

MAX_IN_A_ROW = 16  # length of a chain of hard links in one layer


class Alias(Struct, frozen=True, gc=False):
    """A file that a reader requests by the name of a link to it. Its facts belong to ``layer``, with the path
    ``shown_at``.
    """

    name: str  # the name that the reader requests and sees
    place: str  # the path of the content in the layer that is read
    wanted: Wanted
    shown_at: str
    layer: int = 0


class More(Struct):
    """The additional results for a layer, from one more pass."""

    facts: dict[str, list[tuple[str, Any]]] = {}
    roots: dict[str, dict[str, str]] = {}
    unknowns: list[Unknown] = []


def read_aliases(aliases: Sequence[Alias], again: Callable[[Select], Walked]) -> tuple[dict[int, More], Walked]:
    """Reads files for aliases. ``again`` rereads the layer that contains them. Returns the results by the layer to
    which they belong, and the pass itself. The budget is charged for each copy: a fact counts once for each name of its
    file.
    """
    by_place: dict[str, list[Alias]] = {}
    for alias in aliases:
        by_place.setdefault(alias.place, []).append(alias)
    readers = {place: _under_first_name(group) for place, group in by_place.items()}
    walked = again(lambda path, mode: readers.get(path, []))
    found = _by_place(walked, {group[0].name: place for place, group in by_place.items()})
    more: dict[int, More] = {}
    copies = 0
    for alias in _once_each(aliases):
        target = more.setdefault(alias.layer, More())
        try:
            for value in found.get((alias.place, alias.wanted.cataloger), ()):
                if isinstance(value, Unknown):
                    copies += 1
                    _, inner, rest = value.evidence.path.partition("!/")
                    target.unknowns.append(replace(value, evidence=Evidence(alias.shown_at + inner + rest, 0)))
                    walked.spent.unknowns(copies)
                else:
                    _add(target, alias, value[0])
                    walked.spent.fact()
        except OverBudgetError as error:
            target.unknowns.append(over_budget(error))
            break
    walked.spent.close()
    return more, walked


def with_more(delta: Delta, more: More) -> Delta:
    facts, roots = dict(delta.facts), dict(delta.roots)
    for cataloger, pairs in more.facts.items():
        facts[cataloger] = tuple(sorted((*facts.get(cataloger, ()), *pairs), key=lambda pair: pair[0]))
    for cataloger, found in more.roots.items():
        roots[cataloger] = {**roots.get(cataloger, {}), **found}
    return replace(delta, facts=facts, roots=roots, unknowns=(*delta.unknowns, *more.unknowns))


def end_of(path: str, links: Mapping[str, str]) -> str:
    """The path to which the hard links of one layer lead from ``path``, which itself need not be a link. If links form a
    circle, it is a path in the circle.
    """
    for _ in range(MAX_IN_A_ROW):
        path = links.get(path, path)
    return path


def at_most(unknowns: Iterable[Unknown], most: int) -> list[Unknown]:
    """The first ``most`` of the unknowns; one more stands for all others."""
    found: list[Unknown] = []
    for unknown in unknowns:
        if len(found) == most:
            found.append(over_budget(OverBudgetError(f"more than {most} hard links in it lead to no file", MORE)))
            break
        found.append(unknown)
    return found


def _under_first_name(aliases: Sequence[Alias]) -> list[Wanted]:
    """Each reader once, with the name of the first link instead of the path."""
    first = aliases[0].name
    readers = dict.fromkeys((alias.wanted.cataloger, alias.wanted.reader) for alias in aliases)
    return [Wanted(cataloger, replace(reader, read=partial(_read_as, reader.read, first))) for cataloger, reader in readers]


def _read_as(read: Callable[[File], Any], name: str, file: File) -> Any:
    named = copy(file)
    named.path = name
    return read(named)


def _by_place(walked: Walked, places: Mapping[str, str]) -> dict[tuple[str, str], list[Unknown | tuple[Any]]]:
    """Unknowns and the values of facts, by path and cataloger. ``places`` maps the name that readers saw to the path."""
    found: dict[tuple[str, str], list[Unknown | tuple[Any]]] = {}
    for unknown in walked.unknowns:
        path = unknown.evidence.path.partition("!/")[0]
        found.setdefault((places.get(path, path), unknown.cataloger), []).append(unknown)
    for cataloger, pairs in walked.facts.items():
        for place, same in groupby(pairs, key=lambda pair: pair[0]):
            found.setdefault((place, cataloger), []).extend((value,) for _, value in same)
    return found


def _once_each(aliases: Iterable[Alias]) -> Iterator[Alias]:
    """The aliases, without those whose name and cataloger occurred already: the first one has all results."""
    first: dict[tuple[int, str, str, str], Alias] = {}
    for alias in aliases:
        first.setdefault((alias.layer, alias.shown_at, alias.place, alias.wanted.cataloger), alias)
    yield from first.values()


def _add(more: More, alias: Alias, value: Any) -> None:
    cataloger, root = alias.wanted.cataloger, alias.wanted.root
    more.facts.setdefault(cataloger, []).append((alias.shown_at, value))
    if root:
        more.roots.setdefault(cataloger, {})[alias.shown_at] = root
