"""Python packages: ``*.dist-info``, ``*.egg-info`` and ``EGG-INFO`` folders, flat ``*.egg-info`` files, bundled wheels.

Name and version come from METADATA or PKG-INFO. If one is missing, the folder's name (``name-1.0.dist-info``,
``name-1.0-py3.11.egg-info``) supplies it, with a lower confidence, as it does for a folder that has only RECORD; a package
without any version is listed without one. RECORD and ``installed-files.txt`` list the files of a package, RECORD with their
digests. Wheels that ``ensurepip``, virtualenv or a distribution keeps for new virtual environments, and zipped eggs, are
listed too, and so are the packages in an application that is one archive (PEX, shiv, zipapp).
Raises: ValueError if there is no plausible name.
**Source:** Recording installed projects; Binary distribution format; Core metadata specifications; PEX, zipapp.
"""

import posixpath
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial

from msgspec import Struct

from careen.formats.archives.zip import entries, read
from careen.formats.packages import python_metadata
from careen.model.delta import Fact
from careen.model.package import Evidence, Package
from careen.plugins import Cataloger, Ecosystem, File, Owned, Reader, Wants
from careen.safety.pattern import pattern

NAME = pattern(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,250}[A-Za-z0-9])?")  # Source: Core metadata, Name
VERSION = pattern(r"[A-Za-z0-9][A-Za-z0-9.!+_*-]{0,250}")  # PEP 440 and older forms
METADATA_BYTES = 1 << 20
_APPLICATIONS = (".pex", ".pyz", ".pyzw")
SHA256, SHA256_BYTES = "sha256=", 32
FIELDS = frozenset(("name", "version", "license", "license-expression", "classifier"))


class Metadata(Struct, frozen=True, tag="metadata", omit_defaults=True):
    name: str
    version: str
    licenses: tuple[str, ...] = ()
    confidence: float = 1.0


class Record(Struct, frozen=True, tag="record", omit_defaults=True):
    """The files that a record lists, as written there; ``_resolved`` makes them paths of the image. Compiled files
    are left out.

    ``digests``: the SHA-256, in hexadecimal digits, of the files beside the package. Scripts in other folders have
    none, as the installer writes them.
    """

    paths: tuple[str, ...]
    digests: dict[str, str] = {}


def read_metadata(file: File) -> Iterator[Metadata]:
    folder, _, name = file.path.rpartition("/")
    yield _metadata(file.data, name if name.endswith(".egg-info") else posixpath.basename(folder))


def read_record(file: File) -> Iterator[Record]:
    """The files of a package. RECORD is CSV (path, hash, size) relative to site-packages; installed-files.txt has one
    path per line, relative to itself.

    Byte-compiled files do not count: images often leave them out, and the package works without them.
    """
    lines = file.data.decode("utf-8", "replace").splitlines()
    rows = ((line, "") for line in lines) if file.path.endswith(".txt") else map(_columns, lines)
    recorded = {path: text for path, text in rows if path and not path.endswith(".pyc")}
    digests = ((path, _sha256(text)) for path, text in recorded.items() if text and _is_beside(path))
    yield Record(tuple(recorded), {path: digest for path, digest in digests if digest})


def read_archive(file: File) -> Iterator[Metadata]:
    """Reads the metadata in a wheel or an egg. Wheels count only in folders for new environments, as others are not installed;
    an egg runs as it is."""
    name = posixpath.basename(file.path)
    with file.open() as stream:
        for entry in entries(stream, max_entries=100_000):
            folder, _, inner = entry.name.rpartition("/")
            if (inner == "METADATA" and folder.endswith(".dist-info")) or entry.name == "EGG-INFO/PKG-INFO":
                yield _metadata(read(stream, entry, METADATA_BYTES), name, 0.9)
                return
    raise ValueError("an archive without metadata")


def read_application(file: File) -> Iterator[Metadata]:
    """Reads the metadata of each package in an application that Python runs from its archive."""
    with file.open() as stream:
        for entry in entries(stream, max_entries=100_000):
            folder, _, inner = entry.name.rpartition("/")
            if inner == "METADATA" and folder.endswith(".dist-info"):
                yield _metadata(read(stream, entry, METADATA_BYTES), posixpath.basename(folder), 0.9)


def join(facts: Sequence[Fact]) -> Iterator[Package]:
    for fact, found in _described(facts):
        yield Package(
            type="pypi",
            namespace=None,
            name=found.name,
            version=found.version,
            licenses=found.licenses,
            cataloger=CATALOGER.name,
            confidence=found.confidence,
            evidence=(Evidence(fact.path, fact.layer),),
        )


def owns(facts: Sequence[Fact]) -> Iterator[Owned]:
    described = {posixpath.dirname(fact.path): fact.value for fact in facts if isinstance(fact.value, Metadata)}
    for fact in facts:
        package = described.get(posixpath.dirname(fact.path))
        if package and isinstance(fact.value, Record):
            places = dict(zip(fact.value.paths, _resolved(fact.path, fact.value.paths), strict=True))
            digests = partial(_by_place, places, fact.value.digests)
            yield Owned(package.name, package.version, None, tuple(places.values()), digests)


