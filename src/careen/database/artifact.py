"""A database as one artifact: a manifest, an empty configuration and one layer, the file compressed by zstd.

As a file it is an OCI layout in a tar, which any registry tool can copy; in a registry it is the same three blobs.
Digests cover everything: the manifest's names the layer, the layer's the compressed bytes, an annotation the database.
An unpacked database is used only after its digest, size, tables and pages are verified.
Raises: InputError if a file is not such an artifact, is damaged, or has another schema.
**Source:** OCI image-spec 1.1, "Guidelines for Artifact Usage", "Image Layout Specification"; RFC 8878 (zstd).
"""

import hashlib
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct

from careen.errors import InputError
from careen.model.advisory import DatabaseInfo
from careen.output.escape import visible

from .file_state import APPLICATION_ID, damaged
from .layer import zstd
from .layout import AGAIN, MANIFEST_TYPE, Member, digest_of, write_layout
from .read import status
from .rows import SCHEMA

ARTIFACT_TYPE = "application/vnd.careen.database"
LAYER_TYPE = f"{ARTIFACT_TYPE}.sqlite+zstd"
EMPTY_TYPE, EMPTY = "application/vnd.oci.empty.v1+json", b"{}"
CREATED = "org.opencontainers.image.created"
ABOUT = "io.careen.database."
MAX_BYTES = 16 << 30  # of a database
CHUNK_BYTES = 1 << 20
LEVEL = 9


class Blob(Struct, frozen=True, rename={"media_type": "mediaType"}):
    digest: str
    size: int
    media_type: str


class Artifact(Struct, frozen=True):
    """The content of a manifest: what it states about the database in its layer."""

    manifest: bytes
    layer: Blob
    built: str
    sha256: str
    size_bytes: int

    @property
    def digest(self) -> str:
        return digest_of(self.manifest)

    @property
    def config(self) -> Blob:
        return Blob(digest_of(EMPTY), len(EMPTY), EMPTY_TYPE)


def pack(database: Path, layer: Path) -> Artifact:
    """Writes the packed database to ``layer``. Raises DatabaseError if there is no database."""
    info = status(database)
    plain, packed, size = hashlib.sha256(), hashlib.sha256(), 0
    compressor = zstd().ZstdCompressor(level=LEVEL)
    with database.open("rb") as source, layer.open("wb") as target:

        def write(data: bytes) -> None:
            packed.update(data)
            target.write(data)

        while chunk := source.read(CHUNK_BYTES):
            plain.update(chunk)
            size += len(chunk)
            write(compressor.compress(chunk))
        write(compressor.flush())
        blob = Blob(f"sha256:{packed.hexdigest()}", target.tell(), LAYER_TYPE)
    notes = {CREATED: info.built, **_notes(info), f"{ABOUT}sha256": plain.hexdigest(), f"{ABOUT}size": str(size)}
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "artifactType": ARTIFACT_TYPE,
        "config": Blob(digest_of(EMPTY), len(EMPTY), EMPTY_TYPE),
        "layers": [blob],
        "annotations": notes,
    }
    return Artifact(msgspec.json.format(msgspec.json.encode(document), indent=1), blob, info.built, plain.hexdigest(), size)


def read_manifest(data: bytes, where: str) -> Artifact:
    """Reads the manifest of an artifact. It checks the schema before anything is fetched. Raises InputError."""
    try:
        document: Any = msgspec.json.decode(data)
        kind, notes = document.get("artifactType"), document.get("annotations")
    except (ValueError, RecursionError, AttributeError):
        raise InputError(f"{where} is damaged: its manifest cannot be read", AGAIN) from None
    if kind != ARTIFACT_TYPE or not isinstance(notes, dict):
        actual = f" but {visible(str(kind), 80)}" if kind else ""
        raise InputError(f"{where} is not an advisory database{actual}", "`careen db push` and `careen db export` create one")
    schema = notes.get(f"{ABOUT}schema")
    if schema != str(SCHEMA):
        raise InputError(
            f"{where} contains a database of schema {visible(str(schema), 20)}, and this version reads schema {SCHEMA}",
            "use a database that the same version of careen made",
        )
    try:
        (layer,) = msgspec.convert(document.get("layers"), tuple[Blob, ...])
        size = int(notes[f"{ABOUT}size"])
        found = Artifact(data, layer, str(notes[CREATED]), str(notes[f"{ABOUT}sha256"]), size)
    except (ValueError, KeyError, TypeError):
        why = "its manifest does not have one layer, with its digest and size, and the size, date and checksum of the database"
        raise InputError(f"{where} is damaged: {why}", AGAIN) from None
    if not layer.digest.startswith("sha256:") or not 0 < size <= MAX_BYTES or not 0 < layer.size <= MAX_BYTES:
        raise InputError(f"{where} is damaged: its manifest has a layer with an invalid digest or size", AGAIN)
    return found


