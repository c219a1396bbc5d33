"""Bitnami's images: the SPDX document in each component's folder, and the older list of components.

``opt/bitnami/NAME/.spdx-NAME.spdx`` is SPDX in JSON: entries with a package URL are packages, both Bitnami's own and those
that they consist of. ``opt/bitnami/.bitnami_components.json`` maps names to version and architecture.
Raises: ValueError if a file is not such a document.  **Source:** SPDX 2.3, clause 7; Bitnami's image layout.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from careen.formats.data.plain import json_object, mapping, sequence, text
from careen.formats.packages.purl_package import package_of
from careen.model.delta import Fact
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants


def read_spdx(file: File) -> Iterator[Package]:
    if not file.path.rpartition("/")[2].startswith(".spdx-"):
        return
    document = json_object(file.data)
    if not text(document.get("spdxVersion")).startswith("SPDX-2"):
        raise ValueError("not an SPDX document")
    for entry in map(mapping, sequence(document.get("packages"))):
        for reference in map(mapping, sequence(entry.get("externalRefs"))):
            if reference.get("referenceType") == "purl":
                found = package_of(text(reference.get("referenceLocator")), (text(entry.get("name")),))
                yield replace(found, cataloger="bitnami", confidence=1.0 if found.type == "bitnami" else 0.9)
                break


def read_components(file: File) -> Iterator[Package]:
    for name, fields in json_object(file.data).items():
        version = text(mapping(fields).get("version"))
        if name and version:
            arch = text(mapping(fields).get("arch")) or None
            distro = text(mapping(fields).get("distro")) or None
            yield Package("bitnami", None, name, version, arch=arch, distro=distro, cataloger="bitnami")


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    """The folders of Bitnami's components; all files in them belong to the component."""
    for fact in facts:
        folder, _, name = fact.path.rpartition("/")
        if name.startswith(".spdx-"):
            yield f"{folder}/"
        elif fact.value.type == "bitnami":
            yield f"{folder}/{fact.value.name}/"


CATALOGER = Cataloger(
    name="bitnami",
    ecosystem=Ecosystem(purl_type="bitnami", scheme="bitnami", namespace="Bitnami"),
    readers=(
        Reader(Wants(suffixes=(".spdx",)), read_spdx),
        Reader(Wants(names=(".bitnami_components.json",)), read_components),
    ),
    identifies=identifies,
    limits="Components whose folder was renamed.",
)
