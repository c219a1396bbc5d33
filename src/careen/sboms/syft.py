"""Syft's own JSON: artifacts with places, owners and the layers of the image.

Raises: ValueError for other data.
**Source:** Syft, JSON schemas 1 to 16 (``artifacts``, ``artifactRelationships``, ``source``).
"""

from typing import Any

from msgspec.structs import replace

from careen.distributions.registry import id_of
from careen.formats.data.plain import json_object, mapping, sequence, text
from careen.formats.data.unicode_bytes import as_utf8
from careen.formats.packages.purl_package import distribution_in, package_of
from careen.formats.sboms.joined import joined
from careen.formats.sboms.made_by import named
from careen.formats.sboms.wrapping import unwrapped
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Distribution, Evidence, Package, Source
from careen.model.sbom import Sbom, SbomLayer
from careen.plugins import SbomFormat

OWNS = "ownership-by-file-overlap"


def read(data: bytes) -> Sbom:
    document = unwrapped(json_object(as_utf8(data)))
    if not isinstance(document.get("artifacts"), list) or text(mapping(document.get("descriptor")).get("name")) != "syft":
        raise ValueError("not a document of Syft")
    about = mapping(document.get("source"))
    source = mapping(about.get("metadata")) or mapping(about.get("target"))  # "target" before schema 10
    layers = [text(mapping(layer).get("digest")) for layer in sequence(source.get("layers"))]
    number_by_layer = {digest: number for number, digest in enumerate(layers)}
    by_id: dict[str, Package] = {}
    faults: list[Unknown] = []
    for artifact in map(mapping, document["artifacts"]):
        try:
            by_id[text(artifact.get("id"))] = _package(artifact, number_by_layer)
        except ValueError as error:
            faults.append(Unknown("syft", Evidence("", 0), f"{text(artifact.get('name'))[:200]}: {error}"))
    _set_owners(by_id, document)
    packages = joined(by_id.values())
    descriptor = mapping(document["descriptor"])
    inventory = Inventory(
        _distribution(mapping(document.get("distro"))) or distribution_in(packages),
        packages,
        tuple(faults),
        sbom_tool=named(text(descriptor.get("name")), text(descriptor.get("version"))),
    )
    return Sbom(
        inventory,
        text(source.get("userInput")) or text(about.get("name")) or text(about.get("target")),
        text(source.get("manifestDigest")),
        tuple(SbomLayer("", digest) for digest in layers),
    )


def _package(artifact: dict[str, Any], number_by_layer: dict[str, int]) -> Package:
    name, purl = text(artifact.get("name")), text(artifact.get("purl"))
    if purl:
        package = package_of(purl, (name,), text(artifact.get("version")))
    elif name:
        package = Package("generic", None, name, text(artifact.get("version")))
    else:
        raise ValueError("an artifact without name")
    meta = mapping(artifact.get("metadata"))
    places = [
        Evidence(text(place.get("path")).lstrip("/"), number_by_layer.get(text(place.get("layerID")), 0))
        for place in map(mapping, sequence(artifact.get("locations")))
    ]
    licences = (mapping(licence) or {"value": licence} for licence in sequence(artifact.get("licenses")))
    source = text(meta.get("source")) or text(meta.get("originPackage"))
    if source and package.type in ("deb", "apk"):
        package = replace(package, source=Source(source, text(meta.get("sourceVersion")) or package.version))
    if package.type == "rpm" and text(meta.get("modularityLabel")):
        package = replace(package, module=text(meta.get("modularityLabel")))
    return replace(
        package,
        licenses=tuple(filter(None, (text(found.get("spdxExpression")) or text(found.get("value")) for found in licences))),
        maintainer=text(meta.get("vendor")) or text(meta.get("maintainer")) or None,
        cataloger="syft",
        cpe=next((text(mapping(cpe).get("cpe")) or text(cpe) for cpe in sequence(artifact.get("cpes"))), "") or None,
        evidence=tuple(dict.fromkeys(place for place in places if place.path)),
    )


def _set_owners(by_id: dict[str, Package], document: dict[str, Any]) -> None:
    """Sets the owner of packages whose files belong to a distribution's package."""
    for relation in map(mapping, sequence(document.get("artifactRelationships"))):
        owner, owned = by_id.get(text(relation.get("parent"))), by_id.get(text(relation.get("child")))
        if relation.get("type") == OWNS and owner and owned and owner.type in ("deb", "rpm", "apk") and owner is not owned:
            by_id[text(relation.get("child"))] = replace(owned, owned_by=owner.purl)


def _distribution(distro: dict[str, Any]) -> Distribution | None:
    # "name", "version" and a text of ids before schema 3
    id, version = (
        text(distro.get("id")) or text(distro.get("name")),
        text(distro.get("versionID")) or text(distro.get("version")),
    )
    if not id:
        return None
    like = sequence(distro.get("idLike")) or text(distro.get("idLike")).split()
    known = tuple(filter(None, map(text, like)))
    return Distribution(id_of(id), version, text(distro.get("versionCodename")), known, text(distro.get("prettyName")))


SBOM_FORMAT = SbomFormat(
    name="syft",
    accepts=lambda head: b'"artifacts"' in head,
    read=read,
    description="Syft's own JSON",
)
