"""vcpkg: installed ports in its database, ports that an SBOM beside them describes, and ports that manifests require.

``vcpkg/status`` has paragraphs as Debian's; those with ``Feature`` belong to the port before. A port's revision follows its
version after ``#``. ``share/PORT/vcpkg.spdx.json`` of each port remains even without the database: its entry
``SPDXRef-port`` is the port, ``SPDXRef-binary`` is named ``PORT:TRIPLET``. A manifest (``vcpkg.json``) states versions only
for itself and in ``overrides``; the version of another dependency is unknown, as a baseline elsewhere decides it.
Raises: ValueError if a file is not one of these.  **Source:** vcpkg documentation, "vcpkg.json", "Versioning".
"""

from collections.abc import Iterator
from typing import Any

from careen.formats.data.plain import json_object, mapping, sequence, text
from careen.formats.packages.deb822 import paragraphs
from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

FIELDS = frozenset(("package", "feature", "version", "port-version", "architecture", "status"))
PORT = pattern(r"[a-z0-9][a-z0-9-]{0,100}")
VERSION = pattern(r"[^\s\x00-\x1f\x7f]{1,100}")
VERSIONS = ("version", "version-semver", "version-string", "version-date")


def read_status(file: File) -> Iterator[Package]:
    for entry in paragraphs(file.data.decode("utf-8", "replace"), FIELDS):
        name, version = entry.get("package", ""), entry.get("version", "")
        if name and version and "feature" not in entry and entry.get("status", "").endswith(" installed"):
            revision = entry.get("port-version", "")
            arch = entry.get("architecture") or None
            yield Package("vcpkg", None, name, _revised(version, revision), arch=arch, cataloger="vcpkg")


def read_sbom(file: File) -> Iterator[Package]:
    entries = {text(entry.get("SPDXID")): entry for entry in map(mapping, sequence(json_object(file.data).get("packages")))}
    port, binary = entries.get("SPDXRef-port", {}), entries.get("SPDXRef-binary", {})
    name, version = text(port.get("name")), text(port.get("versionInfo"))
    if not PORT.fullmatch(name) or not VERSION.fullmatch(version):
        raise ValueError("not an SBOM of a vcpkg port")
    own, _, arch = text(binary.get("name")).partition(":")
    yield Package("vcpkg", None, name, version, arch=arch if own == name and arch else None, cataloger="vcpkg")


def read_manifest(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    document = json_object(file.data)
    fixed = {text(port.get("name")): _version(port) for port in map(mapping, sequence(document.get("overrides")))}
    wanted = (item if isinstance(item, str) else mapping(item).get("name") for item in sequence(document.get("dependencies")))
    own = [(document["name"], _version(document))] if "name" in document else []
    return declared("vcpkg", "vcpkg", [*own, *((name, fixed.get(text(name), "")) for name in wanted)])


def _version(fields: dict[str, Any]) -> str:
    version = next((text(fields.get(name)) for name in VERSIONS if fields.get(name)), "")
    revision = fields.get("port-version", 0)
    return _revised(version, str(revision) if isinstance(revision, int) else "") if version else ""


def _revised(version: str, revision: str) -> str:
    return f"{version}#{revision}" if revision not in ("", "0") else version


CATALOGER = Cataloger(
    name="vcpkg",
    ecosystem=Ecosystem(purl_type="vcpkg", scheme="generic"),
    readers=(
        Reader(Wants(paths=("vcpkg/status",)), read_status),
        Reader(Wants(names=("vcpkg.spdx.json",)), read_sbom),
        Reader(Wants(names=("vcpkg.json",)), read_manifest),
    ),
    limits="Versions that only the baseline of a registry states.",
)
