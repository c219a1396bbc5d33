"""What is laid beside an image: artifacts, statements, envelopes, and the signatures of keys that openssl makes."""

import base64
import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.images import OCI_MANIFEST, sha256

SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
DSSE = "application/vnd.dsse.envelope.v1+json"
IN_TOTO = "application/vnd.in-toto+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
EMPTY = b"{}"

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here: nothing can be signed")


@dataclass(frozen=True)
class Part:
    data: bytes
    media_type: str
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Artifact:
    type: str
    parts: Sequence[Part]
    annotations: Mapping[str, str] = field(default_factory=dict)

    def manifest(self, subject: str | None) -> bytes:
        document: dict[str, Any] = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "artifactType": self.type,
            "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": sha256(EMPTY), "size": len(EMPTY)},
            "layers": [
                {
                    "mediaType": part.media_type,
                    "digest": sha256(part.data),
                    "size": len(part.data),
                    "annotations": dict(part.annotations),
                }
                for part in self.parts
            ],
            "annotations": dict(self.annotations),
        }
        if subject:
            document["subject"] = {"mediaType": OCI_MANIFEST, "digest": subject, "size": 1}
        return json.dumps(document).encode()

    def blobs(self) -> dict[str, bytes]:
        return {sha256(data): data for data in (EMPTY, *(part.data for part in self.parts))}


class Key:
    """A key pair in a folder; ``public`` is the file that verifies."""

    def __init__(self, folder: Path, name: str = "cosign") -> None:
        self._private, self.public = folder / f"{name}.key", folder / f"{name}.pub"
        _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self._private)
        _openssl("pkey", "-in", self._private, "-pubout", "-out", self.public)

    def sign(self, message: bytes) -> str:
        return base64.b64encode(_openssl("dgst", "-sha256", "-sign", self._private, input=message)).decode()


def cosigned(digest: str, key: Key, signed: str | None = None, certificate: str = "") -> Artifact:
    """Cosign's signature of an image; ``signed`` is the digest that the payload names in its place."""
    critical = {
        "identity": {"docker-reference": "registry.example/team/app"},
        "image": {"docker-manifest-digest": signed or digest},
        "type": "cosign container image signature",
    }
    payload = json.dumps({"critical": critical, "optional": None}).encode()
    annotations = {"dev.cosignproject.cosign/signature": key.sign(payload)}
    if certificate:
        annotations["dev.sigstore.cosign/certificate"] = certificate
    return Artifact("", [Part(payload, SIMPLE_SIGNING, annotations)])


def statement(digest: str | None, kind: str, predicate: Mapping[str, Any]) -> bytes:
    subject = [{"name": "app", "digest": {"sha256": digest.removeprefix("sha256:")}}] if digest else []
    document = {"_type": "https://in-toto.io/Statement/v1", "subject": subject, "predicateType": kind, "predicate": predicate}
    return json.dumps(document).encode()


def sealed(data: bytes, key: Key | None, keyid: str = "") -> bytes:
    """A DSSE envelope; without a key its signature is invalid."""
    signature = key.sign(b"DSSEv1 %d %s %d %s" % (len(IN_TOTO), IN_TOTO.encode(), len(data), data)) if key else "bm9uZQ=="
    envelope = {
        "payloadType": IN_TOTO,
        "payload": base64.b64encode(data).decode(),
        "signatures": [{"keyid": keyid, "sig": signature}],
    }
    return json.dumps(envelope).encode()


def bundled(data: bytes, key: Key | None, hint: str) -> bytes:
    material = {"publicKey": {"hint": hint}}
    envelope = json.loads(sealed(data, key))
    return json.dumps({"mediaType": BUNDLE, "verificationMaterial": material, "dsseEnvelope": envelope}).encode()


def certificate(folder: Path, *extensions: str, subject: str = "/O=sigstore") -> bytes:
    """A certificate in PEM with these extensions, as openssl names them."""
    added = [word for one in extensions for word in ("-addext", one)]
    return _openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-keyout", folder / "certificate.key", "-subj", subject, *added,
    )  # fmt: skip


def _openssl(*arguments: object, input: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *map(str, arguments)], input=input, capture_output=True, check=True).stdout
