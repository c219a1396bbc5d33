"""Package databases of a distribution that readers do not find at the expected places, because symbolic links moved
them.
"""

from collections.abc import Container, Iterable, Iterator, Mapping

from msgspec import Struct

from careen.plugins import Cataloger

from .squash import MAX_LINKS, Squashed


class Linked(Struct, frozen=True):
    """A folder or a file of a database. Readers expect it at ``name``, and it is at ``place``."""

    cataloger: str
    name: str
    place: str
    layer: int
    folder: bool


def linked_databases(
    catalogers: Iterable[Cataloger], tree: Squashed, roots: Iterable[str], read: Mapping[str, Container[str]]
) -> tuple[Linked, ...]:
    """The moved databases in all root file systems ``roots``. ``read`` lists the files that each cataloger reads
    without links.
    """
    roots = tuple(roots)
    found: dict[Linked, None] = {}
    for cataloger in catalogers:
        if cataloger.ecosystem.distribution:
            for root in roots:
                found |= dict.fromkeys(_files(cataloger, root, tree, read.get(cataloger.name, ())))
                found |= dict.fromkeys(_folders(cataloger, root, tree, read.get(cataloger.name, ())))
    return tuple(found)


def _files(cataloger: Cataloger, root: str, tree: Squashed, read: Container[str]) -> Iterator[Linked]:
    paths = [path for reader in cataloger.readers for path in reader.wants.paths if "*" not in path]
    ends = tuple(f"/{path}" for path in paths)
    for path in paths:
        name = f"{root}/{path}" if root else path
        place = tree.resolve(path, root)
        if tree.entry(place) is None:
            continue
        target = _target(place, root, tree)
        end = tree.entry(target)
        if end is None or target == name or target in read or target.endswith(ends):
            continue
        if target == place:
            yield Linked(cataloger.name, _folder(name), _folder(place), end[0], folder=True)
        else:
            yield Linked(cataloger.name, name, target, end[0], folder=False)


def _folders(cataloger: Cataloger, root: str, tree: Squashed, read: Container[str]) -> Iterator[Linked]:
    patterns = (pattern for reader in cataloger.readers for pattern in reader.wants.folders)
    for folder in dict.fromkeys(pattern.partition("/*")[0] for pattern in patterns):
        name = f"{root}/{folder}" if root else folder
        place = _folder(tree.resolve(f"{folder}/x", root))
        inside = tree.folders.get(place)
        if not inside or place == name or place.endswith(f"/{folder}"):
            continue
        if not any(f"{place}/{entry}" in read for entry in inside):
            yield Linked(cataloger.name, name, place, next(iter(inside.values()))[0], folder=True)


def _target(place: str, root: str, tree: Squashed) -> str:
    """The file to which a path leads, if its last part is a link."""
    for _ in range(MAX_LINKS):
        link = tree.link(place)
        if link is None:
            return place
        inner = place.removeprefix(f"{root}/") if root else place
        place = tree.resolve(link.lstrip("/") if link.startswith("/") else _joined(_folder(inner), link), root)
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
