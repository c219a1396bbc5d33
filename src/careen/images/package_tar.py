"""A package file as a tar of the root file system after its installation: its files, and its record.

The record is where package managers store it: ``var/lib/dpkg/status.d/NAME`` for a ``.deb``, ``container-manifest-2`` for an
``.rpm``, ``lib/apk/db/installed`` for an ``.apk``, ``site-packages`` for a wheel, ``node_modules/NAME`` for an archive of
``npm pack``, ``specifications`` for a ``.gem``. An ``etc/os-release`` is added if the version shows the distribution for
which it was built. No script of the package is run.
Raises: ValueError if the file is damaged, InputError over a limit.
**Source:** deb(5); rpm manual, "Package format"; Alpine wiki, "Apk spec"; PEP 427; npm-pack(1); RubyGems, ``Gem::Package``.
"""

import stat
from collections.abc import Callable, Iterator
from typing import BinaryIO

from careen.formats.archives import tar
from careen.formats.archives import zip as zipfile
from careen.formats.archives.inflate import Stream, open_stream
from careen.formats.archives.tar_header import header
from careen.formats.data.plain import json_object, text
from careen.formats.packages.adb import INFLATED_BYTES, AdbPackage, is_adb, read_adb
from careen.formats.packages.package_archive import gem_metadata
from careen.formats.packages.package_head import PackageHead, built_for, read_package_head
from careen.images import cpio
from careen.safety.budget import Limits

RECORD_BYTES = 16 << 20
MAX_PATHS = 500_000
MEMBER_BYTES = 256 << 20  # size of a member in a wheel
PIECE_BYTES = 1 << 20
_KINDS = {stat.S_IFREG: "f", stat.S_IFDIR: "d", stat.S_IFLNK: "l", stat.S_IFCHR: "c", stat.S_IFBLK: "b", stat.S_IFIFO: "p"}


def kind_of(name: str, head: bytes) -> str:
    """The kind of package by the first bytes and, if these are ambiguous, the name: deb, rpm, apk, wheel, npm or gem;
    else "".
    """
    if head.startswith(b"!<arch>\ndebian"):
        return "deb"
    if head.startswith(b"\xed\xab\xee\xdb"):
        return "rpm"
    if is_adb(head) or (name.endswith(".apk") and head.startswith(b"\x1f\x8b")):
        return "apk"
    if name.endswith(".whl") and head.startswith(b"PK\3\4"):
        return "wheel"
    if name.endswith(".gem") and head[257:262] == b"ustar":
        return "gem"
    return "npm" if name.endswith(".tgz") and head.startswith(b"\x1f\x8b") else ""


def installed(kind: str, file: BinaryIO, limits: Limits) -> Iterator[bytes]:
    """Pieces of the tar; ``file`` is at its start and seekable."""
    yield from _WRITERS[kind](file, limits)
    yield bytes(1024)


def npm_name(file: BinaryIO, limits: Limits) -> str:
    """The name in ``package.json`` in the first folder of an archive; "" if it is not a package of npm."""
    file.seek(0)
    stream = open_stream(file, limits)
    for member in tar.members(stream):
        folder, _, name = member.path.partition("/")
        if (member.kind == "f" and not name) or folder == "blobs":
            return ""  # the archive of an image, or of something else
        if member.kind == "f" and name == "package.json":
            return text(json_object(_content(stream, member)).get("name"))
    return ""


def _deb(file: BinaryIO, limits: Limits) -> Iterator[bytes]:
    head = read_package_head(file.read)
    yield from _release(head)
    for name, part in _ar(file):
        if name.startswith("control.tar"):
            stream = open_stream(part, limits)  # type: ignore[arg-type]
            for member in tar.members(stream):
                if member.kind == "f" and member.path in ("control", "md5sums"):
                    suffix = ".md5sums" if member.path == "md5sums" else ""
                    yield from _whole(f"var/lib/dpkg/status.d/{head.name}{suffix}", _content(stream, member))
        elif name.startswith("data.tar"):
            yield from _moved(open_stream(part, limits), "", 0)  # type: ignore[arg-type]
            return
    raise ValueError("a deb without its files")


