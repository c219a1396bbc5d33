"""Elixir: dependencies in ``mix.lock``.

Shape: an Elixir map, one entry per line: ``"name": {:hex, :package, "version", …}`` or ``{:git, "address", "revision", …}``;
an entry for a folder (``{:path, …}``) has no version.
The name of the Hex package may differ from the application's.
Raises: ValueError if the file is not such a map.  **Source:** Mix, mix.lock; Hex, "mix deps".
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
        raise ValueError("not an Elixir map")
    found = _ENTRY.finditer(lines)
    return declared(
        "elixir", "hex", ((entry["package"] or entry["name"], entry["version"] or entry["revision"] or "") for entry in found)
    )


CATALOGER = Cataloger(
    name="elixir",
    ecosystem=Ecosystem(purl_type="hex", scheme="semver", namespace="Hex"),
    readers=(Reader(Wants(names=("mix.lock",)), read),),
    limits="mix.exs, which is a program.",
)
