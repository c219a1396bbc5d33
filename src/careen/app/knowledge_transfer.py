"""Exports knowledge bases of code to a file or a registry, and imports them from there.

A publisher signs a base as a repository of The Update Framework with a single target, as for advisory databases: the
same root of trust verifies both. The cache folder stores that a base was verified, under the digest of its manifest;
the base itself cannot vouch for this.
Raises: InputError (UntrustedError if it was not signed by the trusted keys), NetworkError, UsageError.
"""

import hashlib
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from careen.app.cachefolder import cache_folder, refuse_untrusted, settled
from careen.atomic import write_whole
from careen.config import Settings
from careen.errors import InputError, UsageError
from careen.output.escape import visible
from careen.plugins import Progress, silent
from careen.safety.typed import from_json
from careen.signing.updates import UntrustedError

if TYPE_CHECKING:
    from careen.signing.repository import Target

KIND = "application/vnd.careen.origin"
LAYER_TYPE = f"{KIND}.base+zstd"
TARGET = "origin-base"
TAG = "origin"
STATE = "origin"  # folder in the cache
TITLE = "org.opencontainers.image.title"
MAX_METADATA = 200
MAX_LAYER_BYTES = 8 << 30
_AGAIN = "try again, or inform its publisher"

Reader = Callable[[str, int], Generator[bytes]]  # returns the bytes of a blob by digest and size


class Taken(Struct, frozen=True):
    """An imported base. ``digest`` identifies the artifact; ``is_trusted``: its signature was verified."""

    digest: str
    is_trusted: bool


class _Layer(Struct, frozen=True, rename={"media_type": "mediaType"}):
    media_type: str
    digest: str
    size: int
    annotations: dict[str, str] = {}


class _Manifest(Struct, frozen=True, rename={"artifact_type": "artifactType"}):
    layers: tuple[_Layer, ...]
    artifact_type: str = ""


class _Artifact(Struct, frozen=True):
    """The manifest of a base. ``files``: the base's layer as ``TARGET``, and the signed metadata, by name."""

    manifest: bytes
    files: dict[str, _Layer]


def export_base(folder: Path, target: Path, keys: Path | None = None) -> str:
    """Writes a base to one file, completely or not at all; signed if there are ``keys``. Returns its digest."""
    from careen.database.artifact import EMPTY
    from careen.database.layout import Member, digest_of, write_layout

    try:
        with tempfile.TemporaryDirectory(prefix=".careen-", dir=target.parent) as aside:
            artifact, blobs = _made(folder, Path(aside, "layer"), keys)
            members = [Member(digest_of(EMPTY), len(EMPTY), (EMPTY,))]
            members += [Member(digest, size, pieces) for digest, (size, pieces) in blobs.items()]
            write_whole(target, lambda file: write_layout(file, artifact.manifest, KIND, TAG, members), synced=True)
    except OSError as error:
        raise InputError(
            f"{target} cannot be written: {error.strerror or error}", "name a file in a folder that exists"
        ) from None
    return digest_of(artifact.manifest)


def import_base(source: Path, folder: Path, settings: Settings) -> Taken:
    """Imports a base from a file into the folder, even an unsigned one, because the user named it. An unsigned base adds
    findings, and suppresses none.
    """
    from careen.database.layout import Layout

    try:
        with source.open("rb") as file:
            layout = Layout(file, str(source))
            artifact = _read(layout.manifest, str(source))
            return _take(artifact, layout.blob, folder, settings, str(source))
    except OSError as error:
        raise InputError(f"{source}: {error.strerror or error}", "careen origin export FILE writes a file to import") from None


