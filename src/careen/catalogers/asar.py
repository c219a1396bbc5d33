"""Applications of Electron: the npm packages in ``app.asar``, their archive.

Shape: four 32-bit numbers (4; the size of the pickle that follows; the size of its payload; the size of the text in it),
the text, which is JSON, and then the files one after another. The JSON is a tree of ``files``, each with ``size`` and
``offset``, a number as text; those that are ``unpacked`` lie in a folder beside the archive. Of the files only the
``package.json`` of the application (confidence 0.7) and of installed packages (0.9) are read.
Raises: ValueError if the header is damaged, too large or nested too deeply, or a package has no plausible name.
**Source:** electron/asar, README, "Format".
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from careen.formats.data.plain import json_object, mapping, text
from careen.formats.packages.npm_names import exact
from careen.model.delta import Fact
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

MAX_HEADER_BYTES = 64 << 20
MAX_MANIFEST_BYTES = 1 << 20
MAX_MANIFESTS = 20_000
MAX_ENTRIES = 1_000_000
MAX_DEPTH = 64

_NUMBERS_BYTES = 16
_INSTALLED = pattern(r"(?:.*/)?node_modules/(?:@[^/]{1,214}/)?[^/@.][^/]{0,213}/package\.json")
_NAME = pattern(r"(?:@[^\s/@%:?#\\\x00-\x1f\x7f]{1,214}/)?(?!\.)[^\s/@%:?#\\\x00-\x1f\x7f]{1,214}")


def read(file: File) -> Iterator[Package]:
    with file.open() as stream:
        start, tree = _header(stream)
        found = 0
        for path, entry in _files(tree):
            installed = _INSTALLED.fullmatch(path) is not None
            if not (installed or path == "package.json") or entry.get("unpacked") or "offset" not in entry:
                continue
            found += 1
            if found > MAX_MANIFESTS:
                raise ValueError(f"more than {MAX_MANIFESTS} packages")
            yield from _package(json_object(_content(stream, start, entry)), installed=installed)


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    yield from dict.fromkeys(fact.path for fact in facts)


def _package(manifest: Mapping[str, Any], *, installed: bool) -> Iterator[Package]:
    name, license = text(manifest.get("name")), text(manifest.get("license"))[:200]
    version = exact(text(manifest.get("version")))
    if not name or (not installed and (manifest.get("private") is True or not version)):
        return
    if not _NAME.fullmatch(name):
        raise ValueError("a package without a plausible name")
    yield Package(
        type="npm",
        namespace=None,
        name=name,
        version=version,
        licenses=(license,) if license else (),
        cataloger=CATALOGER.name,
        confidence=0.9 if installed else 0.7,
    )


def _header(stream: BinaryIO) -> tuple[int, Mapping[str, Any]]:
    """The offset at which the files begin, and the tree of their entries."""
    head = stream.read(_NUMBERS_BYTES)
    numbers = [int.from_bytes(head[at : at + 4], "little") for at in range(0, _NUMBERS_BYTES, 4)]
    if len(head) < _NUMBERS_BYTES or numbers[0] != 4 or not numbers[3] <= numbers[2] <= numbers[1]:
        raise ValueError("not an archive of Electron")
    if numbers[1] > MAX_HEADER_BYTES:
        raise ValueError(f"the header is larger than {MAX_HEADER_BYTES >> 20} MiB")
    data = stream.read(numbers[3])
    if len(data) < numbers[3]:
        raise ValueError("the header breaks off")
    return 8 + numbers[1], json_object(data)


def _files(tree: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The path and the entry of each file, folders in their order."""
    folders: list[tuple[str, Any, int]] = [("", tree, 0)]
    entries = 0
    while folders:
        prefix, folder, depth = folders.pop()
        if depth > MAX_DEPTH:
            raise ValueError(f"folders are nested more than {MAX_DEPTH} deep")
        for name, value in mapping(folder.get("files")).items():
            entries += 1
            if entries > MAX_ENTRIES:
                raise ValueError(f"more than {MAX_ENTRIES} files")
            entry = mapping(value)
            if "files" in entry:
                folders.append((f"{prefix}{name}/", entry, depth + 1))
            else:
                yield prefix + name, entry


def _content(stream: BinaryIO, start: int, entry: Mapping[str, Any]) -> bytes:
    offset, size = text(entry.get("offset")), entry.get("size")
    if not isinstance(size, int) or not 0 <= size <= MAX_MANIFEST_BYTES or not (offset.isascii() and offset.isdigit()):
        raise ValueError("a package.json of an impossible size or place")
    stream.seek(start + int(offset[:15]))
    data = stream.read(size)
    if len(data) < size:
        raise ValueError("the archive breaks off")
    return data


CATALOGER = Cataloger(
    name="asar",
    ecosystem=Ecosystem(purl_type="npm", scheme="npm", namespace="npm"),
    readers=(Reader(Wants(suffixes=(".asar",)), read),),
    identifies=identifies,
    limits="Modules that a bundler merged into one file.",
)
