"""vcpkg: ports that its database lists as installed, those that a bill beside them describes, and what manifests ask for.

``vcpkg/status`` has paragraphs as Debian's; those with ``Feature`` belong to the port before. A port's revision follows its
version after ``#``. ``share/PORT/vcpkg.spdx.json`` of each port stays where the database was left out: its entry
``SPDXRef-port`` is the port, ``SPDXRef-binary`` is called ``PORT:TRIPLET``. A manifest (``vcpkg.json``) names versions only
for itself and in ``overrides``; without one in ``overrides`` a dependency's version is left open, as the baseline elsewhere
decides it.
Raises: ValueError for what is no such file.  **Source:** vcpkg documentation, "vcpkg.json", "Versioning".
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


def read_bill(file: File) -> Iterator[Package]:
    entries = {text(one.get("SPDXID")): one for one in map(mapping, sequence(json_object(file.data).get("packages")))}
    port, binary = entries.get("SPDXRef-port", {}), entries.get("SPDXRef-binary", {})
    name, version = text(port.get("name")), text(port.get("versionInfo"))
    if not PORT.fullmatch(name) or not VERSION.fullmatch(version):
        raise ValueError("no bill of a port of vcpkg")
    own, _, arch = text(binary.get("name")).partition(":")
    yield Package("vcpkg", None, name, version, arch=arch if own == name and arch else None, cataloger="vcpkg")


def read_manifest(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    document = json_object(file.data)
    fixed = {text(one.get("name")): _version(one) for one in map(mapping, sequence(document.get("overrides")))}
    wanted = (one if isinstance(one, str) else mapping(one).get("name") for one in sequence(document.get("dependencies")))
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
        Reader(Wants(names=("vcpkg.spdx.json",)), read_bill),
        Reader(Wants(names=("vcpkg.json",)), read_manifest),
    ),
    limits="Versions that only the baseline of a registry knows.",
)
