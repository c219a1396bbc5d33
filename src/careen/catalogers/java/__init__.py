"""Java archives, and the archives within them, as Maven packages named ``group:artifact``.

``META-INF/maven/*/*/pom.properties`` (else ``pom.xml``) names the archive itself and the artifacts shaded into it: all are
listed. An archive without such a file, or only with those of shaded artifacts, is named by the rules of ``java.names``, with a
confidence below 0.9 that depends on how certain the group is; without a plausible group the name is only the artifact.
An archive that has only the documentation or the sources of an artifact is listed with a confidence of 0.3.
An archive without a version is listed if its content identifies it. An archive with code that only its file name describes
is an unidentified file, and so is the image's own application.
An archive with another ending counts if its first member is that of a Java archive, also behind a launcher script.
The place within outer archives follows the path: ``app.war!/WEB-INF/lib/a.jar``.
Raises: ValueError if the file is not a zip archive; an unreadable archive within becomes an Unknown of its own.
**Source:** Maven Archiver; Jar file specification; OSGi Core, Bundle-SymbolicName.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.archives.collected import Collected
from careen.formats.archives.zip_members import LOCAL_HEADER, SCRIPT
from careen.formats.feeds.software import cpe_of_artifact
from careen.formats.packages.jar import ADAPTER, SUFFIXES, Archive, Closed, Coordinates, archives, is_archive
from careen.model.delta import Fact
from careen.model.inventory import UNIDENTIFIED, Unknown
from careen.model.package import GUESSED, Evidence, Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

from .names import guess, is_named, split_name, states_version
from .repository_layout import coordinates_of

MAX_UNREAD = 100
_TEXTS = 0.3  # confidence of an artifact of which only documentation or sources are there
_IN_REPOSITORY = 0.9  # the build tool writes its layout


class Artifact(Struct, frozen=True, tag="artifact", omit_defaults=True):
    name: str  # group:artifact
    version: str
    place: str = ""  # within the file
    licenses: tuple[str, ...] = ()
    confidence: float = 1.0


class Nameless(Struct, frozen=True, tag="nameless"):
    """An archive with code that nothing identifies."""

    place: str


class Unread(Struct, frozen=True, tag="unread"):
    place: str
    reason: str


def read(file: File) -> Iterator[Artifact | Nameless | Unread]:
    with file.open() as stream:
        yield from _found_in(archives(stream, file.path.rpartition("/")[2]))


def read_unnamed(file: File) -> Collected | None:
    """``file`` has only the first bytes."""
    if file.path.endswith((*SUFFIXES, ADAPTER)) or not is_archive(file.path, file.data):
        return None
    name = file.path.rpartition("/")[2]
    return Collected(lambda stream: _found_unnamed(archives(stream, name)))


def _found_unnamed(found: Iterator[Archive | Closed]) -> Iterator[Artifact | Nameless | Unread]:
    outer = next(found, None)
    # Other formats, such as extensions of browsers, begin with META-INF/ as well.
    if isinstance(outer, Archive) and (outer.has_code or outer.has_archives or outer.coordinates):
        yield from _found_in(chain((outer,), found))


def join(facts: Sequence[Fact]) -> Iterator[Package | Unknown]:
    for fact in facts:
        found = fact.value
        evidence = Evidence(f"{fact.path}!/{found.place}" if found.place else fact.path, fact.layer)
        if isinstance(found, Unread):
            yield Unknown(CATALOGER.name, evidence, found.reason)
            continue
        if isinstance(found, Nameless):
            yield Unknown(CATALOGER.name, evidence, "nothing identifies the artifact in this archive", code=UNIDENTIFIED)
            continue
        found = _by_place(found, fact.path)
        yield Package(
            type="maven",
            namespace=None,
            name=found.name,
            version=found.version,
            licenses=found.licenses,
            cataloger=CATALOGER.name,
            confidence=found.confidence,
            cpe=cpe_of_artifact(found.name, found.version),
            evidence=(evidence,),
        )


def _by_place(found: Artifact, path: str) -> Artifact:
    """The artifact; if its name is a guess and the file is in a repository, with the name of its place."""
    place = coordinates_of(path) if not found.place and found.confidence < 0.8 else None
    if place is None or place[1:] != (found.name.rpartition(":")[2], found.version):
        return found
    return replace(found, name=f"{place[0]}:{place[1]}", confidence=_IN_REPOSITORY)


def _found_in(found: Iterable[Archive | Closed]) -> Iterator[Artifact | Nameless | Unread]:
    unread = 0
    for archive in found:
        if isinstance(archive, Archive):
            yield from map(_doubted, _artifacts(archive)) if _has_only_texts(archive) else _artifacts(archive)
            continue
        unread += 1
        if unread <= MAX_UNREAD:
            yield Unread(archive.place, archive.reason)
        elif unread == MAX_UNREAD + 1:
            yield Unread("", f"more than {MAX_UNREAD} parts could not be read; the rest is not listed")


def _artifacts(archive: Archive) -> Iterator[Artifact | Nameless]:
    artifact, version = split_name(archive.name.rpartition(".")[0])
    own = [found for found in archive.coordinates if _is_own(found, artifact, version, archive)]
    for found in archive.coordinates:
        licenses = archive.licenses.get(found.artifact, ())
        if stated := found.version or (version if found in own else ""):
            yield Artifact(f"{found.group}:{found.artifact}", stated, archive.place, licenses)
        else:
            yield Artifact(f"{found.group}:{found.artifact}", "", archive.place, licenses, 0.4)
    if own:
        return
    named = guess(archive)
    if named and (named.version or (archive.has_code and named.confidence >= GUESSED)):
        name = f"{named.group}:{named.artifact}" if named.group else named.artifact
        yield Artifact(name, named.version, archive.place, _licenses(archive.manifest), named.confidence)
    elif archive.has_code:
        yield Nameless(archive.place)


def _has_only_texts(archive: Archive) -> bool:
    """Whether the archive is the documentation or the sources of an artifact, which none of its code accompanies."""
    return not archive.has_code and archive.name.rpartition(".")[0].endswith(("-javadoc", "-sources"))


def _doubted(found: Artifact | Nameless) -> Artifact | Nameless:
    return replace(found, confidence=min(found.confidence, _TEXTS)) if isinstance(found, Artifact) else found


def _is_own(found: Coordinates, artifact: str, version: str, archive: Archive) -> bool:
    """Whether the coordinates are those of the archive itself, not of an artifact shaded into it.

    A renamed file (``app.jar``, ``tomcat10-api-10.1.jar``) still has its version, or no other coordinates, or its
    manifest names it in its version.
    """
    if artifact in (found.artifact, f"{found.group}.{found.artifact}") or artifact.startswith(f"{found.artifact}-"):
        return True
    if version:
        return version == found.version
    named = is_named(found, archive.manifest) and states_version(archive.manifest, found.version)
    return named or len(archive.coordinates) == 1


def _licenses(manifest: dict[str, str]) -> tuple[str, ...]:
    """The licence in ``Bundle-License``: a name or an address, which directives may follow after a semicolon.
    ``<<EXTERNAL>>`` is not one."""
    text = manifest.get("bundle-license", "").partition(";")[0].strip(' "')
    return (text,) if text and len(text) <= 200 and "<" not in text else ()


CATALOGER = Cataloger(
    name="java",
    ecosystem=Ecosystem(purl_type="maven", scheme="maven", namespace="Maven"),
    readers=(
        Reader(Wants(suffixes=SUFFIXES), read),
        Reader(Wants(suffixes=(ADAPTER,), magic=(LOCAL_HEADER,)), read),
        Reader(Wants(anywhere=True, magic=(LOCAL_HEADER, SCRIPT), amount="stream"), read_unnamed),
    ),
    fact=Artifact | Nameless | Unread,
    join=join,
    limits="Shaded classes without their pom.properties, and archives more than 16 deep.",
)
