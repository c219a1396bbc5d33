"""Repositories that a system installs from, by its own settings, and the packages that their indices offer.

``indices_of`` reads sources.list(5), its deb822 form, and apk's list; ``offers`` reads a ``Packages`` index or
``APKINDEX.tar.gz``, compressed or not, and gives each package with its source.
Raises: ValueError if an index is damaged or larger than ``MAX_INFLATED_BYTES``.
**Source:** sources.list(5); Debian wiki, DebianRepository/Format; apk-repositories(5); Alpine wiki, "Apk spec".
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

from msgspec import Struct

from careen.errors import InputError
from careen.formats.archives import tar
from careen.formats.archives.inflate import open_stream
from careen.safety.budget import Limits

from .deb822 import paragraphs

MAX_INFLATED_BYTES = 512 << 20
MAX_INDICES = 64
MAX_LINE = 1 << 20
# Architectures as OCI names them.
_DEB = {"amd64": "amd64", "arm64": "arm64", "arm": "armhf", "386": "i386", "ppc64le": "ppc64el"}
_APK = {"amd64": "x86_64", "arm64": "aarch64", "arm": "armv7", "386": "x86"}
_ONE_LINE = re.compile(r"\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)((?:\s+[^\s#]+)*)")
_SOURCE = re.compile(r"(\S+)(?:\s+\((\S+)\))?")


class Index(Struct, frozen=True):
    kind: str  # purl type: "deb", "apk"
    addresses: tuple[str, ...]  # of the same index in several formats: the first available one counts


class Offer(Struct, frozen=True, gc=False):
    name: str
    version: str
    source: str
    source_version: str


def indices_of(texts: Mapping[str, str], architecture: str) -> tuple[Index, ...]:
    """The indices of the repositories that a system has. ``texts`` are its files by path; repositories without a web
    address are left out."""
    found: list[Index] = []
    for path, text in sorted(texts.items()):
        if path == "etc/apk/repositories":
            found += _of_apk(text, _APK.get(architecture, architecture))
        elif path == "etc/apt/sources.list" or (path.startswith("etc/apt/sources.list.d/") and path.endswith(".list")):
            found += _of_lines(text, _DEB.get(architecture, architecture))
        elif path.startswith("etc/apt/sources.list.d/") and path.endswith(".sources"):
            found += _of_paragraphs(text, _DEB.get(architecture, architecture))
    on_the_web = [index for index in found if index.addresses[0].startswith(("http://", "https://"))]
    return tuple(dict.fromkeys(on_the_web))[:MAX_INDICES]


def offers(kind: str, raw: BinaryIO) -> Iterator[Offer]:
    try:
        stream = open_stream(raw, Limits(inflated_bytes=MAX_INFLATED_BYTES))
        if kind == "deb":
            yield from _offers(iter(lambda: stream.read(1 << 16), b""), b": ", b"Package", b"Version", b"Source")
            return
        for member in tar.members(stream):
            if member.path == "APKINDEX":
                yield from _offers(tar.content(stream, member, 1 << 16), b":", b"P", b"V", b"o")
    except InputError as error:
        raise ValueError(str(error)) from error


def _of_apk(text: str, architecture: str) -> Iterator[Index]:
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if words and not words[0].startswith("@"):  # a tagged one serves only packages with its tag
            yield Index("apk", (f"{words[0].rstrip('/')}/{architecture}/APKINDEX.tar.gz",))


def _of_lines(text: str, architecture: str) -> Iterator[Index]:
    for line in text.splitlines():
        found = _ONE_LINE.match(line)
        if found:
            yield from _of_suite(found[1], found[2], found[3].split(), architecture)


def _of_paragraphs(text: str, architecture: str) -> Iterator[Index]:
    fields = ("types", "uris", "suites", "components", "enabled")
    try:
        for paragraph in paragraphs(text, fields):
            if "deb" in paragraph.get("types", "").split() and paragraph.get("enabled", "yes").lower() not in ("no", "false"):
                for uri in paragraph.get("uris", "").split():
                    for suite in paragraph.get("suites", "").split():
                        yield from _of_suite(uri, suite, paragraph.get("components", "").split(), architecture)
    except ValueError:
        return  # apt refuses it, too


def _of_suite(uri: str, suite: str, components: Iterable[str], architecture: str) -> Iterator[Index]:
    if suite.endswith("/"):  # a flat repository has no components
        folders = [f"{uri.rstrip('/')}/{suite.strip('/')}".rstrip("/.")]
    else:
        folders = [f"{uri.rstrip('/')}/dists/{suite}/{component}/binary-{architecture}" for component in components]
    for folder in folders:
        yield Index("deb", tuple(f"{folder}/Packages{ending}" for ending in (".xz", ".gz", "")))


def _offers(pieces: Iterable[bytes], colon: bytes, name: bytes, version: bytes, source: bytes) -> Iterator[Offer]:
    """Reads paragraphs of ``field: value`` lines, of which three fields are kept."""
    kept: dict[bytes, str] = {}
    for line in _lines(pieces):
        if not line:
            if offer := _offer(kept, name, version, source):
                yield offer
            kept = {}
            continue
        field, mark, value = line.partition(colon)
        if mark and field in (name, version, source):
            kept[field] = value.strip().decode("utf-8", "replace")
    if offer := _offer(kept, name, version, source):
        yield offer


def _offer(kept: Mapping[bytes, str], name: bytes, version: bytes, source: bytes) -> Offer | None:
    if not kept.get(name) or not kept.get(version):
        return None
    stated = _SOURCE.fullmatch(kept.get(source, ""))
    return Offer(
        kept[name], kept[version], stated[1] if stated else kept[name], (stated[2] if stated else None) or kept[version]
    )


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line.rstrip(b"\r") for line in whole)
        if len(rest) > MAX_LINE:
            raise ValueError("an index with a line that does not end")
    if rest:
        yield rest
