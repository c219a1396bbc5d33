"""An in-toto statement, and the envelope that it may be signed in: bare, in DSSE, or in a bundle of Sigstore.

Shape: ``{"_type", subject: [{digest: {sha256}}], predicateType, predicate}``; DSSE ``{payload, payloadType, signatures:
[{sig, keyid}]}`` with the statement in base64; a bundle ``{verificationMaterial, dsseEnvelope}``.
Raises: ValueError for anything else.
**Source:** in-toto Attestation Framework, Statement v1; DSSE 1.0, envelope.md and protocol.md; Sigstore bundle 0.3.
"""

import base64
import binascii
from typing import Any

from msgspec import Struct

from careen.formats.data.plain import json_object, mapping, sequence, text
from careen.images.referrers import certificate

from .certificate import Identity

MAX_SUBJECTS = 10_000
MAX_SIGNATURES = 16
PAYLOAD_TYPE = "application/vnd.in-toto+json"


class Statement(Struct, frozen=True):
    subjects: frozenset[str]  # digests
    predicate_type: str
    predicate: dict[str, Any]
    data: bytes  # the whole statement


class Seal(Struct, frozen=True):
    """``signatures`` are of ``message``."""

    message: bytes
    signatures: tuple[bytes, ...]
    key: str = ""
    identity: Identity | None = None
    is_bundle: bool = False


def read_attestation(data: bytes) -> tuple[Statement, Seal | None]:
    """The statement, and the envelope it was signed in."""
    document = json_object(data)
    material = mapping(document.get("verificationMaterial"))
    envelope = mapping(document.get("dsseEnvelope")) if material else document
    if "payload" not in envelope:
        if material:
            raise ValueError("a bundle without an envelope")
        return _statement(document, data), None
    payload, kind = decoded(envelope.get("payload")), text(envelope.get("payloadType"))
    if kind != PAYLOAD_TYPE:
        raise ValueError(f"an envelope around {kind[:100]!r}, not a statement")
    given = [mapping(signature) for signature in sequence(envelope.get("signatures"))[:MAX_SIGNATURES]]
    signatures = tuple(decoded(signature.get("sig")) for signature in given)
    if not signatures:
        return _statement(json_object(payload), payload), None
    key = next((name for signature in given if (name := text(signature.get("keyid")))), "")
    hint = text(mapping(material.get("publicKey")).get("hint"))
    seal = Seal(encoded(kind, payload), signatures, key or hint, _certificate(material), bool(material))
    return _statement(json_object(payload), payload), seal


def encoded(kind: str, payload: bytes) -> bytes:
    """Pre-authentication encoding: the signed bytes."""
    return b"DSSEv1 %d %s %d %s" % (len(kind.encode()), kind.encode(), len(payload), payload)


def decoded(value: Any) -> bytes:
    """Base64 of either alphabet."""
    try:
        return base64.b64decode(text(value).replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("malformed base64") from None


def _statement(document: dict[str, Any], data: bytes) -> Statement:
    kind = text(document.get("predicateType"))
    if not kind:
        raise ValueError("not an in-toto statement: it has no predicateType")
    subjects = sequence(document.get("subject"))
    if len(subjects) > MAX_SUBJECTS:
        raise ValueError(f"a statement about {len(subjects)} subjects; the limit is {MAX_SUBJECTS}")
    digests = (mapping(mapping(subject).get("digest")) for subject in subjects)
    found = frozenset(f"{name}:{value}" for digest in digests for name, value in digest.items() if isinstance(value, str))
    return Statement(found, kind, mapping(document.get("predicate")), data)


def _certificate(material: dict[str, Any]) -> Identity | None:
    chain = sequence(mapping(material.get("x509CertificateChain")).get("certificates"))
    first = mapping(material.get("certificate")) or mapping(chain[0] if chain else None)
    if not first.get("rawBytes"):
        return None
    try:
        return certificate.identity(decoded(first.get("rawBytes")))
    except ValueError:
        return None
