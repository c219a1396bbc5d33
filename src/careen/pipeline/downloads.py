"""Software that build steps downloaded, by the image's history: the names and versions in URLs.

A step counts if it wrote code that nothing else explains. The history is a claim of the image's maker, so that a
finding of such software is *possible*, and the claim suppresses nothing. Software that a reader identified in the same
layer is left out.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from careen.formats.packages.release_tag import version_of_tag
from careen.log import logger
from careen.model.image import Image
from careen.model.inventory import Inventory
from careen.model.package import Evidence, Package
from careen.output.summary import build_step

if TYPE_CHECKING:
    from careen.predict.declared import Predicted

log = logger(__name__)

CATALOGER = "history"
CONFIDENCE = 0.3  # so low that findings are possible
MAX_ENTRIES = 500
MAX_FILES = 20  # files listed as its places


def with_downloads(image: Image, inventory: Inventory) -> Inventory:
    files: dict[int, list[str]] = {}
    for file in inventory.origin_files.files:
        if not file.owner:
            files.setdefault(file.layer, []).append(file.path)
    if not files:
        return inventory
    known = {(place.layer, package.name.lower()) for package in inventory.packages for place in package.evidence}
    found: dict[tuple[str, str], Package] = {}
    for layer, install in _downloads(image):
        name, version = install.package.name, install.package.version
        if layer in files and (layer, name.lower()) not in known and (name, version) not in found:
            places = tuple(Evidence(path, layer) for path in sorted(files[layer])[:MAX_FILES])
            found[name, version] = _package(name.rpartition("/")[2], version, places, install.package.cpe)
    return replace(inventory, packages=(*inventory.packages, *found.values())) if found else inventory


def _downloads(image: Image) -> "Iterator[tuple[int, Predicted]]":
    """The layer and the package of each download whose URL contains a version."""
    layers: list[int] = []
    steps: list[str] = []
    layer = -1
    for entry in image.config.history[:MAX_ENTRIES]:
        layer += not entry.empty_layer
        layers.append(layer)
        steps.append(_on_one_line(build_step(entry.created_by)))
    if not any("://" in step for step in steps):
        return  # most images only use package managers: the reader of Dockerfiles is not loaded for them
    from careen.formats.dockerfile.reader import read_dockerfile
    from careen.predict.declared import predicted

    try:
        document = read_dockerfile("\n".join(("FROM scratch", *steps)), "history")
    except ValueError as error:
        log.info("the history of the image is not read: %s", error)
        return
    for install in predicted(document):
        at = install.line - 2  # the first step is on line 2 of the Dockerfile that was made from the history
        if install.url and install.pinned and install.package.type in ("generic", "github") and 0 <= at < len(layers):
            yield layers[at], install


def _on_one_line(step: str) -> str:
    """The step as one line: neither a backslash nor a here-document may continue it."""
    return step.replace("<<", "").rstrip("\\") or "#"


def _package(name: str, version: str, places: tuple[Evidence, ...], cpe: str | None) -> Package:
    plain = version_of_tag(version) or version
    return Package("generic", None, name, plain, cataloger=CATALOGER, confidence=CONFIDENCE, evidence=places, cpe=cpe)
