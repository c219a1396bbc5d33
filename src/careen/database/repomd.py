"""Reads the list of an rpm repository: the path and the checksum of its errata.

Shape: ``repomd.xml`` with ``data`` elements of a type: location, checksum of the file, size, timestamp.
Raises: ValueError if it is not such a list.  **Source:** createrepo_c, repomd.xml.
"""

import re
from datetime import UTC, datetime

from msgspec import Struct

from careen.formats.data.xml_stream import elements_of
from careen.formats.debian.archive import Index

_PATH = re.compile(r"[\w.+~-]+(?:/[\w.+~-]+)*", re.ASCII)
_DIGESTS = {"sha256": 64, "sha512": 128}


class Listed(Struct, frozen=True):
    path: str  # relative to the repository's root
    index: Index
    as_of: str  # date


def errata_of(data: bytes) -> Listed | None:
    """The file of errata; None if the repository has none. Raises ValueError if the data is not a ``repomd.xml``."""
    found = elements_of(data, frozenset(("data", "revision")))
    if not found:
        raise ValueError("not a repomd.xml")
    for element in found:
        if element.name == "data" and element.attributes.get("type") == "updateinfo":
            location, checksum = element.first("location"), element.first("checksum")
            path = location.attributes.get("href", "") if location else ""
            algorithm = checksum.attributes.get("type", "") if checksum else ""
            digest, size = element.value("checksum").lower(), element.value("size")
            if not _PATH.fullmatch(path) or ".." in path.split("/") or not size.isdecimal():
                raise ValueError(f"errata at {path[:100]!r}, which is not a path in a repository")
            if not re.fullmatch(rf"[0-9a-f]{{{_DIGESTS.get(algorithm, 1)}}}", digest) or algorithm not in _DIGESTS:
                raise ValueError(f"errata with a checksum of the kind {algorithm[:20]!r}")
            return Listed(path, Index(digest, int(size), algorithm), _date(element.value("timestamp")))
    return None


def _date(timestamp: str) -> str:
    seconds = timestamp.partition(".")[0]
    if not seconds.isdecimal() or len(seconds) > 10:
        return ""
    return datetime.fromtimestamp(int(seconds), UTC).date().isoformat()
