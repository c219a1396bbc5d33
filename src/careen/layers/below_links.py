"""Entries below symbolic links: the names that they get where the links lead, and the doubt if a lower layer has the link.

Below a link of its own layer, every engine puts an entry where the link leads. Below a link of a lower layer, engines that
unpack a layer by itself (overlay) replace the link by a folder; others follow it.
"""

from bisect import bisect_left
from collections.abc import Iterator

from careen.model.inventory import Unknown
from careen.model.package import Evidence

from .squash import Squashed

MOST = 20  # links of one layer that are each named


def below_links(tree: Squashed) -> Iterator[tuple[int, int, str, str]]:
    """Yields (layer, row, path, name) of each entry below a symbolic link. The name is the path of the entry where the
    outermost of the links above it leads.
    """
    for layer, links in tree.through.items():
        names = tree.deltas[layer].table.names()
        inside = ""
        for link in sorted(links):
            if inside and link.startswith(inside):
                continue
            inside = f"{link}/"
            for row in range(bisect_left(names, inside), len(names)):
                path = names[row]
                if not path.startswith(inside):
                    break
                yield layer, row, path, links[link] + path[len(inside) :]


def doubts(tree: Squashed) -> Iterator[Unknown]:
    """Yields an Unknown for each symbolic link of a lower layer below which a layer has entries; one for all such links of
    the layer if there are more than ``MOST``.
    """
    reason = "a link of a lower layer, and entries below it: some engines put these where it leads, others replace the link"
    for layer, links in tree.lower_links.items():
        more = f" ({len(links)} times)" if len(links) > MOST else ""
        for link in sorted(links)[: 1 if more else None]:
            yield Unknown("layer", Evidence(link, layer), reason + more, code="ambiguous_archive")
