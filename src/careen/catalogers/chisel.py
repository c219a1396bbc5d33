"""Debian packages in an image that Chisel cut from Ubuntu: Chisel's own manifest.

Shape of ``var/lib/chisel/manifest.wall``: a JSON value per line, compressed with zstd. ``package`` has name, version and
architecture; ``content`` ties a path to a slice, whose name is ``PACKAGE_SLICE``.
Raises: ValueError if the file is not such a manifest, or over a limit.  **Source:** Chisel, "Manifest"; jsonwall 1.0.
"""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen.errors import InputError
from careen.formats.archives.inflate import open_stream
from careen.model.delta import Fact
from careen.model.package import Evidence, Package
from careen.plugins import Cataloger, Ecosystem, File, Owned, Reader, Wants
from careen.safety.budget import Limits

MAX_BYTES = 64 << 20


class Line(Struct):
    kind: str = ""
    name: str = ""
    version: str = ""
    arch: str = ""
    slice: str = ""
    path: str = ""
    jsonwall: str = ""


class Installed(Struct, frozen=True):
    package: Package
    paths: str  # its files, joined by newlines


DECODER = msgspec.json.Decoder(Line)


def read(file: File) -> Iterator[Installed]:
    packages: dict[str, Package] = {}
    paths: dict[str, list[str]] = {}
    for line in _lines(file):
        if line.kind == "package" and line.name and line.version:
            arch = line.arch or None
            packages[line.name] = Package("deb", None, line.name, line.version, arch=arch, cataloger="chisel")
        elif line.kind == "content" and not line.path.endswith("/"):
            paths.setdefault(line.slice.partition("_")[0], []).append(line.path.lstrip("/"))
    for name, package in packages.items():
        yield Installed(package, "\n".join(paths.get(name, ())))


def join(facts: Sequence[Fact]) -> Iterator[Package]:
    for fact in facts:
        yield replace(fact.value.package, evidence=(Evidence(fact.path, fact.layer),))


def owns(facts: Sequence[Fact]) -> Iterator[Owned]:
    for fact in facts:
        package = fact.value.package
        yield Owned(package.name, package.version, package.arch, fact.value.paths.split("\n") if fact.value.paths else ())


def _lines(file: File) -> list[Line]:
    try:
        with file.open() as stored:
            data = open_stream(stored, Limits(inflated_bytes=MAX_BYTES)).read(MAX_BYTES)
    except InputError as error:  # a bomb
        raise ValueError(str(error)) from None
    try:
        lines = [DECODER.decode(line) for line in data.split(b"\n") if line]
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"not a manifest of Chisel: {error}") from None
    if not lines or not lines[0].jsonwall:
        raise ValueError("not a manifest of Chisel")
    return lines


CATALOGER = Cataloger(
    name="chisel",
    ecosystem=Ecosystem(purl_type="deb", scheme="deb", distribution=True),
    readers=(Reader(Wants(paths=("var/lib/chisel/manifest.wall",)), read),),
    fact=Installed,
    join=join,
    owns=owns,
    limits="Source packages: the manifest does not name them, so a package is assessed by its own name.",
)
