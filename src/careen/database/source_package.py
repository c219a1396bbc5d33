"""Evidence of fixes in a Debian package: its changelog, and the patches of a source package.

Shape: the ``debian`` folder in an archive of its own (``.debian.tar.*``), in a diff against upstream's (``.diff.gz``) or in
the package's only archive; in a ``.deb`` the changelog among the documentation.
Raises: ValueError if there is no changelog.  **Source:** dpkg-source(1), "SOURCE PACKAGE FORMATS"; deb(5); Debian
Policy 12.7 (changelogs of binary packages).
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from msgspec import Struct

from careen.formats.archives.inflate import Stream, open_stream
from careen.formats.archives.tar import Member, content, members
from careen.formats.debian.changelog import has_entries
from careen.formats.debian.references import Mention, mentions
from careen.safety.budget import Limits

from .source_patches import MAX_HEADER_BYTES, MAX_SERIES_BYTES, SERIES, Patch, origins, patched

MAX_BYTES = 32 << 20
MAX_INFLATED_BYTES = 2 << 30
MAX_PATCHES = 5_000
MAX_NEWS = 2_000
_LIMITS = Limits(inflated_bytes=MAX_INFLATED_BYTES, members=200_000)
_CHANGELOG = re.compile(r"(?:[^/]+/)?debian/changelog")
_DOCUMENT = re.compile(r"usr/share/doc/[^/]+/(changelog(?:\.Debian)?\.gz|NEWS(?:\.gz)?)")
_PATCHES = "debian/patches/"


class FixEvidence(Struct, frozen=True):
    changelog: str
    patched: dict[str, str] = {}  # as ``source_patches.patched`` gives it
    patches: tuple[Patch, ...] = ()
    has_source: bool = True  # False: it is a binary package, which contains no patches
    news: tuple[Mention, ...] = ()  # of vulnerabilities in upstream's news in a binary package


def fix_evidence_in(file: BinaryIO) -> FixEvidence:
    head = file.read(8)
    file.seek(0)
    if head == b"!<arch>\n":
        changelog, news = _of_deb(file)
        return FixEvidence(changelog, has_source=False, news=news)
    stream = open_stream(file, _LIMITS)
    return _evidence_in(_of_diff(stream) if stream.peek(4) == b"--- " else _of_tar(stream))


def _evidence_in(files: Iterator[tuple[str, bytes]]) -> FixEvidence:
    """The evidence in the relevant files of a ``debian`` folder, which are given by their path in it. Raises ValueError
    without a changelog.
    """
    changelog = ""
    headers: dict[str, str] = {}
    for path, data in files:
        if path == "debian/changelog":
            changelog = data.decode("utf-8", "replace")
        elif len(headers) < MAX_PATCHES:
            headers[path.removeprefix(_PATCHES)] = data.decode("utf-8", "replace")
    if not has_entries(changelog):
        raise ValueError("a source package without a changelog")
    series = next((headers[name] for name in SERIES if name in headers), "")
    return FixEvidence(changelog, patched(headers, series), tuple(origins(headers, series)))


def _kept_bytes(path: str) -> int:
    """How many bytes of a file are needed; 0 if it is not needed."""
    if path == "debian/changelog":
        return MAX_BYTES
    if not path.startswith(_PATCHES):
        return 0
    return MAX_SERIES_BYTES if path.removeprefix(_PATCHES) in SERIES else MAX_HEADER_BYTES


def _of_tar(stream: Stream) -> Iterator[tuple[str, bytes]]:
    for member in _members(stream):
        if member.path.startswith("debian/"):
            if member.kind == "f" and (kept := _kept_bytes(member.path)):
                yield member.path, _beginning(content(stream, member), kept)
        elif member.kind == "f" and _CHANGELOG.fullmatch(member.path):
            yield "debian/changelog", _beginning(content(stream, member), MAX_BYTES)
            return  # it is the package's only archive, without patches against an upstream


def _of_diff(stream: Stream) -> Iterator[tuple[str, bytes]]:
    """The new files in a diff, in which each of their lines has a plus in front."""
    path, lines = "", list[bytes]()
    for line in stream.read(MAX_BYTES).split(b"\n"):
        if line.startswith(b"--- "):
            if path:
                yield path, b"\n".join(lines)[: _kept_bytes(path)]
            path, lines = "", []
        elif line.startswith(b"+++ "):
            path = line[4:].split(b"\t")[0].decode("utf-8", "replace").partition("/")[2]
            path = path if _kept_bytes(path) else ""
        elif path and line.startswith(b"+"):
            lines.append(line[1:])
    if path:
        yield path, b"\n".join(lines)[: _kept_bytes(path)]


def _of_deb(file: BinaryIO) -> tuple[str, tuple[Mention, ...]]:
    file.seek(8)
    while True:
        head = file.read(60)
        if len(head) < 60:
            raise ValueError("a .deb without data")
        size = head[48:58].strip()
        if head[58:] != b"`\n" or not size.isdigit():
            raise ValueError("a damaged ar archive")
        if head.startswith(b"data.tar"):
            return _documented(open_stream(file, _LIMITS))
        file.seek(int(size) + int(size) % 2, 1)


def _documented(stream: Stream) -> tuple[str, tuple[Mention, ...]]:
    """The changelog of a binary package and upstream's news about vulnerabilities. The Debian changelog counts if there
    is one; otherwise the plain one, of a package made for Debian.
    """
    found = debian = ""
    news: tuple[Mention, ...] = ()
    for member in _members(stream):
        document = _DOCUMENT.fullmatch(member.path)
        if member.kind != "f" or not document or member.size_bytes > MAX_BYTES:
            continue
        packed = b"".join(content(stream, member))
        text = open_stream(BytesIO(packed), _LIMITS).read(MAX_BYTES).decode("utf-8", "replace")
        if document[1] == "changelog.Debian.gz" and has_entries(text):
            debian = text
        elif document[1] == "changelog.gz" and has_entries(text):
            found = text
        elif not document[1].startswith("changelog.Debian") and len(news) < MAX_NEWS:
            news += tuple(mention for mention in mentions(text) if mention.cves)[:MAX_NEWS]
    if not (debian or found):
        raise ValueError("an archive without a changelog")
    return debian or found, news


def _members(stream: Stream) -> Iterator[Member]:
    for number, member in enumerate(members(stream)):
        if number > _LIMITS.members:
            raise ValueError(f"an archive of more than {_LIMITS.members} files")
        yield member


def _beginning(pieces: Iterator[bytes], size: int) -> bytes:
    data = b""
    for piece in pieces:
        data += piece
        if len(data) >= size:
            break
    return data[:size]
