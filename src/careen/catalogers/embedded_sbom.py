"""Bills of materials that lie in an image, by their usual names: CycloneDX (JSON, XML), SPDX 2 (JSON, tag-value), Syft's.

Listed is what has a package URL, with a confidence of 0.7: the author says that it is there, nobody looked. Bills of
single packages beside a package database (``var/lib/db/sbom``) are left out, as the database says the same.
A native image of GraalVM carries one inside (symbols ``sbom`` and ``sbom_length``): CycloneDX, compressed with gzip, written by
the compiler of what it put in, hence 0.9. The names are in the first bytes of the file, the bill in its data.
Raises: ValueError for what is none of the three.
**Source:** CycloneDX 1.7 and SPDX 2.3, JSON schemas; PEP 770 (``*.dist-info/sboms``); GraalVM reference manual, Native Image,
"Software Bill of Materials".
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace

from careen.formats.data.plain import json_object, mapping, sequence, text
from careen.formats.sboms.in_images import LOOSE_NAMES, MAX_DEPTH, NAMES, SUFFIXES, document_of, listed, spdx_purl
from careen.model.delta import Fact
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

CONFIDENCE = 0.7
NATIVE_CONFIDENCE = 0.9
MAX_NATIVE_BYTES = 32 << 20  # of the bill, inflated
MAX_MEMBERS = 1000  # of an executable that are looked at: its resources may be compressed the same way
MAX_OPEN = 4  # at the same time
_GZIP = b"\x1f\x8b\x08"
_DATABASE = "var/lib/db/sbom/"


def read(file: File) -> Iterator[Package]:
    if _DATABASE in file.path or file.path.rpartition("/")[2].startswith(".spdx-"):
        return  # Bitnami's have a reader of their own
    document = document_of(file.data, file.path)
    if document.get("bomFormat") == "CycloneDX":
        found = _components(mapping(document.get("metadata")).get("component"), document.get("components"), 0)
    elif text(document.get("spdxVersion")).startswith("SPDX-2"):
        found = _spdx(document)
    elif isinstance(document.get("artifacts"), list):
        found = ((text(one.get("purl")), text(one.get("name"))) for one in map(mapping, document["artifacts"]))
    elif file.path.endswith(LOOSE_NAMES) and not file.path.endswith(".bom.json"):
        return  # other things are called so, too
    else:
        raise ValueError("no bill of materials")
    yield from _packages(found, CONFIDENCE)


class NativeScanner:
    """Inflates what looks like gzip in an executable that goes by, as far as it begins like the bill."""

    def __init__(self) -> None:
        self._tried = 0
        self._end = b""
        self._open: list[tuple[Any, bytearray]] = []
        self._bill: bytes | None = None

    def feed(self, chunk: bytes) -> None:
        if self._bill is not None:
            return
        self._open = [one for one in self._open if self._inflated(one, chunk)]
        data = self._end + chunk
        self._end = data[-2:]
        at = data.find(_GZIP)
        while at >= 0 and self._bill is None and self._tried < MAX_MEMBERS and len(self._open) < MAX_OPEN:
            self._tried += 1
            started = (zlib.decompressobj(31), bytearray())
            if self._inflated(started, data[at:]):
                self._open.append(started)
            at = data.find(_GZIP, at + 1)

    def facts(self) -> Iterator[Package]:
        if self._bill is None:
            raise ValueError("a native image whose bill of materials was not found")
        document = json_object(self._bill)
        subject = mapping(document.get("metadata")).get("component")  # the program itself
        components = [*map(mapping, [subject, *sequence(document.get("components"))])]
        found = ((text(one.get("purl")) or _maven(one), text(one.get("name"))) for one in components)
        yield from _packages(found, NATIVE_CONFIDENCE)

    def _inflated(self, member: tuple[Any, bytearray], data: bytes) -> bool:
        """Whether it may still become the bill, and is not there yet."""
        engine, text = member
        try:
            text += engine.decompress(data, MAX_NATIVE_BYTES - len(text) + 1)
        except zlib.error:
            return False
        if len(text) > MAX_NATIVE_BYTES or (text and text[:64].lstrip()[:1] != b"{"):
            return False
        if engine.eof and b'"bomFormat"' in text and b"CycloneDX" in text:
            self._bill = bytes(text)
        return not engine.eof


def read_native(file: File) -> NativeScanner | None:
    return NativeScanner() if b"\0sbom_length\0" in file.data else None


def _packages(found: Iterable[tuple[str, str]], confidence: float) -> Iterator[Package]:
    seen: set[str] = set()
    for purl, name in found:
        if not purl or purl in seen:
            continue
        seen.add(purl)
        if package := listed(purl, name):
            yield replace(package, cataloger="embedded_sbom", confidence=confidence)


def _maven(component: dict[str, Any]) -> str:
    """The package URL of a library that has coordinates alone, as older versions of GraalVM wrote it."""
    group, name, version = (quote(text(component.get(key)), safe="") for key in ("group", "name", "version"))
    return f"pkg:maven/{group}/{name}@{version}" if group and name and version else ""


def _components(subject: Any, components: Any, depth: int) -> Iterator[tuple[str, str]]:
    if depth > MAX_DEPTH:
        raise ValueError(f"components are nested more than {MAX_DEPTH} deep")
    for one in map(mapping, [subject, *sequence(components)]):
        yield text(one.get("purl")), text(one.get("name"))
        if one.get("components"):
            yield from _components(None, one["components"], depth + 1)


def _spdx(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for entry in map(mapping, sequence(document.get("packages"))):
        yield spdx_purl(entry), text(entry.get("name"))


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    """Native images that carry their bill."""
    yield from dict.fromkeys(fact.path for fact in facts)


CATALOGER = Cataloger(
    name="embedded_sbom",
    ecosystem=Ecosystem(purl_type="generic", scheme="generic"),
    readers=(
        Reader(Wants(names=NAMES, suffixes=SUFFIXES), read),
        Reader(Wants(executables=True, magic=(b"\x7fELF",), amount="stream"), read_native),
    ),
    identifies=identifies,
    limits=(
        "Bills in SPDX 3 or RDF; entries without a package URL. Native images of GraalVM that are linked statically "
        "or that are not for Linux."
    ),
)