def push_base(address: str, folder: Path, settings: Settings, keys: Path | None = None) -> tuple[str, str]:
    """Pushes a base to a registry. Returns its name there, by tag and by digest."""
    from careen.app.registries import PREFIX, repository_of
    from careen.database.artifact import EMPTY
    from careen.database.layout import MANIFEST_TYPE, digest_of

    repository = repository_of(address, settings, TAG)
    named = repository.reference
    if named.digest:
        raise UsageError(f"{address}: a base is pushed to a tag", "leave the digest out: it is printed afterwards")
    with tempfile.TemporaryDirectory(prefix="careen-") as aside:
        artifact, blobs = _made(folder, Path(aside, "layer"), keys)
        repository.push_blob(digest_of(EMPTY), EMPTY)
        for digest, (_, pieces) in blobs.items():
            repository.push_blob(digest, b"".join(pieces))
    repository.push_manifest(str(named.tag), artifact.manifest, MANIFEST_TYPE)
    return f"{PREFIX}{named}", f"{PREFIX}{named.name}@{digest_of(artifact.manifest)}"


def pull_base(address: str, folder: Path, settings: Settings, progress: Progress = silent) -> Taken:
    """Pulls a base from a registry. It has to be signed, or requested by its digest."""
    from careen.app.registries import PREFIX, downloaded, repository_of

    repository = repository_of(address, settings, TAG)
    named = repository.reference
    data, digest = repository.manifest(named.digest or str(named.tag), named.digest)
    artifact = _read(data, address)
    if not _is_signed(artifact) and not named.digest:
        raise InputError(f"{address} is not signed", f"to vouch for it, name its digest: {PREFIX}{named.name}@{digest}")

    def read(blob: str, size: int) -> Generator[bytes]:
        return downloaded(repository, blob, size, progress, address)

    return _take(artifact, read, folder, settings, address, place=str(named.name))


def is_trusted(folder: Path, settings: Settings) -> bool:
    """Whether the base in the folder was imported with a verified signature."""
    from careen.origin.knowledge import MANIFEST

    try:
        digest = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    except OSError:
        return False
    return (settled(settings).cache_dir / STATE / f"{digest}.verified").is_file()


def _state(settings: Settings) -> Path:
    return cache_folder(refuse_untrusted(settings)) / STATE


def _made(folder: Path, layer: Path, keys: Path | None) -> tuple[_Artifact, dict[str, tuple[int, Iterable[bytes]]]]:
    """The manifest, and the size and bytes of each blob. The layer is written to a file."""
    from careen.database.artifact import EMPTY, EMPTY_TYPE
    from careen.database.layout import MANIFEST_TYPE, digest_of
    from careen.database.publication import METADATA_TYPE
    from careen.signing.repository import Target

    size, sha256 = _compressed(folder, layer)
    files = {TARGET: _Layer(LAYER_TYPE, f"sha256:{sha256}", size, {TITLE: TARGET})}
    blobs: dict[str, tuple[int, Iterable[bytes]]] = {f"sha256:{sha256}": (size, _pieces(layer))}
    if keys is not None:
        for name, data in _signed(keys, Target(size, sha256, {"kind": TARGET})).items():
            files[name] = _Layer(METADATA_TYPE, digest_of(data), len(data), {TITLE: name})
            blobs[digest_of(data)] = (len(data), (data,))
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "artifactType": KIND,
        "config": {"mediaType": EMPTY_TYPE, "digest": digest_of(EMPTY), "size": len(EMPTY)},
        "layers": list(files.values()),
    }
    return _Artifact(msgspec.json.format(msgspec.json.encode(document), indent=1), files), blobs


def _compressed(folder: Path, layer: Path) -> tuple[int, str]:
    from careen.database.layer import zstd
    from careen.origin.packing import packed

    digest, compressor = hashlib.sha256(), zstd().ZstdCompressor(level=9)
    try:
        with layer.open("wb") as target:
            for piece in (*map(compressor.compress, packed(folder)), compressor.flush()):
                digest.update(piece)
                target.write(piece)
            return target.tell(), digest.hexdigest()
    except ValueError as error:
        raise InputError(str(error), "careen origin build --kb DIR makes one") from None


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(1 << 20), b"")


def _signed(keys: Path, target: "Target") -> dict[str, bytes]:
    from careen.signing.repository import check_keys, signed_metadata

    now = datetime.now(UTC)
    check_keys(keys, now)
    return signed_metadata(keys, {TARGET: target}, int(now.timestamp()), now)


