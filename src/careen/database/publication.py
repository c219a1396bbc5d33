"""A published database: layers of some feeds each, under one manifest, with signed metadata beside them.

The metadata list every layer with its size, its checksum, its feeds with their dates, and its namespaces, so that a user
of a part of the database fetches only that part. The manifest is only trusted to locate the bytes. The last verified
publication is stored in ``published.json`` beside the database.
Raises: InputError if it is not a publication, or is damaged.
**Source:** OCI image-spec 1.1, "Guidelines for Artifact Usage"; The Update Framework specification 1.0.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen.atomic import write_whole
from careen.errors import InputError
from careen.net.addresses import without_credentials
from careen.output.escape import visible
from careen.safety.typed import converted, from_json
from careen.signing.repository import Target
from careen.signing.updates import UntrustedError

from .artifact import ABOUT, CREATED, EMPTY, EMPTY_TYPE, Blob
from .head import FeedRow
from .layer import Packed
from .layout import MANIFEST_TYPE, digest_of
from .rows import SCHEMA

PUBLICATION_TYPE = "application/vnd.careen.database.publication"
LAYER_TYPE = f"{PUBLICATION_TYPE}.layer+zstd"
METADATA_TYPE = "application/vnd.tuf.metadata+json"
TITLE = "org.opencontainers.image.title"
LICENCES = "org.opencontainers.image.licenses"
TAG = f"v{SCHEMA}"
MAX_AHEAD = timedelta(days=1)  # how far the publisher's clock may be ahead
MAX_FILES = 4000
LARGE_BYTES = 64 << 20  # decompressed; scans skip larger layers of `--full` feeds, which cost over two seconds each time


class Group(Struct, frozen=True):
    """A layer and its contents. ``scores``: its records are about vulnerabilities in any package."""

    name: str
    packed: Packed
    rows: tuple[FeedRow, ...]
    namespaces: frozenset[str] = frozenset()
    scores: bool = False
    licence: str = ""

    @property
    def is_large(self) -> bool:
        """Whether it is large, with feeds that only ``careen db update --full`` fetches."""
        return self.packed.inflated > LARGE_BYTES and all(row.large for row in self.rows)


class Publication(Struct, frozen=True):
    version: int
    groups: tuple[Group, ...]
    order: tuple[str, ...]  # the paths of the feeds, in order of precedence

    def needed(
        self, namespaces: Collection[str] | None, feeds: Collection[str] = (), assessed: Collection[str] = ()
    ) -> tuple[Group, ...]:
        """The groups that cover these namespaces (None: all groups), or contain one of these feeds.

        A large group is included only if it covers a namespace that no other of these groups and no feed (``assessed``)
        covers.
        """
        if namespaces is None:
            return self.groups
        wanted = frozenset(namespaces)
        uncovered = wanted.difference(assessed, *(group.namespaces for group in self.groups if not group.is_large))

        def is_needed(group: Group) -> bool:
            if group.is_large:
                return bool(group.namespaces & uncovered)
            return group.scores or bool(group.namespaces & wanted) or any(row.path in feeds for row in group.rows)

        return tuple(filter(is_needed, self.groups))


class Known(Struct, frozen=True):
    """The last verified publication, its address, and the time of that request."""

    address: str
    asked: str
    publication: Publication


def target_of(group: Group, order: Mapping[str, int]) -> Target:
    """The signed description of a group. ``order`` maps the path of each feed to its place in the precedence."""
    feeds = [(order[row.path], replace(row, layer="", url=_public(row.url))) for row in group.rows]
    custom = {
        "schema": SCHEMA,
        "inflated": group.packed.inflated,
        "namespaces": sorted(group.namespaces),
        "scores": group.scores,
        "licence": group.licence,
        "feeds": msgspec.to_builtins(feeds),
    }
    return Target(group.packed.size, group.packed.digest.removeprefix("sha256:"), custom)


def publication_of(version: int, targets: Mapping[str, Target], where: str) -> Publication:
    """The publication that verified metadata describe. Raises InputError if they are malformed."""
    groups, order = [], []
    for name, target in targets.items():
        try:
            signed = converted(target.custom, _Custom)
            for _, row in signed.feeds:
                _check_dates(row)
        except (msgspec.ValidationError, ValueError, RecursionError):
            raise UntrustedError(f"{where} is damaged: its part {visible(name, 100)} cannot be read", _AGAIN) from None
        if signed.schema != SCHEMA:
            raise InputError(
                f"{where} contains a database of schema {signed.schema}, and this version reads schema {SCHEMA}",
                f"use the tag {TAG}, or another version of careen",
            )
        packed = Packed(f"sha256:{target.sha256}", target.size, signed.inflated)
        rows = tuple(replace(row, layer=packed.digest) for _, row in signed.feeds)
        order += [(number, row.path) for number, row in signed.feeds]
        groups.append(Group(name, packed, rows, frozenset(signed.namespaces), signed.scores, signed.licence))
    return Publication(version, tuple(groups), tuple(path for _, path in sorted(order)))


def _public(url: str) -> str:
    """An address for the public: without credentials; "" for a folder of the publisher."""
    return without_credentials(url) if url.startswith(("https://", "http://")) else ""


class Contents(Struct, frozen=True):
    """The manifest of a publication, and its files by name: layers and metadata."""

    manifest: bytes
    files: dict[str, Blob]

    @property
    def digest(self) -> str:
        return digest_of(self.manifest)

    def check(self, publication: Publication, where: str) -> None:
        """Raises UntrustedError if a signed layer is missing, or another is in its place."""
        for group in publication.groups:
            blob = self.files.get(group.name)
            if blob is None or (blob.digest, blob.size) != (group.packed.digest, group.packed.size):
                raise UntrustedError(
                    f"{where} is refused: its layer {visible(group.name, 100)} is not the one that was signed", _AGAIN
                )


def write_manifest(publication: Publication, metadata: Mapping[str, bytes], built: str) -> Contents:
    layers: list[dict[str, Any]] = []
    files: dict[str, Blob] = {}
    for name, data in metadata.items():
        files[name] = Blob(digest_of(data), len(data), METADATA_TYPE)
        layers.append({**msgspec.to_builtins(files[name]), "annotations": {TITLE: name}})
    for group in publication.groups:
        files[group.name] = Blob(group.packed.digest, group.packed.size, LAYER_TYPE)
        notes = {TITLE: group.name, LICENCES: group.licence}
        layers.append({**msgspec.to_builtins(files[group.name]), "annotations": notes})
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "artifactType": PUBLICATION_TYPE,
        "config": Blob(digest_of(EMPTY), len(EMPTY), EMPTY_TYPE),
        "layers": layers,
        "annotations": {CREATED: built, f"{ABOUT}schema": str(SCHEMA), f"{ABOUT}version": str(publication.version)},
    }
    return Contents(msgspec.json.format(msgspec.json.encode(document), indent=1), files)


def is_publication(manifest: bytes) -> bool:
    try:
        return from_json(manifest, _Kind).artifact_type == PUBLICATION_TYPE
    except (ValueError, RecursionError):
        return False


def read_manifest(data: bytes, where: str) -> Contents:
    try:
        document = from_json(data, _Manifest)
    except (ValueError, RecursionError):
        raise InputError(f"{where} is damaged: its manifest cannot be read", _AGAIN) from None
    if document.artifact_type != PUBLICATION_TYPE:
        kind = document.artifact_type
        actual = f" but {visible(kind, 80)}" if kind else ""
        raise InputError(f"{where} is not a published database{actual}", "`careen db publish` creates one")
    files: dict[str, Blob] = {}
    for layer in document.layers:
        name = layer.annotations.get(TITLE, "")
        if not name or name in files or not layer.digest.startswith("sha256:") or layer.size < 0 or len(files) >= MAX_FILES:
            raise InputError(f"{where} is damaged: its manifest does not name its layers", _AGAIN)
        files[name] = Blob(layer.digest, layer.size, layer.media_type)
    return Contents(data, files)


def read_known(database: Path) -> Known | None:
    """The last verified publication, as stored beside the database; None if none is stored, or in the form of another version
    of Careen.
    """
    try:
        known = from_json(_file(database).read_bytes(), Known)
        datetime.fromisoformat(known.asked)
        return known
    except (OSError, ValueError, RecursionError):
        return None


def write_known(database: Path, known: Known) -> None:
    write_whole(_file(database), lambda file: file.write(msgspec.json.encode(known)))


_AGAIN = "the database stays as it was; try again, or inform the publisher"


def _check_dates(row: FeedRow) -> None:
    """Raises ValueError if a feed's dates are impossible."""
    fetched, latest = datetime.fromisoformat(row.fetched), datetime.now(UTC) + MAX_AHEAD
    if fetched.tzinfo is None:
        raise ValueError("a time without its zone")
    if fetched > latest:
        raise ValueError("a time in the future")
    for day in filter(None, (row.as_of, row.confirmed)):
        date.fromisoformat(day[:10])
    if row.confirmed[:10] > latest.date().isoformat():
        raise ValueError("confirmed for a day in the future")


class _Custom(Struct, frozen=True):
    schema: int
    inflated: int
    feeds: tuple[tuple[int, FeedRow], ...]  # with the position of each in the order of precedence
    namespaces: tuple[str, ...] = ()
    scores: bool = False
    licence: str = ""


class _Kind(Struct, frozen=True, rename="camel"):
    artifact_type: str = ""


class _Layer(Struct, frozen=True, rename="camel"):
    digest: str
    size: int
    media_type: str
    annotations: dict[str, str] = {}


class _Manifest(Struct, frozen=True, rename="camel"):
    layers: tuple[_Layer, ...] = ()
    artifact_type: str = ""


def _file(database: Path) -> Path:
    return database.with_name("published.json")
