"""Julia: packages that ``Manifest.toml`` fixes.

Shape: ``[[deps.Name]]`` tables, in the first format ``[[Name]]`` at the top; each has a ``uuid``. What belongs to Julia
itself has no version of its own: it is that of ``julia_version``, where the file says it, else left open, as is what lies
in a folder. A manifest may be for one version of Julia (``Manifest-v1.11.toml``).
Raises: ValueError for what is no TOML.  **Source:** Pkg.jl, "Project.toml and Manifest.toml".
"""

from collections.abc import Iterator
from typing import Any

from careen.formats.declared import declared, within_package
from careen.formats.plaindata import mapping, sequence, text, toml_object
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

NAMES = ("Manifest.toml", "JuliaManifest.toml", *(f"Manifest-v1.{minor}.toml" for minor in range(10, 15)))


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    document = toml_object(file.data)
    julia = text(document.get("julia_version"))
    tables = mapping(document.get("deps")) if "manifest_format" in document or "deps" in document else document
    return declared("julia", "julia", _found(tables, julia))


def _found(tables: dict[str, Any], julia: str) -> Iterator[tuple[str, str]]:
    for name, entries in tables.items():
        for entry in map(mapping, sequence(entries)):
            if "uuid" not in entry:
                continue
            bundled = "git-tree-sha1" not in entry and "path" not in entry and "repo-url" not in entry
            yield name, text(entry.get("version")) or (julia if bundled else "")


CATALOGER = Cataloger(
    name="julia",
    ecosystem=Ecosystem(purl_type="julia", scheme="semver", namespace="Julia"),
    readers=(Reader(Wants(names=NAMES), read),),
    limits="Packages in a depot that no manifest names.",
)
