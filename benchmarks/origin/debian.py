"""Source packages of Debian with their patches, and binary packages that were built from them; downloaded once by apt."""

import functools
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from careen.formats.archives.inflate import open_stream
from careen.formats.archives.tar import content, members
from careen.safety.budget import Limits

from .sets import CACHE, apt_options, run, words

# Libraries and programs that other software carries copies of, with many patches that name a CVE.
SOURCES = words(
    """avahi busybox c-ares cjson curl dnsmasq expat freetype giflib jinja2 json-c krb5 libarchive libde265 libevent libgd2
    libpng1.6 libsndfile libssh libssh2 libtasn1-6 libwebp libxml2 libxslt lua5.4 nghttp2 nginx ntfs-3g openjpeg2 openssh pcre2
    poppler python-urllib3 redis rsync sudo tiff unzip xz-utils zlib"""
)
MAX_PROGRAM_BYTES = 64 << 20
MOST_PACKAGES = 2  # binary packages of a source, by name: its library and its tools
AT_ONCE = 40
_APART = ("-dev", "-dbg", "-dbgsym", "-doc", "-udeb", "-static")


class Revision(NamedTuple):
    """``version`` is Debian's."""

    version: str
    sources: Path
    patches: Path


def revisions(source: str) -> list[Revision]:
    """Those whose archives the mirrors still have; versions that are listed and gone are left out."""
    folder = CACHE / "debian"
    if not (folder / f"{source}.listed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for version in _versions("showsrc", source):
            run("apt-get", *apt_options(), "source", "-qq", "--download-only", f"{source}={version}", cwd=folder)
        (folder / f"{source}.listed").touch()
    found = []
    for patches in sorted(folder.glob(f"{source}_*.debian.tar.*")):
        version = patches.name.partition("_")[2].partition(".debian.tar.")[0]
        upstream = version.rpartition("-")[0]
        sources = [path for path in folder.glob(f"{source}_{upstream}.orig.tar.*") if path.suffix != ".asc"]
        if sources:
            found.append(Revision(version, sources[0], patches))
    return found


def packages(source: str) -> dict[tuple[str, str], Path]:
    """Binary packages of a source package in all suites, by name and version."""
    _download(source)
    return {
        (path.name.split("_")[0], _version(path)): path
        for path in sorted((CACHE / "debs").glob("*.deb"))
        if source_of(path)[0] == source
    }


def _download(source: str) -> None:
    """Many in one call of apt, which takes longer to read its lists than to download."""
    folder = CACHE / "debs"
    if (folder / f"{source}.listed").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    entries = run("apt-cache", *apt_options(), "showsrc", "--only-source", source)
    names = dict.fromkeys(re.findall(r"^ (\S+) deb \S+ \S+ arch=(?:\S*,)?(?:any|linux-any|amd64)", entries, re.MULTILINE))
    chosen = [name for name in names if not name.endswith(_APART)][:MOST_PACKAGES]
    offered = run("apt-cache", *apt_options(), "madison", *chosen) if chosen else ""
    packages = [f"{name}={version}" for name, version in re.findall(r"^ *(\S+) \| *(\S+) \|.*Packages", offered, re.MULTILINE)]
    for start in range(0, len(wanted := [*dict.fromkeys(packages)]), AT_ONCE):
        run("apt-get", *apt_options(), "download", "-qq", *wanted[start : start + AT_ONCE], cwd=folder)
    (folder / f"{source}.listed").touch()


def binaries(source: str) -> Iterator[tuple[str, list[bytes]]]:
    """(version of the source package, ELF programs and libraries) of each binary package."""
    for path in packages(source).values():
        yield source_of(path)[1], [data for _, data in files_of_deb(path) if data.startswith(b"\x7fELF")]


def files_of_deb(path: Path) -> Iterator[tuple[str, bytes]]:
    for name, data in _parts(path):
        if name.startswith("data.tar"):
            stream = open_stream(io.BytesIO(data), Limits(inflated_bytes=2 << 30))
            for member in members(stream):
                if member.kind == "f" and member.size_bytes <= MAX_PROGRAM_BYTES:
                    yield member.path, b"".join(content(stream, member))


@functools.cache
def source_of(path: Path) -> tuple[str, str]:
    """The name and version of the source package, from the control file."""
    for name, data in _parts(path):
        if name.startswith("control.tar"):
            stream = open_stream(io.BytesIO(data), Limits(inflated_bytes=64 << 20))
            for member in members(stream):
                if member.path == "control":
                    return _source(b"".join(content(stream, member)).decode("utf-8", "replace"), _version(path))
    return path.name.split("_")[0], _version(path)


def _source(control: str, version: str) -> tuple[str, str]:
    package = re.search(r"^Package: (\S+)", control, re.MULTILINE)
    source = re.search(r"^Source: (\S+)(?: \((\S+)\))?", control, re.MULTILINE)
    if source is None:
        return package[1] if package else "", version
    return source[1], (source[2] or version).partition(":")[2] or source[2] or version


def _version(path: Path) -> str:
    return path.name.split("_")[1].replace("%3a", ":").partition(":")[2] or path.name.split("_")[1].replace("%3a", ":")


def _versions(command: str, name: str) -> list[str]:
    entries = run("apt-cache", *apt_options(), command, "--only-source", name)
    return sorted(set(re.findall(r"^Version: (\S+)$", entries, re.MULTILINE)))


def _parts(path: Path) -> Iterator[tuple[str, bytes]]:
    """The members of an ``ar`` archive."""
    data, at = path.read_bytes(), 8
    while at + 60 <= len(data):
        size = int(data[at + 48 : at + 58])
        yield data[at : at + 16].decode().strip().rstrip("/"), data[at + 60 : at + 60 + size]
        at += 60 + size + size % 2
