"""Name and version of a package file that is an archive: gems, archives that ``npm pack`` writes, NuGet packages.

A gem is a tar whose ``metadata.gz`` is YAML with Ruby's types; two of its lines are read as text. ``npm pack`` writes
everything below ``package/``. A NuGet package is a zip with one ``.nuspec`` at its root.
Raises: ValueError for a gem or NuGet package without name or version, and for damaged archives.
**Source:** RubyGems, ``Gem::Package``; npm-pack(1); NuGet, .nuspec reference.
"""

import io
import re
import zlib
from typing import BinaryIO

from careen.errors import InputError
from careen.formats.archives import tar
from careen.formats.archives import zip as zipfile
from careen.formats.archives.inflate import SeekStream, open_stream
from careen.formats.data.plain import json_object, text
from careen.formats.data.xml_elements import xml_elements
from careen.safety.budget import Limits
from careen.safety.pattern import pattern

RECORD_BYTES = 16 << 20
MANIFEST_BYTES = 4 << 20
INFLATED_BYTES = 64 << 20
MAX_MEMBERS = 20_000  # of an archive that is searched for its manifest
_NAME = pattern(r"^name: ['\"]?([A-Za-z0-9_.-]{1,200})['\"]?[ \t\r]*$", re.MULTILINE)
_VERSION = pattern(r"^version: [^\n]*\n[ \t]+version: ['\"]?([0-9A-Za-z.-]{1,100})['\"]?[ \t\r]*$", re.MULTILINE)


def gem_metadata(packed: bytes) -> tuple[str, str]:
    """Name and version in the content of ``metadata.gz``."""
    try:
        metadata = zlib.decompressobj(31).decompress(packed, RECORD_BYTES).decode("utf-8", "replace")
    except zlib.error as error:
        raise ValueError(f"damaged metadata of a gem: {error}") from error
    name, version = _NAME.search(metadata), _VERSION.search(metadata)
    if not name or not version:
        raise ValueError("a gem without name or version")
    return name[1], version[1]


def gem(file: BinaryIO) -> tuple[str, str]:
    stream = SeekStream(file)
    for count, member in enumerate(tar.members(stream)):
        if count > MAX_MEMBERS:
            break
        if member.path == "metadata.gz" and member.size_bytes <= RECORD_BYTES:
            return gem_metadata(b"".join(tar.content(stream, member)))
    raise ValueError("a gem without its metadata")


def npm(head: bytes) -> tuple[str, str] | None:
    """Name and version in the first bytes of an archive; None if it is not an npm package, as most ``.tgz`` files are not."""
    try:
        stream = open_stream(io.BytesIO(head), Limits(inflated_bytes=INFLATED_BYTES))
        for count, member in enumerate(tar.members(stream)):
            if count > MAX_MEMBERS or not member.path.startswith("package"):
                return None
            if member.path == "package/package.json" and member.kind == "f" and member.size_bytes <= MANIFEST_BYTES:
                manifest = json_object(b"".join(tar.content(stream, member)))
                name, version = text(manifest.get("name")), text(manifest.get("version"))
                return (name, version) if name and version else None
    except (ValueError, InputError):  # cut off, damaged, or something else
        pass
    return None


def nuget(file: BinaryIO) -> tuple[str, str]:
    for entry in zipfile.entries(file, max_entries=MAX_MEMBERS):
        if entry.name.endswith(".nuspec") and "/" not in entry.name:
            fields: dict[str, str] = {}
            for path, _, value in xml_elements(zipfile.read(file, entry, MANIFEST_BYTES)):
                if path[:-1] == ("package", "metadata"):
                    fields.setdefault(path[-1], value.strip())
            return fields.get("id", ""), fields.get("version", "")
    raise ValueError("a NuGet package without its .nuspec")
