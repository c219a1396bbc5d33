"""PEAR and PECL packages in the installer's registry: ``.registry/*.reg`` and ``.registry/.channel.<channel>/*.reg``.

Shape: a serialized PHP array: ``name`` and ``version.release`` (package.xml 2), or ``package`` and ``version`` (1.0);
``filelist`` maps a file to its installed path. The channel is the purl's namespace.
Raises: ValueError for a record without a plausible name and version.
**Source:** PEAR, PEAR_Registry; package.xml 1.0 and 2.0.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from careen.formats.data.plain import mapping, text
from careen.model.delta import Fact
from careen.model.package import Evidence, Package
from careen.plugins import Cataloger, Ecosystem, File, Owned, Reader, Wants
from careen.safety.pattern import pattern

from .serialized import php_value

PLACE = pattern(r"(?:^|/)\.registry/(?:\.channel\.([^/]{1,100})/)?[^/]+\.reg")
NAME = pattern(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,100}")
VERSION = pattern(r"[0-9][A-Za-z0-9.+_-]{0,100}")
DEFAULT_CHANNEL = "pear.php.net"


class Record(Struct, frozen=True):
    channel: str
    name: str
    version: str
    license: str
    paths: tuple[str, ...]


def read(file: File) -> Iterator[Record]:
    place = PLACE.search(file.path)
    if not place:
        return
    found = mapping(php_value(file.data))
    name = text(found.get("name")) or text(found.get("package"))
    version = text(found.get("version")) or text(mapping(found.get("version")).get("release"))
    if not NAME.fullmatch(name) or not VERSION.fullmatch(version):
        raise ValueError("not a registry record: it has no plausible name or version")
    license = found.get("license") or found.get("release_license")
    license = text(license) or text(mapping(license).get("_content"))
    files = (text(mapping(entry).get("installed_as")) for entry in mapping(found.get("filelist")).values())
    yield Record(
        text(found.get("channel")) or _channel(place[1]), name, version, license[:200], tuple(path for path in files if path)
    )


def join(facts: Sequence[Fact]) -> Iterator[Package]:
    for fact in facts:
        found: Record = fact.value
        yield Package(
            type="pear",
            namespace=found.channel,
            name=found.name,
            version=found.version,
            licenses=(found.license,) if found.license else (),
            cataloger=CATALOGER.name,
            evidence=(Evidence(fact.path, fact.layer),),
        )


def owns(facts: Sequence[Fact]) -> Iterator[Owned]:
    for fact in facts:
        yield Owned(fact.value.name, fact.value.version, None, tuple(path.lstrip("/") for path in fact.value.paths))


def _channel(folder: str | None) -> str:
    return folder or DEFAULT_CHANNEL


CATALOGER = Cataloger(
    name="pear",
    ecosystem=Ecosystem(purl_type="pear", scheme="composer"),
    readers=(Reader(Wants(suffixes=(".reg",)), read),),
    fact=Record,
    join=join,
    owns=owns,
    limits="Extensions built without the installer.",
)
