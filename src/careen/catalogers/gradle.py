"""Gradle: packages in lock files, version catalogs and the list of verified artifacts.

A line of a lock file is ``group:artifact:version=configurations``; before Gradle 7 each configuration had a file of its
own. A catalog (``libs.versions.toml``) declares libraries for builds: one without a single exact version is listed without
a version.
``verification-metadata.xml`` has the checksums of everything that builds ever fetched: components with an archive of code
are listed, with a confidence of 0.3, as some may no longer be in use.
Other lines of a lock file, which a merge may leave behind, are skipped.
Raises: ValueError for a lock file with only such lines, and for a catalog that is not TOML.
**Source:** Gradle User Manual, "Locking Versions", "Version Catalogs", "Verifying dependencies".
"""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from careen.formats.data.plain import mapping, text, toml_object
from careen.formats.data.xml_elements import xml_elements
from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

ARCHIVES = (".jar", ".aar", ".war", ".klib")
VERIFIED_CONFIDENCE = 0.3
LOCKS = ("gradle.lockfile", "buildscript-gradle.lockfile", "settings-gradle.lockfile")


def read_lock(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    return declared("gradle", "maven", _locked(file.data.decode("utf-8", "replace")))


def read_catalog(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    document = toml_object(file.data)
    versions = mapping(document.get("versions"))
    libraries = mapping(document.get("libraries")).values()
    return declared("gradle", "maven", (_library(library, versions) for library in libraries))


def read_verified(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    for package in declared("gradle", "maven", _verified(file.data)):
        yield replace(package, confidence=VERIFIED_CONFIDENCE)


def _verified(data: bytes) -> Iterator[tuple[object, object]]:
    """Name and version of each component with an archive of code. A component with only a ``.pom`` is a parent or a
    list of versions.

    The artifacts of a component end before the component does.
    """
    archive = False
    for path, attributes, _ in xml_elements(data):
        if path[-2:] == ("component", "artifact"):
            archive = archive or attributes.get("name", "").endswith(ARCHIVES)
        elif path == ("verification-metadata", "components", "component"):
            group, name = attributes.get("group", ""), attributes.get("name", "")
            if archive and group and name:
                yield f"{group}:{name}", attributes.get("version")
            archive = False


def _locked(lines: str) -> Iterator[tuple[str, str]]:
    locked, other = False, ""
    for line in lines.splitlines():
        named = line.strip().partition("=")[0]
        if not named or named.startswith("#") or named == "empty":
            continue
        parts = named.split(":")
        if len(parts) == 3 and all(parts):
            locked = True
            yield f"{parts[0]}:{parts[1]}", parts[2]
        else:
            other = other or line
    if other and not locked:
        raise ValueError(f"not a line of a lock file: {other[:80]!r}")


def _library(library: Any, versions: dict[str, Any]) -> tuple[object, object]:
    if isinstance(library, str):
        group, _, rest = library.partition(":")
        name, _, plain = rest.partition(":")
        return (f"{group}:{name}" if name else None), _exact(plain)
    fields = mapping(library)
    module = text(fields.get("module")) or f"{text(fields.get('group'))}:{text(fields.get('name'))}"
    version: Any = fields.get("version")
    if isinstance(version, dict) and "ref" in version:
        version = versions.get(text(version["ref"]))
    return (module if all(module.partition(":")) else None), _exact(version)


def _exact(version: Any) -> str:
    """The version that a catalog names, "" for a range or a wildcard. A rich version is a table."""
    if isinstance(version, dict):
        version = version.get("strictly") or version.get("prefer") or version.get("require")
    found = text(version)
    return "" if found[:1] in ("[", "(", "]") or found.endswith("+") or found.startswith("latest.") else found


CATALOGER = Cataloger(
    name="gradle",
    ecosystem=Ecosystem(purl_type="maven", scheme="maven", namespace="Maven"),
    readers=(
        Reader(Wants(names=LOCKS, folders=("dependency-locks/*.lockfile",)), read_lock),
        Reader(Wants(suffixes=(".versions.toml",)), read_catalog),
        Reader(Wants(names=("verification-metadata.xml",)), read_verified),
    ),
    limits="Build scripts, which are programs; plugins of a version catalog.",
)
