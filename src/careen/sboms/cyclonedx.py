"""CycloneDX in JSON and XML, versions 1.0 to 1.7, as Careen, Syft, Trivy and build tools write it.

A component with a package URL is a package; software without one is listed as ``generic``, so that it does not vanish, but
is not assessed. The component states the version if the URL has none. Nested components are packages of their own.
Raises: ValueError for other data.
**Source:** CycloneDX 1.7 (ECMA-424), JSON and XML schemas; the property names of Syft and Trivy.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from msgspec.structs import replace

from careen.distributions.registry import id_of
from careen.formats.data.plain import json_object, mapping, objects, sequence, text
from careen.formats.data.unicode_bytes import as_utf8
from careen.formats.packages.purl_package import distribution_in, package_of
from careen.formats.sboms import cyclonedx_xml, sbom_properties
from careen.formats.sboms.joined import joined
from careen.formats.sboms.made_by import named
from careen.formats.sboms.wrapping import unwrapped
from careen.model.inventory import Unknown
from careen.model.package import Distribution, Evidence, Package, Source
from careen.model.sbom import Sbom, SbomLayer
from careen.plugins import SbomFormat

MAX_DEPTH = 16
MAX_COMPONENTS = 1_000_000
_OTHER_KINDS = ("container", "cryptographic-asset", "data", "device", "file", "operating-system")  # no software themselves
_TRIVY, _SYFT = "aquasecurity:trivy:", "syft:"


def read(data: bytes) -> Sbom:
    data = as_utf8(data)
    document = cyclonedx_xml.document(data) if data.lstrip()[:1] == b"<" else unwrapped(json_object(data))
    if document.get("bomFormat") != "CycloneDX":
        raise ValueError("not a CycloneDX document")
    version = text(document.get("specVersion"))
    if version and not version.startswith("1."):
        raise ValueError(f"its version is {version[:20]!r}, not 1.x")
    subject = mapping(mapping(document.get("metadata")).get("component"))
    pairs = [*_properties(mapping(document.get("metadata"))), *_properties(subject)]
    layers = _layers(pairs)
    number_by_layer = {name: number for number, layer in enumerate(layers) for name in (layer.digest, layer.diff_id) if name}
    packages, faults = list[Package](), list[Unknown]()
    distribution: Distribution | None = None
    for component in chain(_components(document, 0), _components(subject, 0)):  # parts of the document's subject, too
        if component.get("type") == "operating-system":
            distribution = distribution or _distribution(component)
            continue
        try:
            package = _package(component, number_by_layer)
        except ValueError as error:
            faults.append(Unknown("cyclonedx", Evidence("", 0), f"{_shown(component)}: {error}"))
            continue
        if package:
            packages.append(package)
    found = joined(packages)
    own = [(name.removeprefix(sbom_properties.PREFIX), value) for name, value in pairs]
    tool = _tool(mapping(document.get("metadata")))
    inventory = sbom_properties.inventory_with(found, own, distribution or distribution_in(found), faults, tool)
    return Sbom(inventory, text(subject.get("name")), _digest(subject), layers)


def _tool(metadata: dict[str, Any]) -> str:
    """The first tool that made the document: a list until 1.4, then an object with components."""
    tools = metadata.get("tools")
    listed = [*sequence(tools), *sequence(mapping(tools).get("components")), *sequence(mapping(tools).get("services"))]
    names = (named(text(tool.get("name")), text(tool.get("version"))) for tool in map(mapping, listed))
    return next(filter(None, names), "")


def _components(parent: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    if depth > MAX_DEPTH:
        raise ValueError(f"components are nested more than {MAX_DEPTH} deep")
    components = objects(parent.get("components"), "components")
    if len(components) > MAX_COMPONENTS:
        raise ValueError(f"more than {MAX_COMPONENTS} components")
    for component in components:
        yield component
        yield from _components(component, depth + 1)


def _package(component: dict[str, Any], number_by_layer: dict[str, int]) -> Package | None:
    known = dict(_properties(component))
    name, group, purl = text(component.get("name")), text(component.get("group")), text(component.get("purl"))
    version = text(component.get("version"))
    if purl:
        package = package_of(purl, (name, f"{group}/{name}", f"{group}:{name}") if group else (name,), version)
    elif name and _is_software(text(component.get("type")).lower(), version):
        package = Package("generic", group or None, name, version, cataloger="cyclonedx")
    else:
        return None
    licences = map(mapping, sequence(component.get("licenses")))
    package = replace(package, licenses=tuple(filter(None, map(_licence, licences))))
    own = {key.removeprefix(sbom_properties.PREFIX): value for key, value in known.items() if key.startswith("careen:")}
    supplier = text(mapping(component.get("supplier")).get("name")) or text(component.get("publisher"))
    if not own:
        return _with_others_properties(
            replace(package, maintainer=supplier or None, cpe=text(component.get("cpe")) or None),
            component,
            known,
            number_by_layer,
        )
    places = map(mapping, sequence(mapping(component.get("evidence")).get("occurrences")))
    paths = [path for place in places if (path := text(place.get("location")))]
    paths += [value for name, value in _properties(component) if name == sbom_properties.PREFIX + "path"]
    stated = [value for name, value in _properties(component) if name == sbom_properties.PREFIX + "licence"]
    package = replace(package, licenses=tuple(stated))  # the licences of the component may be another tool's conclusion
    return sbom_properties.restored(package, own | {"maintainer": supplier, "cpe": text(component.get("cpe"))}, paths)


def _is_software(kind: str, version: str) -> bool:
    """Whether a component without a package URL is a package. Trivy calls a lock file an application without version."""
    return kind not in _OTHER_KINDS and (bool(version) or kind != "application")


def _with_others_properties(
    package: Package, component: dict[str, Any], known: dict[str, str], numbers: dict[str, int]
) -> Package:
    """The package with the source package, module and places in properties of Syft and Trivy."""
    name = known.get(_TRIVY + "SrcName")
    if name and package.type in ("deb", "rpm", "apk"):
        release, epoch = known.get(_TRIVY + "SrcRelease"), known.get(_TRIVY + "SrcEpoch")
        version = known.get(_TRIVY + "SrcVersion", "")
        version = f"{epoch}:{version}" if epoch and epoch != "0" else version
        package = replace(package, source=Source(name, f"{version}-{release}" if release and version else version))
    name = known.get(_SYFT + "metadata:source") or known.get(_SYFT + "metadata:originPackage")
    if name and package.type in ("deb", "apk"):
        package = replace(package, source=Source(name, known.get(_SYFT + "metadata:sourceVersion") or package.version))
    module = known.get(_TRIVY + "Modularitylabel") or known.get(_SYFT + "metadata:modularityLabel")
    if package.type == "rpm" and module:
        package = replace(package, module=module)
    places: dict[Evidence, None] = {}
    layer = numbers.get(known.get(_TRIVY + "LayerDigest") or known.get(_TRIVY + "LayerDiffID") or "", 0)
    if path := known.get(_TRIVY + "FilePath"):
        places[Evidence(path.lstrip("/"), layer)] = None
    for key, path in known.items():
        if key.startswith(_SYFT + "location:") and key.endswith(":path"):
            layer = numbers.get(known.get(key.removesuffix("path") + "layerID", ""), 0)
            places[Evidence(path.lstrip("/"), layer)] = None
    for place in map(mapping, sequence(mapping(component.get("evidence")).get("occurrences"))):
        if path := text(place.get("location")):
            places.setdefault(Evidence(path.lstrip("/"), 0), None)
    return replace(package, evidence=tuple(places), cataloger="cyclonedx")


def _layers(pairs: list[tuple[str, str]]) -> tuple[SbomLayer, ...]:
    own = [value.partition(" ") for name, value in pairs if name == sbom_properties.PREFIX + "image_layer"]
    if own:
        return tuple(SbomLayer(digest, diff_id) for digest, _, diff_id in own)
    return tuple(SbomLayer("", value) for name, value in pairs if name == _TRIVY + "DiffID")


def _distribution(component: dict[str, Any]) -> Distribution | None:
    name, version = text(component.get("name")), text(component.get("version"))
    known = dict(_properties(component))
    name = known.get(_SYFT + "distro:id") or name
    return Distribution(id_of(name), known.get(_SYFT + "distro:versionID") or version) if name else None


def _licence(entry: dict[str, Any]) -> str:
    licence = mapping(entry.get("license"))
    return text(licence.get("id")) or text(licence.get("name")) or text(entry.get("expression"))


def _digest(subject: dict[str, Any]) -> str:
    version = text(subject.get("version"))
    if version.startswith("sha256:"):
        return version
    digests = (value for name, value in _properties(subject) if name == _TRIVY + "RepoDigest")
    return next((value.rpartition("@")[2] for value in digests if "@sha256:" in value), "")


def _properties(holder: dict[str, Any]) -> list[tuple[str, str]]:
    entries = map(mapping, sequence(holder.get("properties")))
    return [(text(entry.get("name")), text(entry.get("value"))) for entry in entries]


def _shown(component: dict[str, Any]) -> str:
    return (text(component.get("purl")) or text(component.get("name")))[:200]


SBOM_FORMAT = SbomFormat(
    name="cyclonedx",
    accepts=lambda head: (b'"bomFormat"' in head and b"CycloneDX" in head) or cyclonedx_xml.NAMESPACE.encode() in head,
    read=read,
    description="CycloneDX in JSON or XML",
)