def _release(head: PackageHead) -> Iterator[bytes]:
    """An ``os-release`` file with the distribution for which a package was built, if its version shows that."""
    if found := built_for(head):
        yield from _whole("etc/os-release", f'ID={found[0]}\nVERSION_ID="{found[1]}"\n'.encode())


def _ar(file: BinaryIO) -> Iterator[tuple[str, "_Part"]]:
    at = 8
    while True:
        file.seek(at)
        head = file.read(60)
        if not head:
            return
        size = head[48:58].strip()
        if len(head) < 60 or head[58:] != b"`\n" or not size.isdigit():
            raise ValueError("a damaged ar archive")
        yield head[:16].decode("ascii", "replace").strip().rstrip("/"), _Part(file, int(size))
        at += 60 + int(size) + int(size) % 2


class _Part:
    """The next bytes of a file."""

    def __init__(self, file: BinaryIO, left: int) -> None:
        self._file, self._left = file, left

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(min(size if size >= 0 else self._left, self._left))
        self._left -= len(data)
        return data


def _rpm(file: BinaryIO, limits: Limits) -> Iterator[bytes]:
    head = read_package_head(file.read)
    yield from _release(head)
    yield from _whole("var/lib/rpmmanifest/container-manifest-2", _manifest_line(head).encode())
    stream = open_stream(file, limits)
    first: dict[int, bytes] = {}
    for member in cpio.members(stream):
        path = member.name.removeprefix(b"./").lstrip(b"/")
        kind = _KINDS.get(stat.S_IFMT(member.mode))
        if kind is None or not path:
            continue
        mode, size = stat.S_IMODE(member.mode), member.size_bytes if kind == "f" else 0
        link = stream.read(min(member.size_bytes, 65536)) if kind == "l" else b""
        if kind == "f" and member.links > 1 and not size:
            first.setdefault(member.inode, path)  # the content comes with the last of the file's names
        yield header(path, kind, mode, member.uid, member.gid, size, link=link)
        yield from _copied(stream, size)
        for name in [first.pop(member.inode)] if size and member.inode in first else ():
            yield header(name, "h", mode, member.uid, member.gid, link=path)


def _manifest_line(head: PackageHead) -> str:
    epoch, _, version = head.version.rpartition(":")
    source = f"{head.source.name}-{head.source.version.rpartition(':')[2]}.src.rpm" if head.source else "(none)"
    fields = (head.name, version, "0", "0", head.vendor or "(none)", "(none)", "0", head.arch or "(none)", epoch or "0", source)
    return "\t".join(" ".join(field.split()) for field in fields) + "\n"


def _apk(file: BinaryIO, limits: Limits) -> Iterator[bytes]:
    start = file.read(8)
    file.seek(0)
    if is_adb(start):
        data = file.read(INFLATED_BYTES + 1)
        yield from _whole("lib/apk/db/installed", "".join(_apk_record(package) for package in read_adb(data)[1]).encode())
        return
    stream = open_stream(file, limits)
    values: dict[str, str] = {}
    paths: list[str] = []
    for member in tar.members(stream):
        if member.path == ".PKGINFO" and not values:
            lines = (line.partition("=") for line in _content(stream, member).decode("utf-8", "replace").splitlines())
            values = {key.strip(): value.strip() for key, _, value in lines}
        elif member.kind not in "dg" and not member.path.startswith(".") and len(paths) < MAX_PATHS:
            paths.append(member.path)
    name, version, arch, licence, origin, maintainer, commit = (
        values.get(key, "") for key in ("pkgname", "pkgver", "arch", "license", "origin", "maintainer", "commit")
    )
    found = AdbPackage(name, version, arch, licence, origin, maintainer, tuple(paths), commit)
    if not found.name or not found.version:
        raise ValueError("an apk without name or version")
    yield from _whole("lib/apk/db/installed", _apk_record(found).encode())
    file.seek(0)
    yield from _moved(open_stream(file, limits), "", 0)


