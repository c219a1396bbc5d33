"""Deltas and inventories of layers written as dictionaries."""

import io

from careen.catalogers import apk, distribution, dpkg, npm, python
from careen.layers.bind import bind
from careen.layers.index import Readers, index
from careen.model.image import Layer
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.images import make_layer

CATALOGERS = tuple(module.CATALOGER for module in (apk, distribution, dpkg, npm, python))
OS_RELEASE = b'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'


def layer_of(data, number=0, **fields):
    values = {"digest": "", "diff_id": "", "size_bytes": len(data), "created_by": "", **fields}
    return Layer(index=number, open=lambda: io.BytesIO(data), **values)


def delta_of(files, number=0, catalogers=CATALOGERS):
    return index(layer_of(make_layer(files), number), Readers.of(catalogers, "test"), MemoryStore(), Budget(Limits()))


def inventory_of(*layers):
    return bind([delta_of(files, number) for number, files in enumerate(layers)], CATALOGERS)


def status(*packages):
    """A dpkg status file of (name, version) or (name, version, more lines)."""
    paragraphs = []
    for name, version, *more in packages:
        lines = [f"Package: {name}", "Status: install ok installed", "Architecture: amd64", f"Version: {version}", *more]
        paragraphs.append("\n".join(lines))
    return "\n\n".join([*paragraphs, ""]).encode()


def visible_files(squashed):
    """The layer of each visible entry, by its path."""
    found = ((folder, name, layer) for folder, names in squashed.folders.items() for name, (layer, _) in names.items())
    return {f"{folder}/{name}".lstrip("/"): layer for folder, name, layer in found}