def _by_place(places: Mapping[str, str], digests: Mapping[str, str]) -> dict[str, str]:
    return {places[path]: f"sha256:{digest}" for path, digest in digests.items()}


def _described(facts: Sequence[Fact]) -> Iterator[tuple[Fact, Metadata]]:
    """Without its metadata, the list of a package's files and the name of its folder show that it is installed. Such a list
    identifies no file: it reveals too little about what the files are."""
    known = {posixpath.dirname(fact.path) for fact in facts if isinstance(fact.value, Metadata)}
    for fact in facts:
        if isinstance(fact.value, Metadata):
            yield fact, fact.value
        elif (folder := posixpath.dirname(fact.path)) not in known:
            with suppress(ValueError):
                yield fact, _metadata(b"", posixpath.basename(folder))


def _metadata(data: bytes, folder: str, confidence: float = 1.0) -> Metadata:
    found = python_metadata.fields(data, FIELDS)
    name, version = _first(found, "name"), _first(found, "version")
    if not name or not version:
        confidence *= 0.7
        stem = re.sub(r"\.(?:dist-info|egg-info|egg|whl)$", "", folder, flags=re.IGNORECASE)
        folder_name, _, folder_version = re.sub(r"-py\d[\d.]*(?:-.*)?$", "", stem).partition("-")
        if not re.match(r"\d", folder_version):
            folder_name, folder_version = "", ""
        name = name or folder_name
        version = version or folder_version.split("-")[0]
    if not NAME.fullmatch(name):
        raise ValueError(f"{name[:80]!r} is not a package name" if name else "it has no package name")
    if version and not VERSION.fullmatch(version):
        raise ValueError(f"{version[:80]!r} is not a version")
    return Metadata(name, version, _licenses(found), round(confidence if version else confidence * 0.7, 2))


def _first(found: dict[str, list[str]], field: str) -> str:
    """The first value of a field, "" without one. Old build tools write ``UNKNOWN`` for a missing value."""
    value = found.get(field, [""])[0]
    return "" if value == "UNKNOWN" else value


def _licenses(found: dict[str, list[str]]) -> tuple[str, ...]:
    """The licences: License-Expression, else the classifiers, else a License field with a name instead of a licence's
    text."""
    if expression := _first(found, "license-expression"):
        return (expression,)
    parts = [value.split("::") for value in found.get("classifier", ()) if value.startswith("License ::")]
    if named := tuple(dict.fromkeys(part[-1].strip() for part in parts if part[-1].strip() != "OSI Approved")):
        return named
    text = _first(found, "license")
    return (text,) if text and "\n" not in text and len(text) <= 100 else ()


def _columns(line: str) -> tuple[str, str]:
    """The path, and the digest as it is written."""
    path, *rest = line.rsplit(",", 2)
    if len(path) > 1 and path[0] == path[-1] == '"':
        path = path[1:-1].replace('""', '"')
    return path, rest[0] if len(rest) == 2 else ""


def _sha256(text: str) -> str:
    """A SHA-256 in hexadecimal digits; "" for any other text, which must not hide the file."""
    digest = b""
    if text.startswith(SHA256):
        with suppress(ValueError):
            digest = urlsafe_b64decode(text.removeprefix(SHA256) + "=")
    return digest.hex() if len(digest) == SHA256_BYTES else ""


def _is_beside(path: str) -> bool:
    return path[0] != "/" and ".." not in path


def _resolved(record: str, paths: Iterable[str]) -> Iterator[str]:
    folder = posixpath.dirname(record)
    base = folder if record.endswith(".txt") else posixpath.dirname(folder)
    for path in paths:
        if _is_beside(path):
            yield f"{base}/{path}" if base else path
        else:
            yield posixpath.normpath(f"/{base}/{path}" if path[0] != "/" else path).lstrip("/")


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    """The archives and unpacked eggs, which have no list of files. Other packages have one."""
    for fact in facts:
        if fact.path.endswith(".egg/EGG-INFO/PKG-INFO"):
            yield fact.path.removesuffix("EGG-INFO/PKG-INFO")
        elif fact.path.endswith((".egg", ".whl", *_APPLICATIONS)):
            yield fact.path


CATALOGER = Cataloger(
    name="python",
    ecosystem=Ecosystem(purl_type="pypi", scheme="pep440", namespace="PyPI", names_insensitive=True),
    readers=(
        Reader(
            Wants(
                suffixes=("dist-info/METADATA", "DIST-INFO/METADATA", "egg-info/PKG-INFO", "EGG-INFO/PKG-INFO", ".egg-info"),
                amount="head",
            ),
            read_metadata,
        ),
        Reader(Wants(suffixes=("dist-info/RECORD", "egg-info/installed-files.txt")), read_record),
        Reader(
            Wants(
                folders=("python-wheels", "ensurepip/_bundled", "virtualenv/seed/wheels/embed"),
                suffixes=(".egg",),
                magic=(b"PK\3\4",),
            ),
            read_archive,
        ),
        Reader(Wants(suffixes=_APPLICATIONS, magic=(b"PK\3\4", b"#!")), read_application),
    ),
    fact=Metadata | Record,
    join=join,
    owns=owns,
    identifies=identifies,
    limits="Packages that were copied without their metadata.",
)
