"""Images made in memory, byte by byte: layers, configuration, manifest, index, and the archives they travel in."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"


@dataclass(frozen=True)
class File:
    data: bytes = b""
    mode: int = 0o644
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class Symlink:
    target: str


@dataclass(frozen=True)
class Hardlink:
    target: str


@dataclass(frozen=True)
class Folder:
    mode: int = 0o755


Entry = bytes | File | Symlink | Hardlink | Folder


@dataclass(frozen=True)
class BuiltImage:
    """``layers`` are the stored (compressed) bytes, ``tars`` the uncompressed ones."""

    manifest: bytes
    media_type: str
    config: bytes
    layers: tuple[bytes, ...]
    tars: tuple[bytes, ...]
    platform: str

    @property
    def digest(self) -> str:
        return sha256(self.manifest)

    @property
    def diff_ids(self) -> tuple[str, ...]:
        return tuple(sha256(tar) for tar in self.tars)

    def blobs(self) -> dict[str, bytes]:
        """Every blob but the manifest, by digest."""
        return {sha256(data): data for data in (self.config, *self.layers)}

    def manifests(self) -> dict[str, tuple[bytes, str]]:
        return {self.digest: (self.manifest, self.media_type)}


@dataclass(frozen=True)
class BuiltIndex:
    manifest: bytes
    media_type: str
    images: tuple[BuiltImage, ...]
    others: Mapping[str, tuple[bytes, str]] = field(default_factory=dict)  # attestation manifests
    other_blobs: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        return sha256(self.manifest)

    def blobs(self) -> dict[str, bytes]:
        found = dict(self.other_blobs)
        for image in self.images:
            found.update(image.blobs())
        return found

    def manifests(self) -> dict[str, tuple[bytes, str]]:
        found = {self.digest: (self.manifest, self.media_type), **self.others}
        for image in self.images:
            found.update(image.manifests())
        return found


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def make_layer(files: Mapping[str, Entry], format: int = tarfile.PAX_FORMAT) -> bytes:
    """An uncompressed tar: bytes are the content of a file; whiteouts are files called ``.wh.NAME``."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as archive:
        for path, entry in files.items():
            _add(archive, path, entry)
    return out.getvalue()


def compress(data: bytes, how: str | None) -> bytes:
    """``gzip``, ``zstd`` or None."""
    if how == "gzip":
        return gzip.compress(data, compresslevel=1, mtime=0)
    if how == "zstd":
        try:
            from compression import zstd
        except ImportError:
            from backports import zstd
        return zstd.compress(data)
    assert how is None
    return data


def make_image(
    layers: Sequence[bytes],
    config: Mapping[str, Any] | None = None,
    platform: str = "linux/amd64",
    history: Sequence[Mapping[str, Any]] | None = None,
    compression: str | None = "gzip",
    docker: bool = False,
    raw_config: bytes | None = None,
) -> BuiltImage:
    """An image of uncompressed layers. ``config`` is the part called ``config``; ``raw_config`` replaces the whole."""
    os, architecture, *variant = platform.split("/")
    document: dict[str, Any] = {"created": "2026-01-02T03:04:05Z", "os": os, "architecture": architecture}
    if variant:
        document["variant"] = variant[0]
    document["config"] = dict(config or {})
    document["rootfs"] = {"type": "layers", "diff_ids": [sha256(tar) for tar in layers]}
    if history is None:
        history = [{"created_by": f"COPY layer{index} /"} for index in range(len(layers))]
    document["history"] = [dict(step) for step in history]
    stored = tuple(compress(tar, compression) for tar in layers)
    config_bytes = raw_config if raw_config is not None else json.dumps(document).encode()
    suffix = {"gzip": ".gzip" if docker else "+gzip", "zstd": "+zstd", None: ""}[compression]
    layer_type = (DOCKER_LAYER if docker else OCI_LAYER) + suffix
    media_type = DOCKER_MANIFEST if docker else OCI_MANIFEST
    manifest = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": _described(config_bytes, DOCKER_CONFIG if docker else OCI_CONFIG),
        "layers": [_described(data, layer_type) for data in stored],
    }
    return BuiltImage(json.dumps(manifest).encode(), media_type, config_bytes, stored, tuple(layers), platform)


