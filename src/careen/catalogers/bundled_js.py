"""JavaScript libraries copied as single files into a web page: ``static/js/jquery-3.4.1.min.js``.

The rules are data, ``bundled_js_rules.toml``. A ``[[library]]`` has its name in npm; ``files``, the stems of its files, which
a version and words such as "min" may follow; and ``banners``, expressions with ``<version>`` for the comment in which the file
names itself (confidence 0.8). Each starts with fixed text and has bounded repeats. Without a banner the version in the file's
name counts (0.6), unless other files use the same word as their name (``by_name = false``). Files in ``node_modules`` are
left to their ``package.json``.
Raises: ValueError if a library's file is larger than the part that is searched, and names no version in that part.
**Source:** the libraries themselves; npm, names of packages.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct

from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern
from careen.safety.typed import converted

SEARCHED_BYTES = 2 << 20
VERSION = r"\d{1,4}\.\d{1,5}(?:\.\d{1,5})?(?:-?(?:alpha|beta|rc|pre)[.-]?\d{0,4})?"
_NAME = pattern(
    rf"(?P<stem>[a-z][a-z0-9.-]*?)(?:[-.@_]v?(?P<version>{VERSION}))?"
    r"(?:[.-](?:min|slim|prod|production|development|dev|full|all|custom|umd|pack|packed|debug|src|esm|cjs|browser))*\.js",
    re.IGNORECASE,
)


class Library(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    files: tuple[str, ...]
    banners: tuple[str, ...]
    by_name: bool = True


class _Rules(Struct, frozen=True, forbid_unknown_fields=True):
    library: tuple[Library, ...]


@cache
def by_stem() -> dict[str, Library]:
    import tomllib

    data = tomllib.loads(Path(__file__).with_name("bundled_js_rules.toml").read_text("utf-8"))
    return {stem: library for library in converted(data, _Rules).library for stem in library.files}


def wanted(path: str, mode: int) -> bool:
    """Whether a file may be a known library, according to its path. Fast, since most files are not JavaScript, and
    most JavaScript is not a known library."""
    return "node_modules/" not in path and _named(path) is not None


def read(file: File) -> Iterator[Package]:
    named = _named(file.path)
    if named is None:
        return
    library, by_name = named
    with file.open() as stream:
        data = stream.read(SEARCHED_BYTES)
    stated = _stated_version(library, data)
    if stated is None and by_name is None:
        if file.size_bytes > SEARCHED_BYTES:
            raise ValueError(f"{library.name}: its first {SEARCHED_BYTES >> 20} MiB name no version")
        return
    yield Package(
        type="npm",
        namespace=None,
        name=library.name,
        version=stated or by_name or "",
        cataloger=CATALOGER.name,
        confidence=0.8 if stated else 0.6,
    )


def _named(path: str) -> tuple[Library, str | None] | None:
    found = _NAME.fullmatch(path.rpartition("/")[2][:200])
    library = by_stem().get(found["stem"].lower()) if found else None
    return (library, found["version"] if library.by_name else None) if library and found else None


def _stated_version(library: Library, data: bytes) -> str | None:
    for banner in library.banners:
        if found := _compiled(banner).search(data):
            groups = {key: value.decode() for key, value in found.groupdict().items() if value is not None}
            if "version" in groups:
                return groups["version"]
            return ".".join((groups.get("major", "0"), groups["minor"], groups.get("patch", "0")))
    return None


@cache
def _compiled(banner: str) -> re.Pattern[bytes]:
    return re.compile(banner.replace("<version>", f"(?P<version>{VERSION})").encode())


CATALOGER = Cataloger(
    name="bundled_js",
    ecosystem=Ecosystem(purl_type="npm", scheme="npm", namespace="npm"),
    readers=(Reader(Wants(suffixes=(".js",), select=wanted), read),),
    limits="Libraries within a bundle of another name, and those whose files were renamed; some fifty are known.",
)
