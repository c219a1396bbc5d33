"""A Java archive and every archive within it: coordinates, project files, manifest, class folders.

Gives one ``Archive`` for each that could be opened and one ``Closed`` for each that could not, the outermost first.
An archive within has any name, unless the name is one that compilers and web pages use.
``place`` is the path through the outer archives, ``""`` for the outermost: ``WEB-INF/lib/a.jar!/lib/b.jar``. Class files
are never opened: only their folders count. Stored archives are read in place, deflated ones in memory.
Bounds: depth 16, 20,000 archives, 1 GiB inflated in all, 128 MiB in memory at a time.
Raises: ValueError if the outermost is not a zip archive.  **Source:** Jar file specification; Maven Archiver.
"""

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct

from careen.formats.archives.zip import Entry, entries, head, in_place, read
from careen.formats.archives.zip_members import first_name
from careen.formats.binaries.elf import is_program
from careen.safety.pattern import pattern

from .jar_manifest import attributes
from .java_properties import properties
from .pom import Pom, read_pom

SUFFIXES = (".jar", ".war", ".ear", ".par", ".sar", ".hpi", ".jpi", ".kar", ".nar", ".aar", ".lpkg")
ADAPTER = ".rar"  # resource adapter of Jakarta Connectors; outside of archives most .rar files are of another kind
MAX_DEPTH = 16
MAX_ARCHIVES = 20_000
MAX_MEMBERS = 2_000_000
MAX_INFLATED_BYTES = 1 << 30
MAX_HELD_BYTES = 128 << 20
MAX_PROPERTIES_BYTES = 64 << 10
MAX_POM_BYTES = 1 << 20
MAX_MANIFEST_BYTES = 16 << 20
MAX_POMS = 5_000
MAX_HEADS = 100_000
PROGRAM_BYTES = 1024  # enough for the headers of a program
FIRST_BYTES = 512  # enough for the name of an archive's first member
# Most members of an archive; the others are looked into.
_NO_ARCHIVES = (
    ".class", ".css", ".gif", ".gz", ".htm", ".html", ".java", ".jpg", ".js", ".json", ".kotlin_module", ".map", ".md", ".mf",
    ".pem", ".png", ".properties", ".proto", ".rsa", ".sf", ".svg", ".ttf", ".txt", ".woff", ".woff2", ".xml", ".xsd", ".yaml",
    ".yml",
)  # fmt: skip
_MAVEN = pattern(r"(?:^|/)META-INF/maven/([^/]+)/([^/]+)/pom\.(?:properties|xml)$")


_COORDINATE = pattern(r"[\w.+~-]{1,250}", re.ASCII)


def is_archive(path: str, head: bytes) -> bool:
    """Whether a file is a Java archive by the end of its name, or by its first member: jar and other tools begin with
    ``META-INF/``."""
    if path.endswith(SUFFIXES):
        return True
    first = first_name(head)
    return first.startswith("META-INF/") or first.endswith(".class")


class Coordinates(Struct, frozen=True):
    group: str
    artifact: str
    version: str  # "" if only the parents of a project file have it


class Archive(Struct, frozen=True):
    place: str
    name: str  # of the file
    coordinates: tuple[Coordinates, ...]  # each once
    licenses: dict[str, tuple[str, ...]]  # by artifact, of the project files beside the coordinates
    manifest: dict[str, str]
    folders: frozenset[str]  # with class files; empty if there are coordinates
    has_code: bool = False  # classes, or native libraries in an archive without coordinates
    has_archives: bool = False


class Closed(Struct, frozen=True):
    place: str
    reason: str


class Budget:
    """The limits of one file: they count down over the archive and all archives within it."""

    def __init__(self) -> None:
        self.archives = MAX_ARCHIVES
        self.members = MAX_MEMBERS
        self.inflated_bytes = MAX_INFLATED_BYTES
        self.heads = MAX_HEADS

    def read(self, stream: BinaryIO, entry: Entry, limit_bytes: int) -> bytes:
        if entry.size > self.inflated_bytes:
            raise ValueError(f"more than {MAX_INFLATED_BYTES >> 20} MiB in one file")
        data = read(stream, entry, limit_bytes)
        self.inflated_bytes -= len(data)
        return data

    def is_program(self, stream: BinaryIO, entry: Entry) -> bool:
        """Whether a member's first bytes are those of a program; only for archives without coordinates and classes."""
        return entry.size > 0 and is_program(self._head(stream, entry, PROGRAM_BYTES))

    def is_archive(self, stream: BinaryIO, entry: Entry) -> bool:
        """Whether a member is a Java archive, by its name or its first bytes."""
        name = entry.name.lower()
        if not entry.size or name.endswith(_NO_ARCHIVES):
            return False
        return name.endswith((*SUFFIXES, ADAPTER)) or is_archive("", self._head(stream, entry, FIRST_BYTES))

    def _head(self, stream: BinaryIO, entry: Entry, size: int) -> bytes:
        self.heads -= 1
        if self.heads < 0:
            raise ValueError(f"more than {MAX_HEADS} members to look into in one file")
        return head(stream, entry, size)


def archives(stream: BinaryIO, name: str) -> Iterator[Archive | Closed]:
    yield from _open(stream, name, "", 0, 0, Budget())


