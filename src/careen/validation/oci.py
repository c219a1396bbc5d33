"""Documents of the OCI image specification: manifest, index, configuration, layout, descriptor. Docker's own are alike.

**Source:** OCI Image Format Specification 1.1, its schemas, and what its text states about digests, sizes, data and variables.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator
from typing import Any

from careen.formats.data.plain import mapping, sequence, text
from careen.safety.pattern import pattern

from .problem import Path, Problem, at, quoted
from .schema import schema_problems

SCHEMAS = {
    "oci-manifest": "image-manifest-schema.json",
    "oci-index": "image-index-schema.json",
    "oci-config": "config-schema.json",
    "oci-layout": "image-layout-schema.json",
    "oci-descriptor": "content-descriptor.json",
}
_REGISTERED = {"sha256": pattern(r"[a-f0-9]{64}"), "sha512": pattern(r"[a-f0-9]{128}"), "blake3": pattern(r"[a-f0-9]{64}")}
_VARIABLE = pattern(r"[^=]+=.*", 16)
MAX_DATA = 4 << 20


def oci_problems(kind: str, document: dict[str, Any]) -> Iterator[Problem]:
    yield from schema_problems("oci", SCHEMAS[kind], document)
    if kind == "oci-config":
        yield from _config(document)
    for path, descriptor in _descriptors(kind, document):
        yield from _descriptor(path, descriptor)


def _config(document: dict[str, Any]) -> Iterator[Problem]:
    for number, entry in enumerate(sequence(mapping(document.get("config")).get("Env"))):
        if isinstance(entry, str) and not _VARIABLE.fullmatch(entry):
            yield at(("config", "Env", number), f"{quoted(entry)} is not NAME=VALUE", "variable")
    for number, diff_id in enumerate(sequence(mapping(document.get("rootfs")).get("diff_ids"))):
        yield from _digest(("rootfs", "diff_ids", number), text(diff_id))


def _descriptors(kind: str, document: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    if kind == "oci-descriptor":
        yield (), document
    if kind not in ("oci-manifest", "oci-index"):
        return
    for field in ("config", "subject"):
        if field in document:
            yield (field,), mapping(document[field])
    for field in ("layers", "manifests"):
        for number, descriptor in enumerate(sequence(document.get(field))):
            yield (field, number), mapping(descriptor)


def _descriptor(path: Path, descriptor: dict[str, Any]) -> Iterator[Problem]:
    digest, size, data = descriptor.get("digest"), descriptor.get("size"), descriptor.get("data")
    if isinstance(digest, str):
        yield from _digest((*path, "digest"), digest)
    if isinstance(size, int) and size < 0:
        yield at((*path, "size"), f"{size} is below 0", "size")
    if not isinstance(data, str):
        return
    if len(data) > MAX_DATA:
        yield at((*path, "data"), f"over {MAX_DATA >> 20} MiB", "data")
        return
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        yield at((*path, "data"), "not Base64 with padding", "data")
        return
    algorithm, _, hexadecimal = text(digest).partition(":")
    if algorithm in ("sha256", "sha512") and hashlib.new(algorithm, content).hexdigest() != hexadecimal:
        yield at((*path, "data"), "the data does not have the stated digest", "data")
    if isinstance(size, int) and size != len(content):
        yield at((*path, "data"), f"the data has {len(content)} bytes, not {size}", "data")


def _digest(path: Path, digest: str) -> Iterator[Problem]:
    algorithm, _, encoded = digest.partition(":")
    known = _REGISTERED.get(algorithm)
    if known and not known.fullmatch(encoded):
        yield at(path, f"{quoted(digest)} is not a digest of {algorithm}", "digest")
