"""Versions that their publishers deprecated, as package managers note when they install or lock them.

npm: ``deprecated`` in ``package-lock.json``, ``npm-shrinkwrap.json`` and ``node_modules/.package-lock.json`` (lock file
versions 2 and 3); pnpm: the same in ``pnpm-lock.yaml``, read line by line; Composer: ``abandoned`` in ``composer.lock`` and
``installed.json``, true or the name of the package that takes its place.
Raises: ValueError if a file is not a JSON object.
**Source:** npm, package-lock.json; pnpm, lockfile types; Composer, composer.lock.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from careen.formats.data.plain import json_object, mapping, sequence, text
from careen.formats.packages.declared import within_package
from careen.formats.packages.npm_names import split_spec
from careen.model.delta import Fact
from careen.model.notices import Notice
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

NAME = "notices"
MAX_NOTICES, MAX_LETTERS = 2_000, 300  # of one file; of the publisher's text
_MODULES = "node_modules/"
_PNPM_ENTRY = pattern(rb"^  ['\"]?/?([^\s'\":][^\s'\":(]{0,300})(?:\([^\n]{0,2000}\))?['\"]?:\s*$")
_PNPM_OLD_KEY = pattern(r"(@[^/]{1,214}/[^/]{1,214}|[^@/]{1,214})/(\d[^_/]{0,255})(?:_.*)?")  # lock file version 5
_PNPM_NOTICE = pattern(rb"^    deprecated: (.{1,2000})$")


def read_npm(file: File) -> Iterator[Notice]:
    if b'"deprecated"' not in file.data or within_package(file.path.removesuffix("node_modules/.package-lock.json")):
        return
    for path, entry in list(mapping(json_object(file.data).get("packages")).items()):
        entry = mapping(entry) if path else {}  # the application itself
        name = text(entry.get("name")) or path.rpartition(_MODULES)[2]
        yield from _noted("npm", name, text(entry.get("version")), text(entry.get("deprecated")))


def read_pnpm(file: File) -> Iterator[Notice]:
    if b"deprecated: " not in file.data or within_package(file.path):
        return
    key = b""
    for line in file.data.splitlines():
        if found := _PNPM_ENTRY.match(line):
            key = found[1]
        elif key and (noted := _PNPM_NOTICE.match(line)):
            spec = key.decode(errors="replace")
            old = _PNPM_OLD_KEY.fullmatch(spec)
            name, version = (old[1], old[2]) if old else split_spec(spec)
            yield from _noted("npm", name, version, noted[1].decode(errors="replace").strip("'\""))


def read_composer(file: File) -> Iterator[Notice]:
    if b'"abandoned"' not in file.data:
        return
    data = file.data.lstrip()
    document = json_object(b'{"packages": %b}' % data if data.startswith(b"[") else data)
    for entry in map(mapping, sequence(document.get("packages"))):
        stated = entry.get("abandoned")
        if stated is True or (isinstance(stated, str) and stated):
            words = "abandoned" if stated is True else f"abandoned; {stated} takes its place"
            yield from _noted("composer", text(entry.get("name")), text(entry.get("version")), words)


def join(facts: Sequence[Fact]) -> Iterator[Notice]:
    counts: dict[str, int] = {}
    for fact in facts:
        count = counts[fact.path] = counts.get(fact.path, 0) + 1
        if count <= MAX_NOTICES:
            yield replace(fact.value, path=fact.path, layer=fact.layer)


def _noted(type: str, name: str, version: str, words: str) -> Iterator[Notice]:
    if name and version and words:
        yield Notice(type, name[:MAX_LETTERS], version[:MAX_LETTERS], " ".join(words[:2_000].split())[:MAX_LETTERS])


CATALOGER = Cataloger(
    name=NAME,
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(
        Reader(Wants(names=("package-lock.json", "npm-shrinkwrap.json", ".package-lock.json")), read_npm),
        Reader(Wants(names=("pnpm-lock.yaml",)), read_pnpm),
        Reader(Wants(names=("composer.lock", "installed.json")), read_composer),
    ),
    fact=Notice,
    role="notices",
    join=join,
    limits="Yanked versions of Python, Ruby and Rust packages: no file of an image states them.",
)