def _open(stream: BinaryIO, name: str, place: str, depth: int, held_bytes: int, budget: Budget) -> Iterator[Archive | Closed]:
    members = entries(stream, max_entries=budget.members)
    budget.members -= len(members)
    budget.archives -= 1
    yield from _archive(stream, members, name, place, budget)
    for entry in members:
        inner = _inside(place, entry.name)
        try:
            if not budget.is_archive(stream, entry):
                continue
        except ValueError as error:
            yield Closed(inner, str(error))
            return
        if depth + 1 >= MAX_DEPTH:
            yield Closed(inner, f"archives within archives, more than {MAX_DEPTH} deep")
            continue
        if not budget.archives:
            yield Closed(inner, f"more than {MAX_ARCHIVES} archives in one file")
            return
        try:
            content, size = _content(stream, entry, MAX_HELD_BYTES - held_bytes, budget)
            yield from _open(content, entry.name.rpartition("/")[2], inner, depth + 1, held_bytes + size, budget)
        except ValueError as error:
            yield Closed(inner, str(error))


def _content(stream: BinaryIO, entry: Entry, limit_bytes: int, budget: Budget) -> tuple[BinaryIO, int]:
    """The inner archive as a stream, and the number of bytes that it takes in memory: 0 if it is read in place."""
    if found := in_place(stream, entry):
        return found, 0
    data = budget.read(stream, entry, limit_bytes)
    return io.BytesIO(data), len(data)


def _archive(stream: BinaryIO, members: list[Entry], name: str, place: str, budget: Budget) -> Iterator[Archive | Closed]:
    coordinates: dict[Coordinates, None] = {}
    licenses: dict[str, tuple[str, ...]] = {}
    manifest: dict[str, str] = {}
    maven: dict[str, dict[str, Entry]] = {}  # by folder: "properties" and "xml"
    has_archives = False
    for entry in members:
        if entry.name.endswith("/pom.properties") or (entry.name.endswith("/pom.xml") and _MAVEN.search(entry.name)):
            folder, _, file = entry.name.rpartition("/")
            maven.setdefault(folder, {})[file.partition(".")[2]] = entry
        elif entry.name == "META-INF/MANIFEST.MF" and entry.size:
            try:
                manifest = attributes(budget.read(stream, entry, MAX_MANIFEST_BYTES))
            except ValueError as error:
                yield Closed(_inside(place, entry.name), str(error))
        elif entry.name.lower().endswith((*SUFFIXES, ADAPTER)):
            has_archives = True
    if len(maven) > MAX_POMS:
        yield Closed(_inside(place, "META-INF/maven"), f"more than {MAX_POMS} artifacts in one archive")
    for folder, files in list(maven.items())[:MAX_POMS]:
        try:
            found, named = _coordinates(stream, files, folder, budget)
        except ValueError as error:
            yield Closed(_inside(place, folder), str(error))
            continue
        if found:
            coordinates[found] = None
            licenses[found.artifact] = named
    folders = frozenset() if coordinates else _class_folders(members)
    has_code = bool(folders) or any(entry.name.endswith(".class") for entry in members)
    has_code = has_code or (not coordinates and any(budget.is_program(stream, entry) for entry in members))
    yield Archive(place, name, tuple(coordinates), licenses, manifest, folders, has_code, has_archives)


def _inside(place: str, name: str) -> str:
    return f"{place}!/{name}" if place else name


def _coordinates(
    stream: BinaryIO, files: dict[str, Entry], folder: str, budget: Budget
) -> tuple[Coordinates | None, tuple[str, ...]]:
    """The coordinates and licences of a project within the archive, from ``pom.properties``, then the project file,
    then the names of the folders.

    Some tools move the files of shaded content elsewhere: ``pom.properties`` must then have all three parts.
    """
    stated = properties(budget.read(stream, files["properties"], MAX_PROPERTIES_BYTES)) if "properties" in files else {}
    group, artifact, version = (_resolved(stated.get(key, "")) for key in ("groupId", "artifactId", "version"))
    place = _MAVEN.search(f"{folder}/pom.xml")
    if not place:
        return (_checked(Coordinates(group, artifact, version)) if group and artifact and version else None), ()
    pom = Pom("", "", "")
    if "xml" in files:
        try:
            pom = read_pom(budget.read(stream, files["xml"], MAX_POM_BYTES))
        except ValueError:
            if not version:
                raise
    named = Coordinates(group or pom.group or place[1], artifact or pom.artifact or place[2], version or pom.version)
    return _checked(named), pom.licenses


def _checked(named: Coordinates) -> Coordinates:
    for text in (named.group, named.artifact, named.version or "0"):
        if not _COORDINATE.fullmatch(text):
            raise ValueError(f"{text[:80]!r} is not a part of Maven coordinates")
    return named


def _resolved(value: str) -> str:
    """The value without spaces around it; empty for a placeholder that a build tool left there (``${project.version}``)."""
    return "" if "${" in value or "@" in value else value.strip()


def _class_folders(members: list[Entry]) -> frozenset[str]:
    return frozenset(
        entry.name.rpartition("/")[0].removeprefix("WEB-INF/classes/").removeprefix("BOOT-INF/classes/")
        for entry in members
        if entry.name.endswith(".class") and not entry.name.startswith("META-INF/")
    )