def _read(data: bytes, where: str) -> _Artifact:
    try:
        manifest = from_json(data, _Manifest)
    except (ValueError, RecursionError):
        raise InputError(f"{where} is damaged: its manifest cannot be read", _AGAIN) from None
    if manifest.artifact_type != KIND:
        kind = manifest.artifact_type
        actual = f" but {visible(kind, 80)}" if kind else ""
        raise InputError(f"{where} is not a knowledge base{actual}", "`careen origin push` and `export` make one")
    files = {layer.annotations.get(TITLE, ""): layer for layer in manifest.layers[:MAX_METADATA]}
    base = files.get(TARGET)
    if base is None or not 0 < base.size <= MAX_LAYER_BYTES or not all(map(_is_possible, files.values())):
        raise InputError(f"{where} is damaged: its manifest does not name a base", _AGAIN)
    return _Artifact(data, files)


def _is_possible(layer: _Layer) -> bool:
    return layer.digest.startswith("sha256:") and layer.size >= 0


def _is_signed(artifact: _Artifact) -> bool:
    return "timestamp.json" in artifact.files


def _take(artifact: _Artifact, read: Reader, folder: Path, settings: Settings, where: str, *, place: str = "") -> Taken:
    from careen.database.layout import digest_of
    from careen.origin.packing import unpack

    layer = artifact.files[TARGET]
    is_signed = _is_signed(artifact)
    if is_signed:
        target = _verified(artifact.files, read, settings, where, place)
        if (f"sha256:{target.sha256}", target.size) != (layer.digest, layer.size):
            raise UntrustedError(f"{where} is refused: its base is not the one that was signed", _AGAIN)
    try:
        manifest = unpack(_decompressed(read(layer.digest, layer.size), layer), folder)
    except ValueError as error:
        raise InputError(f"{where} is damaged: {error}", _AGAIN) from None
    if is_signed:
        state = _state(settings)
        state.mkdir(exist_ok=True, mode=0o700)
        (state / f"{manifest}.verified").touch()
    return Taken(digest_of(artifact.manifest), is_signed)


def _verified(files: Mapping[str, _Layer], read: Reader, settings: Settings, where: str, place: str) -> "Target":
    """The verified target. ``place`` is the repository, for which no older version is accepted later."""
    from careen.app.publications import root_of
    from careen.database.publication import METADATA_TYPE
    from careen.signing.updates import verified_targets

    def metadata(name: str) -> Generator[bytes] | None:
        layer = files.get(name)
        return read(layer.digest, layer.size) if layer and layer.media_type == METADATA_TYPE else None

    root = root_of(settings, where)
    with tempfile.TemporaryDirectory(prefix="careen-") as fresh:
        name = hashlib.sha256(place.encode()).hexdigest()[:16]
        kept = _state(settings) / "publications" / name if place else Path(fresh, "trusted")
        kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _, targets = verified_targets(root, kept, metadata, where)
    found = targets.get(TARGET)
    if found is None:
        raise UntrustedError(f"{where} is refused: what was signed is not a knowledge base", _AGAIN)
    return found


def _decompressed(chunks: Iterable[bytes], layer: _Layer) -> Iterator[bytes]:
    """Decompresses a layer. Raises ValueError, even at the end, when the checksum is known."""
    from careen.database.layer import zstd

    decompressor: Any = zstd().ZstdDecompressor()
    digest, size = hashlib.sha256(), 0
    try:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            while True:
                piece = decompressor.decompress(chunk, 1 << 20)
                chunk = b""
                if piece:
                    yield piece
                if decompressor.eof or (decompressor.needs_input and not piece):
                    break
    except (zstd().ZstdError, EOFError) as error:
        raise ValueError(str(error)) from None
    if (size, f"sha256:{digest.hexdigest()}") != (layer.size, layer.digest):
        raise ValueError("its layer has another checksum than its manifest states")
