"""An OCI layout whose bytes depend on its content alone: layers of sorted entries with one time and numeric owners.

**Source:** OCI image specification 1.1 (image layout, manifest, config, layer; ``subject`` and ``artifactType``).
"""

import gzip
import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

TYPES = "application/vnd.oci.image"
EMPTY = b"{}"


class Entry(NamedTuple):
    """A file, a folder or a link of a layer. ``link``: the target of a symbolic link."""

    data: bytes | None = None
    mode: int = 0o644
    owner: int = 0
    link: str = ""


class Layer(NamedTuple):
    entries: Mapping[str, Entry]  # path without a leading slash → entry
    made_by: str


def folder(mode: int = 0o755, owner: int = 0) -> Entry:
    return Entry(None, mode, owner)


def write(
    place: Path, layers: Sequence[Layer], config: Mapping[str, object], architecture: str, created: str, name: str
) -> str:
    """The digest of the manifest of the image, now the only one in ``place``."""
    shutil.rmtree(place, ignore_errors=True)
    (place / "blobs" / "sha256").mkdir(parents=True)
    tars = [_tar(layer.entries) for layer in layers]
    blobs = [_blob(place, gzip.compress(data, 9, mtime=0), f"{TYPES}.layer.v1.tar+gzip") for data in tars]
    document = {
        "architecture": architecture,
        "os": "linux",
        "created": created,
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [_digest(data) for data in tars]},
        "history": [{"created": created, "created_by": layer.made_by} for layer in layers],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{TYPES}.manifest.v1+json",
        "config": _blob(place, _json(document), f"{TYPES}.config.v1+json"),
        "layers": blobs,
    }
    found = _blob(place, _json(manifest), f"{TYPES}.manifest.v1+json")
    found |= {"annotations": {"org.opencontainers.image.ref.name": name}}
    (place / "oci-layout").write_bytes(_json({"imageLayoutVersion": "1.0.0"}))
    _write_index(place, [found])
    return str(found["digest"])


def attach(place: Path, data: bytes, media_type: str, created: str) -> str:
    """Adds a document about the image to its layout, as a referrer; the digest of its manifest."""
    listed = json.loads((place / "index.json").read_bytes())["manifests"]
    subject = {key: listed[0][key] for key in ("mediaType", "digest", "size")}
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{TYPES}.manifest.v1+json",
        "artifactType": media_type,
        "config": _blob(place, EMPTY, "application/vnd.oci.empty.v1+json"),
        "layers": [_blob(place, data, media_type)],
        "subject": subject,
        "annotations": {"org.opencontainers.image.created": created},
    }
    found = _blob(place, _json(manifest), f"{TYPES}.manifest.v1+json") | {"artifactType": media_type}
    _write_index(place, [*listed, found])
    return str(found["digest"])


def _tar(entries: Mapping[str, Entry]) -> bytes:
    """Parents come before what they hold, made if nothing names them."""
    whole = dict(entries)
    for path in entries:
        for parent in Path(path).parents:
            if parent.name:
                whole.setdefault(parent.as_posix(), folder())
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(whole):
            entry, item = whole[path], tarfile.TarInfo(path)
            item.mode, item.uid, item.gid = entry.mode, entry.owner, entry.owner
            if entry.link:
                item.type, item.linkname, item.mode = tarfile.SYMTYPE, entry.link, 0o777
            elif entry.data is None:
                item.type = tarfile.DIRTYPE
            else:
                item.size = len(entry.data)
            archive.addfile(item, io.BytesIO(entry.data) if item.size else None)
    return stream.getvalue()


def _blob(place: Path, data: bytes, media_type: str) -> dict[str, object]:
    digest = _digest(data)
    (place / "blobs" / "sha256" / digest.removeprefix("sha256:")).write_bytes(data)
    return {"mediaType": media_type, "digest": digest, "size": len(data)}


def _write_index(place: Path, manifests: Sequence[Mapping[str, object]]) -> None:
    index = {"schemaVersion": 2, "mediaType": f"{TYPES}.index.v1+json", "manifests": list(manifests)}
    (place / "index.json").write_bytes(_json(index))


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _json(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
