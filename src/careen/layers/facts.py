"""The facts of all layers: those that are still visible, by cataloger and by role."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from careen.model.delta import Delta, Fact
from careen.plugins import Cataloger, Role

from .squash import Squashed


class Facts:
    """The facts of all layers, and which are visible. ``replay`` has to be called first."""

    def __init__(self, tree: Squashed, catalogers: Iterable[Cataloger]) -> None:
        self._deltas, self._hidden = tree.deltas, tree.hidden
        self._roles: dict[str, list[str]] = {}
        for cataloger in catalogers:
            self._roles.setdefault(cataloger.role, []).append(cataloger.name)
        # cataloger -> path -> layer, root, values
        self._visible: dict[str, dict[str, tuple[int, str, tuple[Any, ...]]]] = {}

    def replay(self, after_layer: Callable[[int, str], None] = lambda index, cataloger: None) -> None:
        """Applies one layer after the other, and calls ``after_layer`` for each cataloger whose visible facts changed."""
        for index, (delta, hidden) in enumerate(zip(self._deltas, self._hidden, strict=True)):
            for cataloger in sorted(self._changed_by(index, delta, hidden)):
                after_layer(index, cataloger)

    def reads(self, role: Role) -> bool:
        """Whether a cataloger of this role has read the layers."""
        return role in self._roles

    def of(self, cataloger: str) -> list[Fact]:
        """The visible facts of a cataloger, sorted by path."""
        found = sorted(self._visible.get(cataloger, {}).items(), key=_path)
        return [Fact(path, layer, value, root) for path, (layer, root, values) in found for value in values]

    def of_role(self, role: Role) -> list[Fact]:
        return [fact for cataloger in self._roles.get(role, ()) for fact in self.of(cataloger)]

    def in_layer(self, role: Role, layer: int) -> Iterator[tuple[str, Any]]:
        """The facts of a layer for a role as pairs of path and value, whether hidden or not."""
        for cataloger in self._roles.get(role, ()):
            yield from self._deltas[layer].facts.get(cataloger, ())

    def _changed_by(self, index: int, delta: Delta, hidden: set[str]) -> set[str]:
        changed = set()
        for cataloger, known in self._visible.items():
            lost = known.keys() & hidden
            for path in lost:
                del known[path]
            if lost:
                changed.add(cataloger)
        for cataloger, found in delta.facts.items():
            changed.add(cataloger)
            known, roots = self._visible.setdefault(cataloger, {}), delta.roots.get(cataloger, {})
            for path, values in _by_path(found):
                known[path] = (index, roots.get(path, ""), values)
        return changed


def visible_in(tree: Squashed, cataloger: str) -> Iterator[tuple[str, str]]:
    """The path and root of each fact of a cataloger that no later layer hides."""
    for index, delta in enumerate(tree.deltas):
        roots = delta.roots.get(cataloger, {})
        for path, _ in delta.facts.get(cataloger, ()):
            if (tree.entry(path) or (-1,))[0] == index:
                yield path, roots.get(path, "")


_path = itemgetter(0)


def _by_path(found: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for path, pairs in groupby(found, key=_path):
        yield path, tuple(value for _, value in pairs)
