"""Gradle: what lock files and version catalogs name.

A line of a lock file is ``group:artifact:version=configurations``; before Gradle 7 each configuration had a file of its
own. A catalog (``libs.versions.toml``) offers libraries to the builds: one that gives no single version is left open.
Other lines of a lock file, which a merge may leave, are passed over.
Raises: ValueError for a lock file with nothing else, and for what is no TOML.
**Source:** Gradle User Manual, "Locking Versions", "Version Catalogs".
"""

from collections.abc import Iterator
from typing import Any

from careen.formats.declared import declared, within_package
from careen.formats.plaindata import mapping, text, toml_object
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

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
    return declared("gradle", "maven", (_library(one, versions) for one in libraries))


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
        raise ValueError(f"no line of a lock file: {other[:80]!r}")


def _library(one: Any, versions: dict[str, Any]) -> tuple[object, object]:
    if isinstance(one, str):
        group, _, rest = one.partition(":")
        name, _, plain = rest.partition(":")
        return (f"{group}:{name}" if name else None), plain
    fields = mapping(one)
    module = text(fields.get("module")) or f"{text(fields.get('group'))}:{text(fields.get('name'))}"
    version: Any = fields.get("version")
    if isinstance(version, dict) and "ref" in version:
        version = versions.get(text(version["ref"]))
    return (module if all(module.partition(":")) else None), _exact(version)


def _exact(version: Any) -> str:
    """A rich version has a table; a range or a wildcard says nothing about which one is taken."""
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
    ),
    limits="Build scripts, which are programs; plug-ins of a version catalog.",
)
