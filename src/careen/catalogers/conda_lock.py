"""Packages of Conda environments in lock files: ``conda-lock.yml``, ``pixi.lock`` and explicit lists of addresses.

Each file may cover several platforms; a package locked for any of them is listed once. Entries of conda-lock have
``manager``, ``name`` and ``version``; those of pixi have these (up to version 5, with ``kind``), or only the package's address
(``conda: …/zlib-1.3.1-hb9d3cd8_2.conda``), whose file name is name, version and build. An explicit list (``@EXPLICIT``)
has such addresses, and ``# pip name @ address`` for Python packages.
Raises: ValueError if a file is not one of these.
**Source:** conda-lock, lock file format 1; pixi, lock file; conda, "Building identical conda environments".
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from careen.formats.data.plain import mapping, sequence, text
from careen.formats.data.yaml_file import yaml_document
from careen.formats.packages.declared import declared, within_package
from careen.formats.packages.python_requirement import distinct, pinned
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

EXPLICIT = pattern(r"^@EXPLICIT[ \t\r]*$", re.MULTILINE)
ARCHIVE = pattern(r"([A-Za-z0-9_][\w.-]{0,200})-([^-\s]{1,100})-([^-\s]{1,100})\.(?:conda|tar\.bz2)")
ENDS = pattern(r"[#?]")
PIP = pattern(r"#[ \t]*pip[ \t]+(.+)")
NAMED = (".conda-lock.yml", ".conda-lock.yaml")


def read_lock(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    document = mapping(yaml_document(file.data))
    if "package" not in document:
        raise ValueError("not a conda-lock.yml: it has no packages")
    entries = [mapping(entry) for entry in sequence(document["package"])]
    yield from _declared((text(entry.get("manager")), entry.get("name"), entry.get("version")) for entry in entries)


def read_pixi(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    document = mapping(yaml_document(file.data))
    if "version" not in document:
        raise ValueError("not a pixi.lock: it has no version")
    yield from _declared(map(_pixi, map(mapping, sequence(document.get("packages")))))


def read_explicit(file: File) -> Iterator[Package]:
    """The packages of an explicit list. Only ``*.lock`` files with Conda in their name are read."""
    if "conda" not in file.path.rpartition("/")[2] or within_package(file.path):
        return
    content = file.data.decode("utf-8", "replace")
    if not EXPLICIT.search(content):
        raise ValueError("not an explicit list of Conda packages")
    lines = [line.strip() for line in content.splitlines()]
    yield from _declared(("conda", *_from_address(line)) for line in lines if line[:1] not in ("", "#", "@"))
    by_pip = [found[1] for line in lines if (found := PIP.fullmatch(line))]
    yield from _declared(("pip", *pin) for pin in distinct(pinned(by_pip)))


def _pixi(entry: dict[str, Any]) -> tuple[str, object, object]:
    kind = text(entry.get("kind")) or next((kind for kind in ("conda", "pypi") if kind in entry), "")
    name, version = _from_address(text(entry.get("url")) or text(entry.get(kind)))
    return kind, entry.get("name") or name, entry.get("version") or version


def _from_address(address: str) -> tuple[str | None, str]:
    found = ARCHIVE.fullmatch(ENDS.split(address, maxsplit=1)[0].rpartition("/")[2][:500])
    return (found[1], found[2]) if found else (None, "")


def _declared(found: Iterable[tuple[str, object, object]]) -> Iterator[Package]:
    entries = list(found)
    for purl_type, managers in (("conda", ("conda",)), ("pypi", ("pip", "pypi"))):
        named = ((name, version) for manager, name, version in entries if manager in managers)
        yield from declared(CATALOGER.name, purl_type, named)


CATALOGER = Cataloger(
    name="conda_lock",
    ecosystem=Ecosystem(purl_type="conda", scheme="generic"),
    readers=(
        Reader(Wants(names=("conda-lock.yml", "conda-lock.yaml"), suffixes=NAMED), read_lock),
        Reader(Wants(names=("pixi.lock",)), read_pixi),
        Reader(Wants(suffixes=(".lock",)), read_explicit),
    ),
    limits="Which packages are for which platform; explicit lists under names without conda or .lock.",
)