def make_index(images: Sequence[BuiltImage], attestations: bool = True, docker: bool = False) -> BuiltIndex:
    """An index of images by platform, each with an attestation beside it as BuildKit writes them."""
    entries, others, blobs = [], {}, {}
    for image in images:
        os, architecture, *variant = image.platform.split("/")
        platform = {"os": os, "architecture": architecture} | ({"variant": variant[0]} if variant else {})
        entries.append(_described(image.manifest, image.media_type) | {"platform": platform})
    for image in images if attestations else ():
        empty, statement = b"{}", json.dumps({"_type": "in-toto", "subject": image.digest}).encode()
        body = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": _described(empty, OCI_CONFIG),
            "layers": [_described(statement, "application/vnd.in-toto+json")],
        }
        data = json.dumps(body).encode()
        blobs |= {sha256(empty): empty, sha256(statement): statement}
        others[sha256(data)] = (data, OCI_MANIFEST)
        entries.append(
            _described(data, OCI_MANIFEST)
            | {
                "platform": {"os": "unknown", "architecture": "unknown"},
                "annotations": {
                    "vnd.docker.reference.digest": image.digest,
                    "vnd.docker.reference.type": "attestation-manifest",
                },
            }
        )
    media_type = DOCKER_LIST if docker else OCI_INDEX
    data = json.dumps({"schemaVersion": 2, "mediaType": media_type, "manifests": entries}).encode()
    return BuiltIndex(data, media_type, tuple(images), others, blobs)


def write_oci_layout(path: Path, *images: BuiltImage | BuiltIndex, tags: Sequence[str | None] = ("latest",)) -> Path:
    """An OCI layout: a folder, or a tar where the path ends in ``.tar`` (``.tar.gz``: compressed)."""
    entries = []
    for image, tag in zip(images, [*tags, *[None] * len(images)], strict=False):
        entry = _described(image.manifest, image.media_type)
        if tag:
            entry["annotations"] = {"org.opencontainers.image.ref.name": tag}
        entries.append(entry)
    files = {
        "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
        "index.json": json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}).encode(),
    }
    for image in images:
        for digest, data in image.blobs().items():
            files[f"blobs/{digest.replace(':', '/')}"] = data
        for digest, (data, _) in image.manifests().items():
            files[f"blobs/{digest.replace(':', '/')}"] = data
    return _write(path, files)


def write_docker_archive(
    path: Path, *images: BuiltImage, tags: Sequence[Sequence[str]] = (("demo:latest",),), prefix: str = ""
) -> Path:
    """A tar as ``docker save`` writes it up to version 24: uncompressed layers and ``manifest.json``."""
    files: dict[str, bytes] = {}
    entries = []
    for image, names in zip(images, [*tags, *[()] * len(images)], strict=False):
        config = sha256(image.config).split(":")[1] + ".json"
        files[config] = image.config
        layers = []
        for tar in image.tars:
            name = sha256(tar).split(":")[1] + "/layer.tar"
            files[name] = tar
            layers.append(name)
        entries.append({"Config": config, "RepoTags": list(names) or None, "Layers": layers})
    files["manifest.json"] = json.dumps(entries).encode()
    return _write(path, {prefix + name: data for name, data in files.items()})


def _described(data: bytes, media_type: str) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": sha256(data), "size": len(data)}


def _write(path: Path, files: Mapping[str, bytes]) -> Path:
    how = {".tar": None, ".gz": "gzip", ".tgz": "gzip", ".zst": "zstd"}.get(path.suffix, "folder")
    if how == "folder":
        for name, data in files.items():
            target = path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    else:
        path.write_bytes(compress(make_layer(files), how))
    return path


def _add(archive: tarfile.TarFile, path: str, entry: Entry) -> None:
    info, data = member_of(path, entry)
    archive.addfile(info, io.BytesIO(data))


def member_of(path: str, entry: Entry) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(path)
    info.mtime = 1_700_000_000
    data = b""
    match entry:
        case bytes():
            data = entry
        case File():
            data, info.mode, info.uid, info.gid = entry.data, entry.mode, entry.uid, entry.gid
        case Symlink():
            info.type, info.linkname, info.mode = tarfile.SYMTYPE, entry.target, 0o777
        case Hardlink():
            info.type, info.linkname = tarfile.LNKTYPE, entry.target
        case Folder():
            info.type, info.mode = tarfile.DIRTYPE, entry.mode
    info.size = len(data)
    return info, data