def unpack(artifact: Artifact, chunks: Iterable[bytes], aside: Path, where: str) -> None:
    """Writes the database to ``aside`` and verifies it."""
    packed, plain, got, size = hashlib.sha256(), hashlib.sha256(), 0, 0
    decompressor = zstd().ZstdDecompressor()
    try:
        with aside.open("wb") as target:
            for chunk in chunks:
                packed.update(chunk)
                got += len(chunk)
                if got > artifact.layer.size:
                    raise ValueError("its layer is longer than its manifest states")
                while True:
                    piece = decompressor.decompress(chunk, CHUNK_BYTES)
                    chunk = b""
                    plain.update(piece)
                    size += len(piece)
                    if size > artifact.size_bytes:
                        raise ValueError("it inflates to more than its manifest states")
                    target.write(piece)
                    if decompressor.eof or (decompressor.needs_input and not piece):
                        break
    except (zstd().ZstdError, EOFError) as error:
        raise InputError(f"{where} is damaged: {error}", AGAIN) from None
    except ValueError as error:
        raise InputError(f"{where} is damaged: {error}", AGAIN) from None
    if f"sha256:{packed.hexdigest()}" != artifact.layer.digest or plain.hexdigest() != artifact.sha256:
        raise InputError(f"{where} is damaged: its content has another checksum than its manifest states", AGAIN)
    verify(aside, where)


def verify(path: Path, where: str) -> None:
    """Checks that a file is a complete advisory database, with its tables and no others. Raises InputError."""
    import sqlite3

    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            (kind,), (version,) = (
                connection.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
            )
            if kind != APPLICATION_ID:
                raise InputError(f"{where} is not an advisory database", "`careen db list` lists the available ones")
            if version != SCHEMA:
                raise InputError(
                    f"{where} is a database of schema {version}, and this version reads schema {SCHEMA}",
                    "use a database that the same version of careen made",
                )
            if _tables(connection) != _our_tables():
                raise InputError(f"{where} is damaged: its tables are not those of an advisory database", AGAIN)
            (trouble,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if broken := damaged(path):
            trouble = f"the records of {sorted(broken)[0]}"
    except (sqlite3.Error, ValueError) as error:
        raise InputError(f"{where} is damaged ({error})", AGAIN) from None
    if trouble != "ok":
        raise InputError(f"{where} is damaged ({visible(str(trouble), 200)})", AGAIN)


def write_artifact(artifact: Artifact, layer: Path, stream: BinaryIO) -> None:
    """Writes an OCI layout in a tar."""
    with layer.open("rb") as source:
        blobs = (
            Member(artifact.config.digest, len(EMPTY), (EMPTY,)),
            Member(artifact.layer.digest, artifact.layer.size, iter(lambda: source.read(CHUNK_BYTES), b"")),
        )
        write_layout(stream, artifact.manifest, ARTIFACT_TYPE, artifact.built[:10], blobs)


def _notes(info: DatabaseInfo) -> dict[str, str]:
    """The annotations of a database: its schema, and for each source the dates of its oldest and its newest data."""
    days: dict[str, set[str]] = {}
    for source in info.sources:
        days.setdefault(source.name.partition("/")[0], set()).add(source.as_of[:10])
    spans = {name: sorted(found - {""}) for name, found in sorted(days.items())}
    periods = {f"{ABOUT}source.{name}": "/".join(dict.fromkeys((span[0], span[-1]))) for name, span in spans.items() if span}
    return {f"{ABOUT}schema": str(SCHEMA), **periods}


def _tables(connection: Any) -> set[tuple[str, str]]:
    return set(connection.execute("SELECT type, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def _our_tables() -> set[tuple[str, str]]:
    import sqlite3

    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(Path(__file__).with_name("schema.sql").read_text("utf-8"))
        return _tables(connection)
