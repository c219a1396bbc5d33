"""Rust: the crates that executables were built from, and the crates in ``Cargo.lock``.

``cargo auditable`` writes the complete list into a section ``.dep-v0``: JSON, compressed with zlib. Crates used only for the
build are left out. Without it, the source paths in panic messages (``…/cargo/registry/…/name-1.2.3/src/``) name the
crates that can panic, with confidence 0.4, but no others. ``cargo install`` keeps a list of installed crates,
``.crates.toml``: its keys are ``name version (source)``.
Raises: ValueError if the section is there but unreadable.
**Source:** cargo-auditable, PARSING.md; the Cargo book, "Cargo.lock", "Cargo home", "cargo install".
"""

import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from careen.formats.binaries.go_build_info import has_go_build_id
from careen.formats.binaries.segments import Ranges, data_ranges, mappings, within
from careen.formats.data.plain import mapping, sequence, toml_object
from careen.formats.packages.declared import declared, within_package
from careen.model.delta import Fact
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern
from careen.safety.typed import from_json

from .sections import SectionScan

MAX_AUDIT_BYTES = 16 << 20
MAX_CRATES = 20_000
MAX_PATHS = 100_000
PATH_CONFIDENCE = 0.4
MAGIC = (
    b"\x7fELF",
    b"MZ",
    *(b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"),
)

_SECTION = b".dep-v0"
_PATH = pattern(
    rb"cargo[/\\]registry[/\\](src[/\\][\w.-]{1,80}[/\\])?([A-Za-z][\w-]{0,63}?)-(\d+\.\d+\.\d+[0-9A-Za-z.+-]{0,64})[/\\]"
)
_REVISED = pattern(rb"(\d+\.\d+\.\d+)-\d+(?:[.+][0-9A-Za-z.+]*)?")  # 1.2.3-4, of a package of a distribution
_PATH_BYTES = 400  # more than the longest path above
_INSTALLED = pattern(r"([A-Za-z][\w-]{0,100}) (\d+\.\d+\.\d+[0-9A-Za-z.+-]{0,64}) \(.{1,1000}\)")


class Crate(Struct):
    name: str
    version: str
    kind: str = "runtime"


class Audit(Struct):
    packages: list[Crate]


class Scanner:
    """Collects the section with the list of crates from a stream, and the crates that source paths name. Paths are
    constants, so code is not searched for them."""

    def __init__(self, section: SectionScan, needles: tuple[bytes, ...], constants: Ranges | None) -> None:
        self._section, self._needles, self._constants = section, needles, constants
        self._at = self._end_at = 0
        self._named: dict[tuple[bytes, bytes], None] = {}
        self._paths = 0
        self._end = b""
        self.ranges = None if constants is None else (*constants, section.range)

    def skip(self, size: int) -> None:
        self._section.skip(size)
        self._at += size

    def feed(self, chunk: bytes) -> None:
        self._section.feed(chunk)
        if self._constants is None:
            self._search(chunk)
        else:
            for at, part in within(self._constants, self._at, chunk):
                if at != self._end_at:
                    self._end = b""
                self._search(part)
                self._end_at = at + len(part)
        self._at += len(chunk)

    def facts(self) -> Iterator[Package]:
        content = self._section.content()
        if content is not None:
            for pair in dict.fromkeys((crate.name, crate.version) for crate in _audited(content) if crate.kind != "build"):
                yield _package(*pair, 1.0)
            return
        for name, version in sorted(self._named):
            yield _package(name.decode(), version.decode(), PATH_CONFIDENCE)

    def _search(self, chunk: bytes) -> None:
        seam = self._end + chunk[:_PATH_BYTES]
        self._match(seam, len(self._end))
        self._match(chunk, len(chunk))
        self._end = chunk[-_PATH_BYTES:] if len(chunk) >= _PATH_BYTES else (self._end + chunk)[-_PATH_BYTES:]

    def _match(self, data: bytes, end: int) -> None:
        for needle in self._needles:
            at = data.find(needle, 0, end + len(needle))
            while at >= 0 and self._paths < MAX_PATHS:
                self._paths += 1
                found = _PATH.match(data, at, at + _PATH_BYTES)
                if found and len(self._named) < MAX_CRATES:
                    # A distribution's builds have no folder of a registry, and may have the revision of the package.
                    revised = None if found[1] else _REVISED.fullmatch(found[3])
                    self._named[found[2], revised[1] if revised else found[3]] = None
                at = data.find(needle, at + len(needle), end + len(needle))


def read(file: File) -> Scanner | None:
    head = file.data
    try:
        if head.startswith(b"\x7fELF") and has_go_build_id(head):
            return None  # built by Go
        section, constants = SectionScan(head, _SECTION), data_ranges(mappings(head))
    except ValueError:
        return None  # not a file that could run
    needles = (b"cargo/registry/", b"cargo\\registry\\") if head.startswith(b"MZ") else (b"cargo/registry/",)
    return Scanner(section, needles, constants)


def read_lock(file: File) -> Iterator[Package]:
    """The crates of a lock file, in tables ``[[package]]``; before 2017 the project itself was in ``[root]``."""
    if within_package(file.path):
        return iter(())
    document = toml_object(file.data)
    found: list[Any] = [*sequence(document.get("package")), document.get("root")]
    return declared("rust", "cargo", ((mapping(package).get("name"), mapping(package).get("version")) for package in found))


def _audited(content: bytes) -> list[Crate]:
    engine = zlib.decompressobj()
    try:
        text = engine.decompress(content, MAX_AUDIT_BYTES)
    except zlib.error as error:
        raise ValueError(f"damaged list of crates: {error}") from None
    if not engine.eof:
        raise ValueError("list of crates that is incomplete or too long")
    try:
        crates = from_json(text, Audit).packages
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"list of crates: {error}") from None
    if len(crates) > MAX_CRATES or any(not crate.name or not crate.version for crate in crates):
        raise ValueError("impossible list of crates")
    return crates


def _package(name: str, version: str, confidence: float) -> Package:
    return Package(type="cargo", namespace=None, name=name, version=version, cataloger="rust", confidence=confidence)


def read_installed(file: File) -> Iterator[Package]:
    document = toml_object(file.data)
    if "v1" not in document:
        raise ValueError("not a list of crates that cargo installed")
    for key in mapping(document["v1"]):
        if found := _INSTALLED.fullmatch(key):
            yield Package("cargo", None, found[1], found[2], cataloger=CATALOGER.name)


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    """The programs with a list of their crates; paths in messages name libraries only."""
    yield from (fact.path for fact in facts if fact.value.presence == "present" and fact.value.confidence > PATH_CONFIDENCE)


CATALOGER = Cataloger(
    name="rust",
    ecosystem=Ecosystem(purl_type="cargo", scheme="semver", namespace="crates.io"),
    readers=(
        Reader(Wants(suffixes=(".exe",), executables=True, magic=MAGIC, amount="stream"), read),
        Reader(Wants(names=("Cargo.lock",)), read_lock),
        Reader(Wants(names=(".crates.toml",)), read_installed),
    ),
    identifies=identifies,
    limits=(
        "In executables built without cargo auditable, crates that cannot panic, and all crates if paths were remapped; "
        "fat Mach-O files."
    ),
)
