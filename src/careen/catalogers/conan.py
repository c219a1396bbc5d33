"""Conan: packages of C and C++ in lock files and recipes, and those in Conan's own cache.

A reference is ``name/version[@user/channel][#revision][%time]``. ``conan.lock`` of Conan 1 is a graph of nodes, of Conan 2 a
set of lists; packages needed only for the build are left out. In the cache of Conan 1 ``conaninfo.txt`` is in a folder named
after the package's reference; the cache of Conan 2 has a database, ``p/cache.sqlite3``, whose table ``packages`` has the
reference in its first column.
Raises: ValueError if a file is not one of these.  **Source:** Conan 1 and 2 documentation, "Lockfiles", "conaninfo.txt";
Conan 2, PackagesDBTable.
"""

import re
from collections.abc import Iterable, Iterator

from careen.formats.data.plain import json_object, mapping, sequence, text
from careen.formats.data.sqlite import columns, open_database, rows
from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

MAX_PACKAGES = 100_000
_REFERENCE = pattern(r"([a-z0-9_][\w.+-]{0,100})/([\w.+~-]{1,100})(?=[@#%:]|$)", re.ASCII)
_CACHED = pattern(r"(?:^|/)([^/]+)/([^/]+)/[^/]+/[^/]+/package/[^/]+/conaninfo\.txt$")


def read_lock(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    document = json_object(file.data)
    nodes = mapping(mapping(document.get("graph_lock")).get("nodes")).values()
    if not nodes and not isinstance(document.get("requires"), list):
        raise ValueError("neither a graph nor a list of requirements")
    found = [text(mapping(node).get("ref")) for node in nodes if mapping(node).get("context") != "build"]
    found += [text(reference) for reference in sequence(document.get("requires"))]
    return declared("conan", "conan", _references(found))


def read_recipe(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    return declared("conan", "conan", _references(_section(file, "requires")))


def read_info(file: File) -> Iterator[Package]:
    own = _CACHED.search(file.path)
    if own:
        yield Package("conan", None, own[1], own[2], cataloger="conan")
    yield from declared("conan", "conan", _references(_section(file, "full_requires")))


def read_cache(file: File) -> Iterator[Package]:
    with file.open() as stream:
        for count, record in enumerate(rows(open_database(stream), b"packages")):
            if count >= MAX_PACKAGES:
                raise ValueError(f"more than {MAX_PACKAGES} packages")
            reference = next(iter(columns(record, 1)), None)
            found = _REFERENCE.match(reference[:500].decode("utf-8", "replace")) if isinstance(reference, bytes) else None
            if found:
                yield Package("conan", None, found[1], found[2], cataloger="conan")


def _section(file: File, name: str) -> Iterator[str]:
    current = ""
    for line in file.data.decode("utf-8", "replace").splitlines():
        line = line.strip()
        if line.startswith("["):
            current = line.strip("[]")
        elif current == name:
            yield line.partition(" #")[0].strip()


def _references(found: Iterable[str]) -> Iterator[tuple[str, str]]:
    for reference in found:
        match = _REFERENCE.match(reference)
        if match:
            yield match[1], match[2]


CATALOGER = Cataloger(
    name="conan",
    ecosystem=Ecosystem(purl_type="conan", scheme="conan", namespace="ConanCenter"),
    readers=(
        Reader(Wants(names=("conan.lock",)), read_lock),
        Reader(Wants(names=("conanfile.txt",)), read_recipe),
        Reader(Wants(names=("conaninfo.txt",)), read_info),
        Reader(Wants(paths=("p/cache.sqlite3",)), read_cache),
    ),
    limits="conanfile.py, which is a program.",
)
