"""Nim: the packages that ``nimble.lock`` pins.

Shape: JSON, ``packages: {nimcrypto: {version: 0.5.4, vcsRevision: …, url: https://…}}``; a version may be ``#head`` or a commit
(``#a065c174``), which then is the version.
Raises: ValueError if the file is not JSON.
**Source:** Nimble, "Nimble's lock file".
"""

from collections.abc import Iterator

from careen.formats.data.plain import json_object, mapping, text
from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    packages = mapping(json_object(file.data).get("packages"))
    yield from declared("nim", "nim", ((name, _version(mapping(entry))) for name, entry in packages.items()))


def _version(entry: dict[str, object]) -> str:
    version = text(entry.get("version"))
    return version if version and not version.startswith("#") else text(entry.get("vcsRevision"))


CATALOGER = Cataloger(
    name="nim",
    ecosystem=Ecosystem(purl_type="nim", scheme="semver"),
    readers=(Reader(Wants(names=("nimble.lock",)), read),),
    limits="*.nimble, which names ranges.",
)
