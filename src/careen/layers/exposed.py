"""The secrets in the files of an image: which layer brought each, and whether a later one deleted it in vain."""

from collections.abc import Mapping

from msgspec.structs import replace

from careen.model.finding import ExposedSecret
from careen.model.package import Package
from careen.plugins import Cataloger
from careen.secrets import NAME

from .squash import Squashed


def exposed(squashed: Squashed, owners: Mapping[str, tuple[Cataloger, Package]]) -> tuple[ExposedSecret, ...]:
    """One a value and path, the visible one before those that are overwritten.

    A file that came with a package is as its publisher made it; not so configuration, which is changed in place.
    """
    found: dict[str, ExposedSecret] = {}
    for layer, delta in enumerate(squashed.deltas):
        for path, secret in delta.facts.get(NAME, ()):
            if _came_with_a_package(path, layer, squashed, owners):
                continue
            entry = squashed.entry(path)
            hidden = entry is None or entry[0] != layer
            known = found.get(secret.fingerprint)
            if known is None or known.deleted:
                found[secret.fingerprint] = replace(secret, layer=layer, deleted=hidden)
    return tuple(sorted(found.values(), key=lambda one: (one.location.path, one.location.line or 0, one.id)))


def _came_with_a_package(path: str, layer: int, squashed: Squashed, owners: Mapping[str, tuple[Cataloger, Package]]) -> bool:
    owner = owners.get(path) or owners.get(squashed.resolve(path))
    if owner is None or path.startswith("etc/"):
        return False
    return any(place.layer == layer for place in owner[1].evidence)
