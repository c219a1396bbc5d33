"""npm packages in ``bun.lock``, Bun's lock file in its text format, and workspaces that have a version.

Shape: JSON with comments; ``packages`` maps a place to ``["name@1.0", …]``. A package from an address has no version in it;
the application itself is left out.
Raises: ValueError if the file is not a JSON object.
**Source:** Bun, text lockfile.
"""

from collections.abc import Iterator
from typing import Any

from careen.formats.data.plain import jsonc_object, mapping, sequence, text
from careen.formats.packages.declared import declared, within_package
from careen.formats.packages.npm_names import exact, split_spec
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

LOCAL = ("file:", "link:", "root:", "workspace:")


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    lock = jsonc_object(file.data)
    yield from declared(CATALOGER.name, "npm", _packages(lock))


def _packages(lock: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for folder, workspace in mapping(lock.get("workspaces")).items():
        if folder and (version := exact(text(mapping(workspace).get("version")))):
            yield text(workspace.get("name")), version
    for entry in mapping(lock.get("packages")).values():
        name, version = split_spec(text(next(iter(sequence(entry)), "")))
        if not version.startswith(LOCAL):
            yield name, exact(version)


CATALOGER = Cataloger(
    name="bun",
    ecosystem=Ecosystem(purl_type="npm", scheme="npm", namespace="npm"),
    readers=(Reader(Wants(names=("bun.lock",)), read),),
    limits="bun.lockb, the binary format of earlier versions.",
)
