"""The secrets in configuration that is packed: in archives of Java and in zip archives.

Of a zip archive all configuration is read, of an archive of Java what somebody wrote for this application: the configuration of
its own classes, and files named like a credential. Libraries within the archive are not opened. The path of a secret is
``ARCHIVE!/MEMBER``.
Bounds: 1 MiB a member, 2,000 members and 64 MiB an archive; what is over them is an Unknown.
Raises: ValueError if a zip archive is damaged.
"""

from collections.abc import Iterator

from careen.formats.archives.zip import Entry, read, walk
from careen.formats.packages.jar import SUFFIXES
from careen.model.finding import ExposedSecret
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import File
from careen.safety.pattern import pattern

from .encodings import encoding_of
from .find import Search
from .paths import is_archive_searched, is_credential, is_searched

ENDINGS = (*SUFFIXES, ".zip")
MAX_MEMBER_BYTES = 1 << 20
MAX_MEMBERS = 2_000
MAX_BYTES = 64 << 20
_OWN = pattern(
    r"^(?:application|bootstrap)[^/]*$|^(?:BOOT-INF|WEB-INF)/(?:classes/(?!META-INF/)|[^/]+$)|^META-INF/context\.xml$"
)
_CONFIGURATION = (
    ".properties", ".yml", ".yaml", ".json", ".xml", ".conf", ".cfg", ".cnf", ".config", ".ini", ".toml", ".env", ".hocon",
    ".sh", ".sql", ".txt",
)  # fmt: skip


def wanted(path: str, mode: int = 0) -> bool:
    return is_archive_searched(path)


def read_archive(file: File) -> Iterator[ExposedSecret | Unknown]:
    of_java = file.path.endswith(SUFFIXES)
    left = MAX_BYTES
    count = 0
    with file.open() as stream:
        try:
            members = [entry for entry in walk(stream) if _is_searched(entry, of_java)]
        except ValueError:
            if of_java:
                return  # the reader of its packages reports it
            raise
        for entry in members:
            path = f"{file.path}!/{entry.name}"
            count += 1
            if count > MAX_MEMBERS or entry.size > left:
                why = "this member and those after it were not searched: they are too many or too large"
                yield Unknown("secrets", Evidence(path, 0), why)
                return
            if entry.size > MAX_MEMBER_BYTES:
                yield Unknown("secrets", Evidence(path, 0), f"it has over {MAX_MEMBER_BYTES >> 20} MiB, and was not searched")
                continue
            left -= entry.size
            try:
                content = read(stream, entry, MAX_MEMBER_BYTES)
            except ValueError:
                continue  # encrypted, or damaged: nobody can read it
            yield from _found(path, content)


def _is_searched(entry: Entry, of_java: bool) -> bool:
    name = entry.name
    if name.endswith((".class", "/")) or not entry.size:  # most members, refused at once
        return False
    name = name.lstrip("/")
    own = name.lower().endswith(_CONFIGURATION) and (not of_java or _OWN.search(name) is not None)
    return (own or is_credential(name)) and is_searched(name)


def _found(path: str, content: bytes) -> Iterator[ExposedSecret | Unknown]:
    encoding = encoding_of(content)
    if encoding is None:
        return
    search = Search(path)
    search.feed(content if encoding == "utf-8" else content.decode(encoding, "replace").encode("utf-8", "replace"))
    yield from search.facts()
