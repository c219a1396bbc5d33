"""A bundle of Sigstore as a signature to verify: of the artifact that the caller has, or of the envelope in the bundle.

Shape: ``{mediaType, verificationMaterial: {publicKey | certificate | x509CertificateChain, tlogEntries, …}, dsseEnvelope |
messageSignature}``. This module verifies nothing.
Raises: RefusedError.
**Source:** Sigstore protobuf-specs, sigstore_bundle.proto; DSSE 1.0, envelope.md.
"""

import base64
import binascii
from typing import Any

from careen.formats.data.plain import mapping, sequence, text

from .envelopes import PAYLOAD_TYPE, encoded
from .refusals import RefusedError
from .seals import Seal

MAX_SIGNATURES = 16
MAX_CERTIFICATES = 10  # of a chain
MAX_LOG_ENTRIES = 8


def seal_of_bundle(document: dict[str, Any], data: bytes, artifact: bytes | None = None) -> Seal:
    """The signature in a bundle, to be verified. ``data`` are the bytes of the document; ``artifact`` is what the
    caller expects to be signed, None if the bundle has an envelope."""
    material = mapping(document.get("verificationMaterial"))
    chain = sequence(mapping(material.get("x509CertificateChain")).get("certificates"))
    if len(chain) > MAX_CERTIFICATES or len(sequence(material.get("tlogEntries"))) > MAX_LOG_ENTRIES:
        raise RefusedError("malformed", "a bundle with more certificates or log entries than it needs")
    by_certificate = bool(chain) or "certificate" in material or "x509CertificateChain" in material
    bundle = data if by_certificate else b""
    hint = text(mapping(material.get("publicKey")).get("hint"))[:200]
    if "dsseEnvelope" in document:
        payload, signatures, key = opened(mapping(document["dsseEnvelope"]))
        return Seal(encoded(PAYLOAD_TYPE, payload), signatures, key or hint, bundle, is_envelope=True, payload=payload)
    if artifact is None or "messageSignature" not in document:
        raise RefusedError("malformed", "a bundle without an envelope")
    return Seal(artifact, (decoded(mapping(document["messageSignature"]).get("signature")),), hint, bundle)


def opened(envelope: dict[str, Any]) -> tuple[bytes, tuple[bytes, ...], str]:
    """The payload, the signatures and the name of the key of an envelope around an in-toto statement."""
    kind = text(envelope.get("payloadType"))
    if kind != PAYLOAD_TYPE:
        raise RefusedError("another_payload", f"an envelope around {kind[:100]!r}, not a statement")
    given = [mapping(signature) for signature in sequence(envelope.get("signatures"))]
    if len(given) > MAX_SIGNATURES:
        raise RefusedError("malformed", f"an envelope with {len(given)} signatures; the limit is {MAX_SIGNATURES}")
    key = next((name for signature in given if (name := text(signature.get("keyid")))), "")
    return decoded(envelope.get("payload")), tuple(decoded(signature.get("sig")) for signature in given), key[:200]


def decoded(value: Any) -> bytes:
    """The bytes of Base64 text, in either alphabet."""
    try:
        return base64.b64decode(text(value).replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise RefusedError("malformed", "malformed base64") from None
