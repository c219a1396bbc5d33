"""SBOMs that lie in an image, by their usual names: CycloneDX (JSON, XML), SPDX 2 (JSON, tag-value), Syft's.

An entry with a package URL is a package, with a confidence of 0.7: the SBOM's author states that it is there, and nothing
checks it. An SBOM of the copies that pip or the like carries has the confidence of these copies. SBOMs of single packages
beside a package database (``var/lib/db/sbom``) are left out, as the database has them.
A native image of GraalVM contains an SBOM (symbols ``sbom`` and ``sbom_length``): CycloneDX, compressed with gzip, written by
the compiler about its own input, hence 0.9. The symbols are in the first bytes of the file, the SBOM in its data.
Raises: ValueError if a file is none of these formats.
**Source:** CycloneDX 1.7 and SPDX 2.3, JSON schemas; PEP 770 (``*.dist-info/sboms``); GraalVM reference manual, Native Image,
"Software Bill of Materials".
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace

from careen.formats.data.plain import json_object, mapping, sequence, text
from careen.formats.packages.installers import OF_INSTALLERS, is_of_installer
from careen.formats.sboms.in_images import LOOSE_NAMES, MAX_DEPTH, NAMES, SUFFIXES, document_of, listed, spdx_purl
from careen.model.delta import Fact
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

CONFIDENCE = 0.7
NATIVE_CONFIDENCE = 0.9
MAX_NATIVE_BYTES = 32 << 20  # of the SBOM, inflated
MAX_MEMBERS = 1000  # gzip members of an executable that are tried: its resources may be compressed the same way
MAX_OPEN = 4  # at the same time
_GZIP = b"\x1f\x8b\x08"
_DATABASE = "var/lib/db/sbom/"


def read(file: File) -> Iterator[Package]:
    if _DATABASE in file.path or file.path.rpartition("/")[2].startswith(".spdx-"):
        return  # the cataloger bitnami reads these
    document = document_of(file.data, file.path)
    if document.get("bomFormat") == "CycloneDX":
        found = _components(mapping(document.get("metadata")).get("component"), document.get("components"), 0)
    elif text(document.get("spdxVersion")).startswith("SPDX-2"):
        found = _spdx(document)
    elif isinstance(document.get("artifacts"), list):
        found = (_entry(entry) for entry in map(mapping, document["artifacts"]))
    elif file.path.endswith(LOOSE_NAMES) and not file.path.endswith(".bom.json"):
        return  # other files have these names, too
    else:
        raise ValueError("not an SBOM of a known format")
    is_copy = "/_vendor/" in file.path and is_of_installer(file.path)
    yield from _packages(found, OF_INSTALLERS if is_copy else CONFIDENCE)


class NativeScanner:
    """Inflates data that look like gzip in the stream of an executable, and stops if the result does not begin like
    an SBOM."""

    def __init__(self) -> None:
        self._tried = 0
        self._end = b""
        self._open: list[tuple[Any, bytearray]] = []
        self._sbom: bytes | None = None

    def feed(self, chunk: bytes) -> None:
        if self._sbom is not None:
            return
        self._open = [member for member in self._open if self._inflated(member, chunk)]
        data = self._end + chunk
        self._end = data[-2:]
        at = data.find(_GZIP)
        while at >= 0 and self._sbom is None and self._tried < MAX_MEMBERS and len(self._open) < MAX_OPEN:
            self._tried += 1
            started = (zlib.decompressobj(31), bytearray())
            if self._inflated(started, data[at:]):
                self._open.append(started)
            at = data.find(_GZIP, at + 1)

    def facts(self) -> Iterator[Package]:
        if self._sbom is None:
            raise ValueError("a native image whose SBOM was not found")
        document = json_object(self._sbom)
        subject = mapping(document.get("metadata")).get("component")  # the program itself
        components = [*map(mapping, [subject, *sequence(document.get("components"))])]
        found = (_entry(component, _maven(component)) for component in components)
        yield from _packages(found, NATIVE_CONFIDENCE)

    def _inflated(self, member: tuple[Any, bytearray], data: bytes) -> bool:
        """Inflates more of a member. True if it is still incomplete, and may be the SBOM."""
        engine, text = member
        try:
            text += engine.decompress(data, MAX_NATIVE_BYTES - len(text) + 1)
        except zlib.error:
            return False
        if len(text) > MAX_NATIVE_BYTES or (text and text[:64].lstrip()[:1] != b"{"):
            return False
        if engine.eof and b'"bomFormat"' in text and b"CycloneDX" in text:
            self._sbom = bytes(text)
        return not engine.eof


def read_native(file: File) -> NativeScanner | None:
    return NativeScanner() if b"\0sbom_length\0" in file.data else None


Entry = tuple[str, str, str]  # package URL, name, and the version beside the URL


def _packages(found: Iterable[Entry], confidence: float) -> Iterator[Package]:
    seen: set[tuple[str, str]] = set()
    for purl, name, version in found:
        if not purl or (purl, version) in seen:
            continue
        seen.add((purl, version))
        if package := listed(purl, name, version):
            yield replace(package, cataloger="embedded_sbom", confidence=confidence)


def _entry(component: dict[str, Any], otherwise: str = "") -> Entry:
    return text(component.get("purl")) or otherwise, text(component.get("name")), text(component.get("version"))


def _maven(component: dict[str, Any]) -> str:
    """The package URL of a library that has only coordinates, as older versions of GraalVM wrote it."""
    group, name, version = (quote(text(component.get(key)), safe="") for key in ("group", "name", "version"))
    return f"pkg:maven/{group}/{name}@{version}" if group and name and version else ""


def _components(subject: Any, components: Any, depth: int) -> Iterator[Entry]:
    if depth > MAX_DEPTH:
        raise ValueError(f"components are nested more than {MAX_DEPTH} deep")
    for component in map(mapping, [subject, *sequence(components)]):
        yield _entry(component)
        if component.get("components"):
            yield from _components(None, component["components"], depth + 1)


def _spdx(document: dict[str, Any]) -> Iterator[Entry]:
    for entry in map(mapping, sequence(document.get("packages"))):
        version = text(entry.get("versionInfo"))
        yield spdx_purl(entry), text(entry.get("name")), "" if version in ("NOASSERTION", "NONE") else version


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    """The native images that contain their SBOM."""
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
        "SBOMs in SPDX 3 or RDF; entries without a package URL. Native images of GraalVM that are linked statically "
        "or that are not for Linux."
    ),
)
