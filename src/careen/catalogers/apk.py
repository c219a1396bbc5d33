"""Alpine packages: apk's database of installed packages, as text or in the binary format of apk-tools 3.

Shape: paragraphs of ``K:value`` lines, each followed by an empty line; P name, V version, A architecture, o origin,
L licence, m maintainer, c commit of the recipe; F names a folder, the R lines after it the files in it, each with a line
``Z:Q1`` and the SHA-1 in base64, unless it is a link to another one.
A paragraph that has no P or V, or a line without a key, is skipped and reported. Of two lines with one key the last counts, as
for apk; two of P or V are reported. ``formats.packages.adb`` describes the
binary format.
Raises: ValueError if no paragraph is readable.
Source: Alpine wiki, "Apk spec", installed database; apk-tools, src/database.c.
"""

from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.packages.adb import INSTALLED, AdbPackage, is_adb, read_adb
from careen.formats.packages.unreadable_parts import UnreadableParts, bounded, unknown, unreadable_parts
from careen.model.delta import Fact
from careen.model.inventory import Unknown
from careen.model.package import Evidence, Package, Source, Vendor
from careen.plugins import Cataloger, Ecosystem, File, Owned, Reader, Wants

SHA1, SHA1_BYTES = "Q1", 20  # the prefix of a digest in base64


class Installed(Struct, frozen=True, tag="package"):
    package: Package
    paths: str  # its files, joined by newlines
    digests: str = ""  # lines of SHA-1, space and path


def read(file: File) -> Iterator[Installed | UnreadableParts]:
    reasons: list[str] = []
    with file.open() as stream:
        data = bounded(stream, reasons)
    if is_adb(data):
        schema, packages = read_adb(data)
        if schema != INSTALLED:
            raise ValueError("a file of apk-tools 3, but not a database of installed packages")
        yield from map(_from_adb, packages)
        return
    text = data.decode(errors="backslashreplace")
    named = 0
    for number, paragraph in enumerate(text.split("\n\n"), 1):
        if paragraph.strip():
            try:
                yield _installed(paragraph, number, reasons)
                named += 1
            except ValueError as error:
                reasons.append(str(error))
    yield from unreadable_parts(reasons, named)


def join(facts: Sequence[Fact]) -> Iterator[Package | Unknown]:
    for fact in facts:
        if isinstance(fact.value, UnreadableParts):
            yield unknown("apk", fact)
        else:
            yield replace(fact.value.package, evidence=(Evidence(fact.path, fact.layer),))


def owns(facts: Sequence[Fact]) -> Iterator[Owned]:
    for fact in facts:
        if isinstance(fact.value, UnreadableParts):
            continue
        package = fact.value.package
        paths = fact.value.paths.split("\n") if fact.value.paths else ()
        yield Owned(package.name, package.version, package.arch, paths, partial(_by_path, fact.value.digests))


def _by_path(lines: str) -> dict[str, str]:
    pairs = (line.split(" ", 1) for line in lines.split("\n") if line)
    return {path: f"sha1:{digest}" for digest, path in pairs}


def _from_adb(found: AdbPackage) -> Installed:
    package = Package(
        "apk",
        None,
        found.name,
        found.version,
        source=Source(found.origin or found.name, found.version),
        arch=found.arch or None,
        licenses=(found.licence,) if found.licence else (),
        maintainer=found.maintainer or None,
        cataloger="apk",
        vendor=_vendor(found.name, bool(found.origin and found.commit)),
    )
    return Installed(package, "\n".join(found.paths))


def _installed(paragraph: str, number: int, reasons: list[str]) -> Installed:
    values: dict[str, str] = {}
    folder = ""
    paths: list[str] = []
    digests: list[str] = []
    for line in paragraph.split("\n"):
        if not line:
            continue
        if line[1:2] != ":":
            raise ValueError(f"not an apk database: {line[:60]!r}")
        key, value = line[0], line[2:]
        if key == "F":
            folder = value.strip("/")
        elif key == "R":
            paths.append(f"{folder}/{value}" if folder else value)
        elif key == "Z" and paths and value.startswith(SHA1):
            digests += _digest(value.removeprefix(SHA1), paths[-1])
        elif key in "PVAoLmc":
            if key in "PV" and key in values:
                reasons.append(f"paragraph {number} has two {key} lines: {values[key][:60]!r} is skipped")
            values[key] = value.strip()
    name, version = values.get("P", ""), values.get("V", "")
    if not name or not version:
        raise ValueError(f"paragraph {number} has no {'V' if name else 'P'} line ({name or version or 'empty'})")
    package = Package(
        "apk",
        None,
        name,
        version,
        source=Source(values.get("o") or name, version),
        arch=values.get("A") or None,
        licenses=(values["L"],) if values.get("L") else (),
        maintainer=values.get("m") or None,
        cataloger="apk",
        vendor=_vendor(name, bool(values.get("o") and values.get("c"))),
    )
    return Installed(package, "\n".join(paths), "\n".join(digests))


def _digest(text: str, path: str) -> Iterator[str]:
    """The digest and the path, if the text is a digest. Any other text is skipped: it must not hide the package."""
    with suppress(ValueError):
        digest = b64decode(text, validate=True)
        if len(digest) == SHA1_BYTES:
            yield f"{digest.hex()} {path}"


def _vendor(name: str, has_recipe: bool) -> Vendor:
    """A package without a recipe is "third_party", any other "unknown": a distribution's build system writes a recipe
    and its commit into each package.

    A name that starts with a dot is a group of dependencies (``apk add --virtual``), which has no files.
    """
    return "unknown" if has_recipe or name.startswith(".") else "third_party"


CATALOGER = Cataloger(
    name="apk",
    ecosystem=Ecosystem(purl_type="apk", scheme="apk", distribution=True),
    readers=(Reader(Wants(paths=("lib/apk/db/installed", "usr/lib/apk/db/installed")), read),),
    fact=Installed | UnreadableParts,
    join=join,
    owns=owns,
)
