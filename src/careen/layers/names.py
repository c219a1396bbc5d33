"""The visible names of each file that has several: hard links, of one layer or to a file of a lower one.

Builds of OSTree keep every file a second time below ``ostree/repo/objects``, as a hard link without the file's own name.
"""

from .aliases import end_of
from .squash import Squashed

_File = tuple[int, str]  # the layer and the path that contain the content


def names_by_path(tree: Squashed) -> dict[str, tuple[str, ...]]:
    """All visible names of the file at a path, for each path that is one of several. They share one tuple."""
    groups: dict[_File, list[str]] = {}
    for layer, delta in enumerate(tree.deltas):
        if "h" not in delta.table.kinds:
            continue
        links = {path: target for path, kind, target in delta.table.targets() if kind == "h"}
        for path in links:
            if (tree.entry(path) or (-1,))[0] == layer:
                groups.setdefault(tree.linked.get((layer, path)) or (layer, end_of(path, links)), []).append(path)
    found: dict[str, tuple[str, ...]] = {}
    for (layer, path), others in groups.items():
        own = [path] if (tree.entry(path) or (-1,))[0] == layer else []
        names = (*own, *others)
        if len(names) > 1:
            found.update(dict.fromkeys(names, names))
    return found
