"""Java archives, and the archives within them, as Maven packages named ``group:artifact``.

``META-INF/maven/*/*/pom.properties`` (else ``pom.xml``) names what an archive is and what was shaded into it: all are
listed. One that carries no such file, or only those of shaded content, is named by the rules of ``catalogers.java.names``,
with a confidence below 0.9 that says how sure the group is; where none is believable the name is the artifact alone.
One without a version is listed without it where its content says what it is. One with code of which nothing but the
file's name tells anything is an unidentified file, the image's own application too.
The place within outer archives follows the path: ``app.war!/WEB-INF/lib/a.jar``.
Raises: ValueError for what is no zip archive; what cannot be opened inside of one becomes an Unknown of its own.
**Source:** Maven Archiver; Jar file specification; OSGi Core, Bundle-SymbolicName.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from careen.formats.packages.jar import ADAPTER, SUFFIXES, Archive, Coordinates, archives
from careen.model.delta import Fact
from careen.model.inventory import UNIDENTIFIED, Unknown
from careen.model.package import GUESSED, Evidence, Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

from .names import guess, split_name

MAX_CLOSED = 100


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
    closed = 0
    with file.open() as stream:
        for found in archives(stream, file.path.rpartition("/")[2]):
            if isinstance(found, Archive):
                yield from _artifacts(found)
                continue
            closed += 1
            if closed <= MAX_CLOSED:
                yield Unread(found.place, found.reason)
            elif closed == MAX_CLOSED + 1:
                yield Unread("", f"more than {MAX_CLOSED} things within could not be read; the rest is not listed")


def join(facts: Sequence[Fact]) -> Iterator[Package | Unknown]:
    for fact in facts:
        found = fact.value
        evidence = Evidence(f"{fact.path}!/{found.place}" if found.place else fact.path, fact.layer)
        if isinstance(found, Unread):
            yield Unknown(CATALOGER.name, evidence, found.reason)
            continue
        if isinstance(found, Nameless):
            yield Unknown(CATALOGER.name, evidence, "nothing tells which artifact this archive is", code=UNIDENTIFIED)
            continue
        yield Package(
            type="maven",
            namespace=None,
            name=found.name,
            version=found.version,
            licenses=found.licenses,
            cataloger=CATALOGER.name,
            confidence=found.confidence,
            evidence=(evidence,),
        )


def _artifacts(archive: Archive) -> Iterator[Artifact | Nameless]:
    artifact, version = split_name(archive.name.rpartition(".")[0])
    own = [found for found in archive.coordinates if _is_own(found, artifact, version, len(archive.coordinates))]
    for found in archive.coordinates:
        licenses = archive.licenses.get(found.artifact, ())
        if said := found.version or (version if found in own else ""):
            yield Artifact(f"{found.group}:{found.artifact}", said, archive.place, licenses)
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


def _is_own(found: Coordinates, artifact: str, version: str, count: int) -> bool:
    """Whether these are the archive's own and not of something shaded into it.

    A renamed file (``app.jar``, ``tomcat10-api-10.1.jar``) still has its version, or nothing else in it.
    """
    same_name = artifact in (found.artifact, f"{found.group}.{found.artifact}") or artifact.startswith(f"{found.artifact}-")
    return same_name or (version == found.version if version else count == 1)


def _licenses(manifest: dict[str, str]) -> tuple[str, ...]:
    """``Bundle-License`` is a name or an address, with directives behind a semicolon, or ``<<EXTERNAL>>``."""
    text = manifest.get("bundle-license", "").partition(";")[0].strip(' "')
    return (text,) if text and len(text) <= 200 and "<" not in text else ()


CATALOGER = Cataloger(
    name="java",
    ecosystem=Ecosystem(purl_type="maven", scheme="maven", namespace="Maven"),
    readers=(Reader(Wants(suffixes=SUFFIXES), read), Reader(Wants(suffixes=(ADAPTER,), magic=(b"PK\3\4",)), read)),
    fact=Artifact | Nameless | Unread,
    join=join,
    limits="shaded classes whose pom.properties were left out, and archives more than 16 deep",
)
