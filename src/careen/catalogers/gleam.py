"""Gleam: dependencies in ``manifest.toml``.

Shape: TOML, ``packages = [{name = "wisp", version = "0.14.0", build_tools = ["gleam"], source = "hex", …}]``; ``source`` is
``hex``, ``git`` (with a ``commit``) or ``local`` (a folder). The version of the last two is what their sources state, not a
release of Hex: of a Git repository it is the commit, of a folder unknown. Other programs have files of this name, which
lack ``build_tools``.
Raises: ValueError if the file is not TOML, or its packages are not a list of tables.
**Source:** Gleam's compiler, ``compiler-core/src/manifest.rs``.
"""

from collections.abc import Iterator
from typing import Any

from careen.formats.data.plain import objects, text, toml_object
from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_MARK = "build_tools"
_VERSION = {"hex": "version", "git": "commit"}
_FETCHED = pattern(r"(?:^|/)build/packages/[^/]+/")  # sources of dependencies, with the files of their authors


def read(file: File) -> Iterator[Package]:
    if within_package(file.path) or _FETCHED.search(file.path) or _MARK.encode() not in file.data:
        return
    entries = objects(toml_object(file.data).get("packages"), "packages")
    found = ((entry.get("name"), _version(entry)) for entry in entries if _MARK in entry)
    yield from declared("gleam", "hex", found)


def _version(entry: dict[str, Any]) -> object:
    return entry.get(_VERSION.get(text(entry.get("source")), ""))


CATALOGER = Cataloger(
    name="gleam",
    ecosystem=Ecosystem(purl_type="hex", scheme="semver", namespace="Hex"),
    readers=(Reader(Wants(names=("manifest.toml",)), read),),
    limits="gleam.toml, which names ranges.",
)
