"""Package databases that are reached through a symbolic link and lie where no reader looked.

``behind_links`` finds them once the layers are squashed; ``read_behind`` reads them in a second pass over the layers that
have them, as if they lay where the link is. Facts keep the place at which the file is.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from careen.model.delta import Delta
from careen.model.image import Layer
from careen.plugins import Cataloger
from careen.safety.budget import Budget

from .dispatch import Dispatch, Wanted
from .index import merged_facts, opened_again
from .squash import Squashed
from .tree import folder_entries
from .walk import Walked, ended_early, tar_entries, walk

MAX_LINKS = 40  # in a row, as many as Linux follows
Select = Callable[[str, int], list[Wanted]]
Reread = Callable[[int, Select], Walked]  # of the layer with this index


class Behind(Struct, frozen=True):
    """``alias`` is where a reader looks, ``place`` where it is: folders, or one file."""

    cataloger: str
    alias: str
    place: str
    layer: int
    folder: bool


def behind_links(catalogers: Iterable[Cataloger], squashed: Squashed, roots: Iterable[str]) -> tuple[Behind, ...]:
    """``roots`` are the folders of root file systems in the image, its own ("") among them."""
    roots = tuple(roots)
    found: dict[Behind, None] = {}
    for cataloger in catalogers:
        if cataloger.ecosystem.distribution:
            read = {fact.path for fact in squashed.visible_facts(cataloger.name)}
            for root in roots:
                found |= dict.fromkeys(_of(cataloger, root, squashed, read))
    return tuple(found)


def reread(layer: Layer, select: Select, budget: Budget) -> Walked:
    spent = budget.layer()
    if layer.folder:
        return walk(folder_entries(layer.folder, []), select, spent)
    with opened_again(layer, spent, budget.limits) as stream:
        return walk(tar_entries(stream), select, spent)


def read_behind(
    found: Sequence[Behind], deltas: Sequence[Delta], catalogers: Sequence[Cataloger], again: Reread
) -> tuple[Delta, ...]:
    """The Deltas with the facts of what lies behind the links; trouble with it is among their unknowns."""
    dispatch, places = Dispatch(catalogers), _Places(found)

    def select(path: str, mode: int) -> list[Wanted]:
        more: list[Wanted] = []
        for item, alias in places.aliases(path):
            wanted = dispatch.readers(alias, mode)
            more += [one for one in wanted if one.cataloger == item.cataloger]
        usual = dispatch.readers(path, mode) if more else ()
        return [one for one in dict.fromkeys(more) if one not in usual]

    return tuple(
        _with_facts(delta, again(index, select)) if any(map(places.aliases, delta.table.names())) else delta
        for index, delta in enumerate(deltas)
    )


class _Places:
    """By place: an image may have as many of them as it has root file systems."""

    def __init__(self, found: Sequence[Behind]) -> None:
        self._items: dict[tuple[str, bool], list[Behind]] = {}
        for item in found:
            self._items.setdefault((item.place, item.folder), []).append(item)

    def aliases(self, path: str) -> list[tuple[Behind, str]]:
        """What is behind links at this path, and where a reader looks for it."""
        found = [(item, item.alias) for item in self._items.get((path, False), ())]
        at = path.rfind("/")
        while at > 0:
            inside = self._items.get((path[:at], True), ())
            found += [(item, item.alias + path[at:]) for item in inside]
            at = path.rfind("/", 0, at)
        return found


def _of(cataloger: Cataloger, root: str, squashed: Squashed, read: Container[str]) -> Iterator[Behind]:
    wants = [reader.wants for reader in cataloger.readers]
    paths = [path for want in wants for path in want.paths]
    for path in paths:
        listed = f"{root}/{path}" if root else path
        place = squashed.resolve(path, root)
        entry = squashed.entry(place)
        if entry is None:
            continue
        target = _target(place, root, squashed)
        end = squashed.entry(target)
        if end is None or target == listed or target in read or target.endswith(tuple(f"/{one}" for one in paths)):
            continue
        if target == place:
            yield Behind(cataloger.name, _folder(listed), _folder(place), end[0], folder=True)
        else:
            yield Behind(cataloger.name, listed, target, end[0], folder=False)
    for folder in {pattern.partition("/*")[0] for want in wants for pattern in want.folders}:
        listed = f"{root}/{folder}" if root else folder
        place = _folder(squashed.resolve(f"{folder}/x", root))
        inside = squashed.folders.get(place)
        if (
            inside
            and place != listed
            and not place.endswith(f"/{folder}")
            and not any(f"{place}/{name}" in read for name in inside)
        ):
            yield Behind(cataloger.name, listed, place, next(iter(inside.values()))[0], folder=True)


def _target(place: str, root: str, squashed: Squashed) -> str:
    """Where a path leads whose last part may be a link."""
    for _ in range(MAX_LINKS):
        link = squashed.link(place)
        if link is None:
            return place
        inner = place.removeprefix(f"{root}/") if root else place
        place = squashed.resolve(link.lstrip("/") if link.startswith("/") else _joined(_folder(inner), link), root)
    return place


def _joined(folder: str, link: str) -> str:
    parts = folder.split("/") if folder else []
    for part in link.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _with_facts(delta: Delta, more: Walked) -> Delta:
    """What the pass says of the layer's entries is known from the first one, unless it ended early."""
    trouble = [unknown for unknown in more.unknowns if unknown.cataloger != "layer"] + ended_early(more, delta.unknowns)
    return replace(delta, facts=merged_facts(delta.facts, more.facts), unknowns=(*delta.unknowns, *trouble))
