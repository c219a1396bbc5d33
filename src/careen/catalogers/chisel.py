"""Debian packages in an image that Chisel cut from Ubuntu: Chisel's own manifest.

Shape of ``var/lib/chisel/manifest.wall``: a JSON value per line, compressed with zstd. ``package`` has name, version and
architecture; ``content`` ties a path to a slice, whose name is ``PACKAGE_SLICE``; ``path`` has the digest of a file, and that
of its content after the slice's script as ``final_sha256``. It does not name source packages, by which advisories are: where
the name of the package differs, ``chisel_sources.toml`` has it.
Raises: ValueError if the file is not such a manifest, or over a limit.  **Source:** Chisel, "Manifest"; jsonwall 1.0.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, partial
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen.errors import InputError
from careen.formats.archives.inflate import open_stream
from careen.model.delta import Fact
from careen.model.package import Evidence, Package, Source
from careen.plugins import Cataloger, Ecosystem, File, Owned, Reader, Wants
from careen.safety.budget import Limits
from careen.safety.pattern import pattern

MAX_BYTES = 64 << 20
_MAJOR = pattern(r"(?:\d+:)?(\d+)")
_SHA256 = pattern(r"[0-9a-f]{64}")


class Line(Struct):
    kind: str = ""
    name: str = ""
    version: str = ""
    arch: str = ""
    slice: str = ""
    path: str = ""
    sha256: str = ""
    final_sha256: str = ""
    jsonwall: str = ""


class Installed(Struct, frozen=True):
    package: Package
    paths: str  # its files, joined by newlines
    digests: str = ""  # lines of SHA-256, space and path


DECODER = msgspec.json.Decoder(Line)


def read(file: File) -> Iterator[Installed]:
    packages: dict[str, Package] = {}
    paths: dict[str, list[str]] = {}
    digests: dict[str, str] = {}
    for line in _lines(file):
        if line.kind == "package" and line.name and line.version:
            arch = line.arch or None
            source = _source(line.name, line.version)
            packages[line.name] = Package("deb", None, line.name, line.version, source, arch, cataloger="chisel")
        elif line.kind == "content" and not line.path.endswith("/"):
            paths.setdefault(line.slice.partition("_")[0], []).append(line.path.lstrip("/"))
        elif line.kind == "path" and _SHA256.fullmatch(digest := line.final_sha256 or line.sha256):
            digests[line.path.lstrip("/")] = digest
    for name, package in packages.items():
        own = paths.get(name, ())
        yield Installed(package, "\n".join(own), "\n".join(f"{digests[path]} {path}" for path in own if path in digests))


def join(facts: Sequence[Fact]) -> Iterator[Package]:
    for fact in facts:
        yield replace(fact.value.package, evidence=(Evidence(fact.path, fact.layer),))


def owns(facts: Sequence[Fact]) -> Iterator[Owned]:
    for fact in facts:
        package = fact.value.package
        paths = fact.value.paths.split("\n") if fact.value.paths else ()
        yield Owned(package.name, package.version, package.arch, paths, partial(_by_path, fact.value.digests))


def _source(name: str, version: str) -> Source | None:
    for expression, source in _sources():
        if found := expression.fullmatch(name):
            major = _MAJOR.match(version)
            filled = source.replace(r"\1", next(filter(None, found.groups()), "")).replace("{major}", major[1] if major else "")
            return Source(filled, version)
    return None


@cache
def _sources() -> tuple[tuple[re.Pattern[str], str], ...]:
    import tomllib

    data = tomllib.loads(Path(__file__).with_name("chisel_sources.toml").read_text("utf-8"))
    return tuple((pattern(expression), source) for expression, source in data["sources"].items())


def _by_path(lines: str) -> dict[str, str]:
    pairs = (line.split(" ", 1) for line in lines.split("\n") if line)
    return {path: f"sha256:{digest}" for digest, path in pairs}


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
    limits="Source packages of names that the list of usual ones does not have: the manifest does not name them.",
)
