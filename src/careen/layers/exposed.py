"""The secrets in the files of an image: the layer of each, and whether a later layer deletes the file, which does not
remove it from the image.
"""

from msgspec.structs import replace

from careen.model.finding import ExposedSecret

from .facts import Facts
from .owners import Owners
from .squash import Squashed


def exposed(tree: Squashed, facts: Facts, owners: Owners) -> tuple[ExposedSecret, ...]:
    """The secrets, one for each value and line of a file, sorted by path and line. A secret in the same place of several
    layers counts in the first one where it is visible, or else in the last one.

    Files that came with a package are skipped, because its publisher wrote them; configuration is not, because it is
    edited in place.
    """
    found: dict[str, list[ExposedSecret]] = {}
    for layer in range(len(tree.deltas)):
        for path, secret in facts.in_layer("secrets", layer):
            if _came_with_a_package(path, layer, owners):
                continue
            entry = tree.entry(path)
            hidden = entry is None or entry[0] != layer
            placed = _placed(secret, layer, hidden)
            known = found.get(secret.fingerprint)
            if known is None or (known[0].deleted and known[0].layer != layer):
                found[secret.fingerprint] = [placed]
            elif known[0].layer == layer:
                known.append(placed)
    return tuple(sorted((placed for secrets in found.values() for placed in secrets), key=_in_order))


def _placed(secret: ExposedSecret, layer: int, hidden: bool) -> ExposedSecret:
    places = tuple(replace(place, layer=layer, deleted=hidden) for place in secret.places)
    return replace(secret, layer=layer, deleted=hidden, places=places)


def _in_order(secret: ExposedSecret) -> tuple[str, int, str]:
    return secret.location.path, secret.location.line or 0, secret.id


def _came_with_a_package(path: str, layer: int, owners: Owners) -> bool:
    owner = owners.of(path)
    if owner is None or path.startswith("etc/"):
        return False
    return any(place.layer == layer for place in owner[1].evidence)
