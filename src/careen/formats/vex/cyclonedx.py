"""CycloneDX VEX: the analyses of an SBOM's vulnerabilities.

Shape: ``vulnerabilities: [{id, references, analysis: {state, justification, detail}, affects: [{ref, versions}]}]``;
``ref`` is a component's ``bom-ref``, here or in another SBOM (``urn:cdx:SERIAL/VERSION#BOM-REF``), and often a package
URL. A statement about a component in the SBOM of a container is about that container. ``versions`` limits the statement to
those versions; a version marked unaffected is unaffected, whatever the analysis; a range of versions is ignored.
**Source:** CycloneDX 1.4 to 1.6, ``vulnerabilities`` and "BOM-Link".
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from careen.formats.data.plain import mapping, sequence, text

from .statements import Names, Product, Statement, VexStatus, of_version

MAX_COMPONENTS = 200_000
_STATES: dict[str, VexStatus] = {
    "not_affected": "not_affected",
    "false_positive": "not_affected",
    "resolved": "fixed",
    "resolved_with_pedigree": "fixed",
    "exploitable": "affected",
    "in_triage": "under_investigation",
}


def statements(document: dict[str, Any], source: str) -> Iterator[Statement]:
    about = mapping(mapping(document.get("metadata")).get("component"))
    names_by_ref = _names_by_ref(document, about)
    container = _names(about) if text(about.get("type")) == "container" else ()
    issued = text(mapping(document.get("metadata")).get("timestamp"))
    for vulnerability in map(mapping, sequence(document.get("vulnerabilities"))):
        analysis = mapping(vulnerability.get("analysis"))
        stated = _STATES.get(text(analysis.get("state")))
        aliases = [text(mapping(other).get("id")) for other in sequence(vulnerability.get("references"))]
        ids = tuple(dict.fromkeys(filter(None, (text(vulnerability.get("id")), *aliases))))
        why = text(analysis.get("justification")) or text(analysis.get("detail")) or text(analysis.get("state"))
        when = text(analysis.get("lastUpdated")) or text(vulnerability.get("updated")) or issued
        for status, products in _affects(vulnerability, stated, names_by_ref, container).items():
            if ids and products:
                yield Statement(ids, status, tuple(products), source, why, when)


def _affects(
    vulnerability: dict[str, Any], stated: VexStatus | None, names_by_ref: dict[str, Names], container: Names
) -> dict[VexStatus, list[Product]]:
    found: dict[VexStatus, list[Product]] = {}
    for affected in map(mapping, sequence(vulnerability.get("affects"))):
        names = _resolved(text(affected.get("ref")), names_by_ref)
        for status, version in _versions(affected, stated):
            about = of_version(names, version) if version else names
            if about and status:
                whole = container and names != container
                product = Product(container, (about,)) if whole else Product(about)
                found.setdefault(status, []).append(product)
    return found


def _versions(affected: dict[str, Any], stated: VexStatus | None) -> Iterator[tuple[VexStatus | None, str]]:
    """The (status, version) pairs of an affected component; the version is "" if none is named."""
    listed = affected.get("versions")
    if listed is None or listed == []:
        yield stated, ""
    for entry in map(mapping, sequence(listed)):
        version, status = text(entry.get("version")), text(entry.get("status"))
        if version and status == "unaffected":
            yield "not_affected", version
        elif version:
            yield ("under_investigation" if status == "unknown" else stated), version


def _resolved(ref: str, names_by_ref: dict[str, Names]) -> Names:
    if ref in names_by_ref:
        return names_by_ref[ref]
    link = unquote(ref.partition("#")[2]) if ref.startswith("urn:cdx:") else ref
    return names_by_ref.get(link) or ((link,) if link else ())


def _names_by_ref(document: dict[str, Any], about: dict[str, Any]) -> dict[str, Names]:
    found: dict[str, Names] = {}
    waiting = [about, *map(mapping, sequence(document.get("components")))]
    while waiting:
        component = waiting.pop()
        waiting += map(mapping, sequence(component.get("components")))
        if ref := text(component.get("bom-ref")):
            found[ref] = _names(component)
        if len(found) > MAX_COMPONENTS:
            raise ValueError(f"more than {MAX_COMPONENTS} components")
    return found


def _names(component: dict[str, Any]) -> Names:
    purl, name, version = (text(component.get(key)) for key in ("purl", "name", "version"))
    names = [purl, text(component.get("cpe"))]
    if text(component.get("type")) == "container" and name:
        mark = "@" if version.startswith("sha256:") else ":"
        names.append(f"{name}{mark}{version}" if version and not name.endswith(version) else name)
    return tuple(filter(None, names)) or ((text(component.get("bom-ref")),) if component.get("bom-ref") else ())
