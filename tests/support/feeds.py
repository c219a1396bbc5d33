"""Mirrors of feeds laid out from readable files, and a Fetcher that serves one without a network.

In a golden ``input``, a folder ``x.zip`` becomes a zip of its files, a folder ``x.tar.gz`` such a tar, and
``x.gz.text`` becomes ``x.gz``, ``x.bz2.text`` becomes ``x.bz2``.
"""

import bz2
import gzip
import hashlib
import io
import json
import shutil
import tarfile
import zipfile
from pathlib import Path

from careen.advisories import __name__ as ADVISORIES
from careen.errors import NetworkError
from careen.plugins import AdvisorySource, Need, load

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "advisories"
SOURCES = load(ADVISORIES, "ADVISORY_SOURCE", AdvisorySource)
CASES = sorted(path.parent for path in GOLDEN.glob("*/*/SOURCE"))


def lay_out(source, target):
    """Packs a golden ``input`` folder into a mirror at ``target``; gives it back."""
    for path in sorted(source.iterdir()):
        to = target / path.name
        if path.name.endswith(".zip"):
            to.parent.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as writer:
                for member in sorted(path.iterdir()):
                    writer.write(member, member.name)
        elif path.name.endswith((".tar.gz", ".tar.zst")):  # what reads them tells gzip and zstd apart by their first bytes
            to.parent.mkdir(parents=True, exist_ok=True)
            files = {file.relative_to(path).as_posix(): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}
            to.write_bytes(packed_tar(files))
        elif path.is_dir():
            lay_out(path, to)
        else:
            to.parent.mkdir(parents=True, exist_ok=True)
            if path.name.endswith(".bz2.text"):
                to.with_name(path.name.removesuffix(".text")).write_bytes(bz2.compress(path.read_bytes()))
            elif path.name.endswith(".gz.text"):
                to.with_name(path.name.removesuffix(".text")).write_bytes(gzip.compress(path.read_bytes(), mtime=0))
            else:
                shutil.copyfile(path, to)
    return target


def packed_tar(files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as writer:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            writer.addfile(entry, io.BytesIO(data))
    return gzip.compress(packed.getvalue(), mtime=0)


def whole_mirror(target):
    """Every golden input in one mirror."""
    for case in CASES:
        lay_out(case / "input", target)
    return target


def files_of(source, target):
    """Each file of a source's golden cases with the feed that it is: forms that stand in for one another are apart."""
    for case in CASES:
        if case.parent.name == source.name:
            mirror = lay_out(case / "input", target / case.name)
            yield from ((feed, mirror / feed.path) for feed in feeds_in(source, mirror))


def write_manifest(mirror, dates=None):
    files = [
        {
            "path": path.relative_to(mirror).as_posix(),
            "snapshot_date": (dates or {}).get(path.relative_to(mirror).as_posix(), "2026-01-02"),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(mirror.rglob("*"))
        if path.is_file() and path.name != "MANIFEST.json"
    ]
    (mirror / "MANIFEST.json").write_text(json.dumps({"files": files}))


def listing_of(mirror):
    def listing(name):
        folder = mirror / name
        return tuple(sorted(path.name for path in folder.iterdir())) if ":" not in name and folder.is_dir() else ()

    return listing


def feeds_in(source, mirror):
    return [feed for feed in source.feeds(Need(), listing_of(mirror)) if (mirror / feed.path).exists()]


def repacked(data, change):
    """A zip, tar or gzip whose inner bytes were changed: mutations of the outer bytes alone seldom get past the checksum."""
    if data[:2] == b"PK":
        inner, packed = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
        with inner, zipfile.ZipFile(packed, "w") as writer:
            for name in inner.namelist():
                writer.writestr(name, change(inner.read(name)))
        return packed.getvalue()
    if data[:2] == b"\x1f\x8b" and gzip.decompress(data)[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as reader:
            return packed_tar({member.name: change(reader.extractfile(member).read()) for member in reader if member.isfile()})
    if data[:2] == b"\x1f\x8b":
        return gzip.compress(change(gzip.decompress(data)), mtime=0)
    if data[:3] == b"BZh":
        return bz2.compress(change(bz2.decompress(data)))
    return change(data)


class Answer:
    def __init__(self, status, body=b"", headers=None, url=""):
        self.status, self.headers, self.url = status, headers or {}, url
        self._stream = io.BytesIO(body)

    def read(self, size=-1):
        return self._stream.read(size)

    def close(self):
        self._stream.close()


class FakeNetwork:
    """Answers by address; ``answers`` holds bytes, an Answer's arguments, an exception or a function of the headers.

    Bytes get an ETag; a client that sends it gets 304. ``asked`` records (address, headers).
    """

    def __init__(self, answers=None):
        self.answers = dict(answers or {})
        self.asked = []

    def request(self, url, *, method="GET", headers=None, body=None):
        self.asked.append((url, dict(headers or {})))
        found = self.answers.get(url, (404,))
        if callable(found):
            found = found(dict(headers or {}))
        if isinstance(found, Exception):
            raise found
        if isinstance(found, bytes):
            etag = f'"{hashlib.sha256(found).hexdigest()[:16]}"'
            if (headers or {}).get("If-None-Match") == etag:
                return Answer(304, url=url)
            modified = "Fri, 02 Jan 2026 03:04:05 GMT"
            return Answer(200, found, {"etag": etag, "last-modified": modified, "content-length": str(len(found))}, url)
        return Answer(*found, url=url)


def served(mirror, sources=SOURCES):
    """A network that has the mirror's files at the live addresses of the sources' feeds, and nothing else."""
    answers = {}
    for feed in (feed for source in sources for feed in feeds_in(source, mirror)):
        address = index = feed.url
        if feed.below:  # the list of servers, on the first of which the index is
            index = f"{feed.url.rpartition('/')[0]}/today/{feed.below}"
            answers[feed.url] = index.removesuffix(feed.below).encode() + b"\n"
        if feed.named:  # the index, which names the file beside it
            address = f"{index.rpartition('/')[0]}/1-{feed.named}"
            name = address.rpartition("/")[2]
            answers[index] = (f'<location href="repodata/{name}"/>' if index.endswith(".xml") else name).encode()
        answers[address] = (mirror / feed.path).read_bytes()
    return FakeNetwork(answers)


UNREACHABLE = NetworkError("host unreachable", "Check the connection.")
