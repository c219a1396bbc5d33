"""PHP packages of Composer: installed ones in ``vendor/composer/installed.json``, declared ones in ``composer.lock``.

``installed.php`` has the same content as ``installed.json``, which some images leave out. It is parsed as text, never run,
and counts if there is no ``installed.json`` beside it. Versions are as published (``v6.0.0``); a branch is ``dev-main``. The
project itself is left out, and so are development packages of ``composer.lock``: installed ones are in ``installed.json``.
Raises: ValueError if a file is not one of these.
**Source:** Composer, composer.lock and installed.json; Runtime utilities (installed.php).
"""

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from careen.formats.data.plain import json_object, mapping, sequence, text
from careen.model.delta import Fact
from careen.model.package import Evidence, Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,100}/[A-Za-z0-9][A-Za-z0-9_.-]{0,150}")
VERSION = pattern(r"[^\s\x00-\x1f\x7f]{1,256}")
ROOT = pattern(r"'root' => array\(.{0,200}?'name' => '([^'\\]{1,300})'", re.DOTALL)
PHP_ENTRY = pattern(r"^ {8}'([^'\\\n]{1,300})' => array\(\n {12}'pretty_version' => '([^'\\\n]{1,256})',$", re.MULTILINE)


class Library(Struct, frozen=True, omit_defaults=True):
    name: str
    version: str
    licenses: tuple[str, ...] = ()
    declared: bool = False


def read_installed(file: File) -> Iterator[Library]:
    """The packages of ``installed.json``: Composer 1 writes a list, Composer 2 an object with ``packages``."""
    data = file.data.lstrip()
    document = json_object(b'{"packages": %b}' % data if data.startswith(b"[") else data)
    if "packages" not in document:
        raise ValueError("not a list of installed packages")
    yield from _libraries(document["packages"], declared=False)


def read_lock(file: File) -> Iterator[Library]:
    yield from _libraries(json_object(file.data).get("packages"), declared=True)


def read_php(file: File) -> Iterator[Library]:
    content = file.data.decode("utf-8", "replace").replace("\r\n", "\n")
    root = ROOT.search(content)
    for found in PHP_ENTRY.finditer(content):
        if NAME.fullmatch(found[1]) and (root is None or found[1] != root[1]):
            yield Library(found[1], found[2])


def join(facts: Sequence[Fact]) -> Iterator[Package]:
    documents = {fact.path for fact in facts if fact.path.endswith("installed.json")}
    for fact in facts:
        folder, name = posixpath.split(fact.path)
        if name == "installed.php" and posixpath.join(folder, "installed.json") in documents:
            continue
        found: Library = fact.value
        yield Package(
            type="composer",
            namespace=None,
            name=found.name,
            version=found.version,
            licenses=found.licenses,
            cataloger=CATALOGER.name,
            presence="declared" if found.declared else "present",
            evidence=(Evidence(fact.path, fact.layer),),
        )


def _libraries(entries: Any, *, declared: bool) -> Iterator[Library]:
    for entry in sequence(entries):
        entry = mapping(entry)
        name, version = text(entry.get("name")), text(entry.get("version"))
        if not NAME.fullmatch(name):
            continue
        license = entry.get("license")
        licenses = tuple(text(name)[:200] for name in (license if isinstance(license, list) else [license]) if text(name))
        yield Library(name, version if VERSION.fullmatch(version) else "", licenses, declared)


CATALOGER = Cataloger(
    name="composer",
    ecosystem=Ecosystem(purl_type="composer", scheme="composer", namespace="Packagist", names_insensitive=True),
    readers=(
        Reader(Wants(paths=("composer/installed.json",)), read_installed),
        Reader(Wants(paths=("composer/installed.php",)), read_php),
        Reader(Wants(names=("composer.lock",)), read_lock),
    ),
    fact=Library,
    join=join,
    limits="Libraries copied in without Composer, and the content of phar archives.",
)
