"""Julia: the packages that ``Manifest.toml`` pins, and those in a depot.

Shape: ``[[deps.Name]]`` tables, in the first format ``[[Name]]`` at the top; each has a ``uuid``. A part of Julia itself has no
version of its own: it is ``julia_version`` if the file has that, else unknown, as is the version of a package from a folder.
A manifest may be for one version of Julia (``Manifest-v1.11.toml``).
A depot has each package at ``packages/NAME/SLUG``, with a ``Project.toml`` that has name, version and ``uuid``.
Raises: ValueError if a file is not TOML.  **Source:** Pkg.jl, "Project.toml and Manifest.toml".
"""

from collections.abc import Iterator, Sequence
from typing import Any

from careen.formats.data.plain import mapping, sequence, text, toml_object
from careen.formats.packages.declared import declared, within_package
from careen.model.delta import Fact
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

NAMES = ("Manifest.toml", "JuliaManifest.toml", *(f"Manifest-v1.{minor}.toml" for minor in range(10, 15)))
DEPOT = pattern(r"(?:^|/)packages/([A-Za-z][\w.]{0,100})/[A-Za-z0-9]{4,8}/Project\.toml$")
VERSION = pattern(r"\d[0-9A-Za-z.+-]{0,100}")


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    document = toml_object(file.data)
    julia = text(document.get("julia_version"))
    tables = mapping(document.get("deps")) if "manifest_format" in document or "deps" in document else document
    return declared("julia", "julia", _found(tables, julia))


def read_depot(file: File) -> Iterator[Package]:
    place = DEPOT.search(file.path)
    if not place:
        return
    document = toml_object(file.data)
    version = text(document.get("version"))
    if text(document.get("name")) == place[1] and "uuid" in document and VERSION.fullmatch(version):
        yield Package("julia", None, place[1], version, cataloger="julia")


def _found(tables: dict[str, Any], julia: str) -> Iterator[tuple[str, str]]:
    for name, entries in tables.items():
        for entry in map(mapping, sequence(entries)):
            if "uuid" not in entry:
                continue
            bundled = "git-tree-sha1" not in entry and "path" not in entry and "repo-url" not in entry
            yield name, text(entry.get("version")) or (julia if bundled else "")


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    yield from (fact.path.removesuffix("Project.toml") for fact in facts if fact.value.presence == "present")


CATALOGER = Cataloger(
    name="julia",
    ecosystem=Ecosystem(purl_type="julia", scheme="semver", namespace="Julia"),
    readers=(Reader(Wants(names=NAMES), read), Reader(Wants(names=("Project.toml",)), read_depot)),
    identifies=identifies,
    limits="Artifacts, which are the binaries of packages in a depot.",
)
