"""Elixir: dependencies that ``mix.lock`` names.

Shape: a map of Elixir, one entry a line: ``"name": {:hex, :package, "version", …}`` or ``{:git, "address", "revision", …}``;
one of a folder (``{:path, …}``) has no version.
The package of Hex may have another name than the application.
Raises: ValueError for what is no such map.  **Source:** Mix, mix.lock; Hex, "mix deps".
"""

import re
from collections.abc import Iterator

from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_ENTRY = pattern(
    r'^[ \t]*"(?P<name>[^"\s]{1,200})":\s*\{:(?:hex,\s*:"?(?P<package>[\w.-]{1,200})"?,\s*"(?P<version>[^"]{1,100})"'
    r'|git,\s*"[^"]{0,500}",\s*"(?P<revision>[0-9a-f]{7,64})"|path,)',
    re.MULTILINE,
)


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    lines = file.data.decode("utf-8", "replace")
    if not lines.lstrip().startswith("%{"):
        raise ValueError("no map")
    found = _ENTRY.finditer(lines)
    return declared(
        "elixir", "hex", ((one["package"] or one["name"], one["version"] or one["revision"] or "") for one in found)
    )


CATALOGER = Cataloger(
    name="elixir",
    ecosystem=Ecosystem(purl_type="hex", scheme="semver", namespace="Hex"),
    readers=(Reader(Wants(names=("mix.lock",)), read),),
    limits="mix.exs, which is a program.",
)