def _apk_record(found: AdbPackage) -> str:
    pairs = zip(
        ("P", "V", "A", "L", "o", "m", "c"),
        (found.name, found.version, found.arch, found.licence, found.origin, found.maintainer, found.commit),
        strict=True,
    )
    lines = [f"{key}:{' '.join(value.split())}" for key, value in pairs if value]
    for path in found.paths:
        folder, _, name = path.rpartition("/")
        if "\n" not in path:
            lines += [f"F:{folder}", f"R:{name}"]
    return "\n".join(lines) + "\n\n"


def _wheel(file: BinaryIO, limits: Limits) -> Iterator[bytes]:
    for entry in zipfile.entries(file, max_total_bytes=limits.inflated_bytes):
        if not entry.is_folder:
            yield from _whole(f"site-packages/{entry.name}", zipfile.read(file, entry, MEMBER_BYTES))


def _npm(file: BinaryIO, limits: Limits) -> Iterator[bytes]:
    name = npm_name(file, limits)
    if not name:
        raise ValueError("a package of npm without a name")
    file.seek(0)
    yield from _moved(open_stream(file, limits), f"node_modules/{name}/", 1)


def _gem(file: BinaryIO, limits: Limits) -> Iterator[bytes]:
    outer = open_stream(file, limits)
    stem = ""
    for member in tar.members(outer):
        if member.path == "metadata.gz":
            name, version = gem_metadata(_content(outer, member))
            stem = f"{name}-{version}"
            record = f's.name = "{name}"\ns.version = "{version}"\n'
            yield from _whole(f"specifications/{stem}.gemspec", record.encode())
        elif member.path == "data.tar.gz" and stem:
            inner = open_stream(_Reading(outer, member), limits)  # type: ignore[arg-type]
            yield from _moved(inner, f"gems/{stem}/", 0)
    if not stem:
        raise ValueError("a gem without its metadata")


class _Reading:
    """The content of a member of a tar as a stream."""

    def __init__(self, stream: Stream, member: tar.Member) -> None:
        self._pieces, self._rest = tar.content(stream, member, 65536), b""

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


def _moved(stream: Stream, folder: str, leave_out: int) -> Iterator[bytes]:
    """The members of a tar, moved below another folder, without their first ``leave_out`` folders."""
    for member in tar.members(stream):
        path = "/".join(member.path.split("/")[leave_out:])
        if not path:
            continue
        link = f"{folder}{'/'.join(member.link.split('/')[leave_out:])}" if member.kind == "h" else member.link
        yield header(
            f"{folder}{path}".encode(), member.kind, member.mode, member.uid, member.gid, member.size_bytes,
            link=link.encode(), capabilities=member.capabilities,
        )  # fmt: skip
        if member.kind == "f":
            yield from tar.content(stream, member)
            yield bytes(-member.size_bytes % 512)


def _whole(path: str, data: bytes) -> Iterator[bytes]:
    yield header(path.encode(), "f", 0o644, 0, 0, len(data))
    yield data + bytes(-len(data) % 512)


def _copied(stream: Stream, size: int) -> Iterator[bytes]:
    left = size
    while left:
        piece = stream.read(min(left, PIECE_BYTES))
        if not piece:
            raise ValueError("the archive breaks off in the content of a file")
        left -= len(piece)
        yield piece
    yield bytes(-size % 512)


def _content(stream: Stream, member: tar.Member) -> bytes:
    if member.size_bytes > RECORD_BYTES:
        raise ValueError(f"{member.path} of a package is larger than {RECORD_BYTES >> 20} MiB")
    return b"".join(tar.content(stream, member))


_WRITERS: dict[str, Callable[[BinaryIO, Limits], Iterator[bytes]]] = {
    "deb": _deb, "rpm": _rpm, "apk": _apk, "wheel": _wheel, "npm": _npm, "gem": _gem,
}  # fmt: skip
