"""Statements of in-toto in signed envelopes (DSSE), and the bundle of Sigstore around one: how they are written.

**Source:** in-toto Attestation Framework, Statement v1; DSSE 1.0, protocol.md and envelope.md; Sigstore bundle 0.3.
"""

import base64
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .public_keys import fingerprint

if TYPE_CHECKING:
    from .keys import PrivateKey

STATEMENT = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
ENVELOPE = "application/vnd.dsse.envelope.v1+json"


def statement(names: Sequence[tuple[str, str]], predicate_type: str, predicate: Any) -> bytes:
    """A statement about the subjects ``names``: (name, digest as ``sha256:…``) pairs."""
    subjects = [{"name": name, "digest": dict([digest.split(":", 1)])} for name, digest in names]
    document = {"_type": STATEMENT, "subject": subjects, "predicateType": predicate_type, "predicate": predicate}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def encoded(kind: str, payload: bytes) -> bytes:
    """The bytes that are signed: the payload and its type in pre-authentication encoding."""
    return b"DSSEv1 %d %s %d %s" % (len(kind.encode()), kind.encode(), len(payload), payload)


def sealed(payload: bytes, key: "PrivateKey") -> dict[str, Any]:
    """The envelope of a statement."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    message = encoded(PAYLOAD_TYPE, payload)
    is_ecdsa = isinstance(key, ec.EllipticCurvePrivateKey)
    signature = key.sign(message, ec.ECDSA(hashes.SHA256())) if is_ecdsa else key.sign(message)  # type: ignore[call-arg]
    return {
        "payloadType": PAYLOAD_TYPE,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [{"keyid": "", "sig": base64.b64encode(signature).decode()}],
    }


def bundled(envelope: dict[str, Any], key: "PrivateKey") -> dict[str, Any]:
    """The bundle around an envelope; its hint is the fingerprint of the key, as cosign writes it."""
    hint = base64.b64encode(fingerprint(key.public_key())).decode()
    material = {"publicKey": {"hint": hint}, "tlogEntries": []}
    return {"mediaType": BUNDLE, "verificationMaterial": material, "dsseEnvelope": envelope}
