"""Dart: the packages in ``pubspec.lock``, and the package that a ``pubspec.yaml`` describes.

A package of the Flutter or Dart SDK has the SDK's version, which the lock file gives as a range: its lower bound counts, and
without entry the package is left out. A ``pubspec.yaml`` in pub's cache describes a downloaded package.
Raises: ValueError if a file is not YAML.  **Source:** dart.dev, "Lockfile", "The pubspec file".
"""

from collections.abc import Iterator
from typing import Any

from careen.formats.data.plain import mapping, text
from careen.formats.data.yaml_file import yaml_document
from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_LOWEST = pattern(r"(?:>=|\^)?\s*(\d[\w.+-]*)(?:\s.*)?")


def read_lock(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    document = mapping(yaml_document(file.data))
    sdks = mapping(document.get("sdks"))
    packages = {name: mapping(entry) for name, entry in mapping(document.get("packages")).items()}
    named = ((name, _version(entry, sdks), entry.get("source")) for name, entry in packages.items())
    return declared("dart", "pub", ((name, version) for name, version, source in named if version or source != "sdk"))


def read_pubspec(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    document = mapping(yaml_document(file.data))
    return declared("dart", "pub", [(document.get("name"), document.get("version"))])


def _version(entry: dict[str, Any], sdks: dict[str, Any]) -> str:
    if entry.get("source") != "sdk":
        return text(entry.get("version"))
    lowest = _LOWEST.fullmatch(text(sdks.get(text(entry.get("description")))))
    return lowest[1] if lowest else ""


CATALOGER = Cataloger(
    name="dart",
    ecosystem=Ecosystem(purl_type="pub", scheme="pub", namespace="Pub"),
    readers=(Reader(Wants(names=("pubspec.lock",)), read_lock), Reader(Wants(names=("pubspec.yaml",)), read_pubspec)),
    limits="Programs compiled ahead of time.",
)
