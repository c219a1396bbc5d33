"""Fixed vulnerabilities from an rpm repository itself: from its errata (``updateinfo.xml``), if it publishes them.

A place is the folder or address that contains ``repodata``. The errata are checked by the checksum in ``repomd.xml``,
whose signature is verified if keys were given. Only errata about builds of the image's own kind (``.el9``, ``.fc43``,
``.amzn2023``) are used, so that the repository of another distribution has no effect. A failure at one place is logged
and the others are read. **Source:** createrepo_c; Fedora Packaging Guidelines, "Dist tag".
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import msgspec
from msgspec.structs import replace

from careen.distributions.registry import profiles
from careen.errors import Error
from careen.formats.feeds.archive_facts import RPM_SOURCE
from careen.formats.feeds.updateinfo import records, updates
from careen.log import logger
from careen.model.advisory import Advisory, DatabaseInfo, NamespaceInfo, PassedOver, SourceInfo, VulnerabilityRecord
from careen.safety.typed import from_msgpack

from .archive_files import CHUNK_BYTES, ArchiveError, Archives
from .memory import MemoryDatabase
from .repomd import Listed, errata_of

log = logger(__name__)

MAX_BYTES = 1 << 30
_RECORDS = tuple[list[Advisory], list[VulnerabilityRecord]]

Installed = Mapping[str, Iterable[str]]  # versions by name


def repository_knowledge(
    archives: Archives, installed: Mapping[str, Installed], on_failure: Callable[[str], None] = lambda _: None
) -> MemoryDatabase | None:
    """The fixes in the errata of all places for the packages in ``installed``, which is by namespace. None if no place
    has errata about any of them. Failures are passed to ``on_failure``.
    """
    found: list[tuple[str, Listed, _RECORDS]] = []
    for place in archives.places:
        try:
            if (listed := _listed(archives, place)) is not None:
                packed = archives.derived("errata", place, (listed.path,), listed.index, _read)
                found.append((place, listed, from_msgpack(packed, _RECORDS)))  # type: ignore[arg-type]
        except Error as error:
            log.warning("the errata of a repository could not be read: %s", error)
            on_failure(str(error))
    advisories: list[Advisory] = []
    about: list[Advisory | VulnerabilityRecord | NamespaceInfo] = []
    known: set[tuple[str, str]] = set()
    as_of = min((listed.as_of for _, listed, _ in found if listed.as_of), default="")
    for namespace, packages in sorted(installed.items()):
        tags = {tag for versions in packages.values() for version in versions for tag in _tags(version)}
        mine = [
            replace(advisory, namespace=namespace)
            for _, _, (all_of_it, _) in found
            for advisory in all_of_it
            if tags.intersection(tag for range in advisory.ranges for tag in _tags(range.fixed or ""))
        ]
        if mine:
            advisories += mine
            known |= {(namespace, name) for name in packages}
            count = len({advisory.package for advisory in mine})
            detail = f"errata of the named repositories, of {as_of or 'no date'}{archives.unsigned}"
            about.append(NamespaceInfo(namespace, RPM_SOURCE, len(mine), count, partial=True, detail=detail))
    if not about:
        return None
    about += [record for _, _, (_, described) in found for record in described]
    source = SourceInfo(RPM_SOURCE, as_of, len(advisories), url=archives.shown)
    return MemoryDatabase([*advisories, *about], DatabaseInfo(archives.shown, as_of, (source,)), known)


def _listed(archives: Archives, place: str) -> Listed | None:
    try:
        data = archives.signed(place, "repodata/repomd.xml", "repodata/repomd.xml.asc")
    except ArchiveError as error:
        if error.absent:
            log.debug("%s", error)
            return None
        raise
    try:
        return errata_of(data)
    except ValueError as error:
        raise ArchiveError(f"{archives.shown}: repodata/repomd.xml cannot be read: {error}") from None


def _read(file: BinaryIO) -> bytes:
    """The records in a file of errata, packed. They are copied to a temporary file, because their reader needs a path."""
    with TemporaryDirectory(prefix="careen-") as folder:
        copy = Path(folder, "updateinfo.xml")
        with copy.open("wb") as target:
            while chunk := file.read(CHUNK_BYTES):
                target.write(chunk)
        found: _RECORDS = ([], [])
        for record in updates(copy, MAX_BYTES, lambda update: records(update, RPM_SOURCE, "", "", every_arch=True)):
            if not isinstance(record, PassedOver):
                found[isinstance(record, VulnerabilityRecord)].append(record)  # type: ignore[arg-type]
    return msgspec.msgpack.encode(found)


def _tags(version: str) -> Sequence[str]:
    return _tag().findall(version)


@cache
def _tag() -> re.Pattern[str]:
    tags = {tag for profile in profiles().values() for tag in profile.builds.dist_tags}
    return re.compile(rf"\.((?:{'|'.join(sorted(tags))})\d+)")
