"""Images in the OCI layout: one more layer over an image that is there already."""

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LAYER = "application/vnd.oci.image.layer.v1.tar"


def with_layer(base: Path, files: Mapping[str, bytes], place: Path) -> Path:
    """Writes an image of the layers of ``base`` and one with these files. Programs are executable."""
    (place / "blobs/sha256").mkdir(parents=True, exist_ok=True)
    index = json.loads((base / "index.json").read_bytes())
    manifest = _read(base, index["manifests"][0])
    config = _read(base, manifest["config"])
    for layer in manifest["layers"]:
        _link(_blob(base, layer["digest"]), _blob(place, layer["digest"]))
    layer = _tar(files)
    config["rootfs"]["diff_ids"].append(f"sha256:{hashlib.sha256(layer).hexdigest()}")
    config["history"].append({"created": config["created"], "created_by": "COPY dir:app in / "})
    manifest["layers"].append(_write(place, layer, LAYER))
    manifest["config"] = _write(place, json.dumps(config).encode(), manifest["config"]["mediaType"])
    about = {**index["manifests"][0], **_write(place, json.dumps(manifest).encode(), index["manifests"][0]["mediaType"])}
    (place / "index.json").write_text(json.dumps({**index, "manifests": [about]}), "utf-8")
    shutil.copy(base / "oci-layout", place / "oci-layout")
    return place


def _tar(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for path, data in sorted(files.items()):
            member = tarfile.TarInfo(path)
            member.size, member.mtime = len(data), 1_700_000_000
            member.mode = 0o755 if data.startswith(b"\x7fELF") else 0o644
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def _read(layout: Path, about: Mapping[str, Any]) -> dict[str, Any]:
    return dict(json.loads(_blob(layout, about["digest"]).read_bytes()))


def _write(layout: Path, data: bytes, media_type: str) -> dict[str, Any]:
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    _blob(layout, digest).write_bytes(data)
    return {"mediaType": media_type, "digest": digest, "size": len(data)}


def _blob(layout: Path, digest: str) -> Path:
    return layout / "blobs" / digest.replace(":", "/")


def _link(source: Path, target: Path) -> None:
    if not target.exists():
        try:
            os.link(source, target)
        except OSError:
            shutil.copy(source, target)
