"""Parses an in-toto statement, and the envelope in which it may be signed: bare, in DSSE, or in a bundle of Sigstore.

Shape: ``{"_type", subject: [{digest: {sha256}}], predicateType, predicate}``; DSSE ``{payload, payloadType, signatures:
[{sig, keyid}]}`` with the statement in base64; a bundle ``{verificationMaterial, dsseEnvelope}``.
Raises: RefusedError (a ValueError) for anything else, and for repeated keys, of which readers choose different ones.
**Source:** in-toto Attestation Framework, Statement v1; DSSE 1.0, envelope.md and protocol.md; Sigstore bundle 0.3.
"""

from typing import Any

from msgspec import Struct

from careen.formats.data.plain import mapping, sequence, text
from careen.images.referrers import certificate
from careen.signing.bundles import decoded, opened, seal_of_bundle
from careen.signing.envelopes import PAYLOAD_TYPE, encoded
from careen.signing.refusals import RefusedError
from careen.signing.seals import Seal
from careen.signing.strict_json import strict_object

from .certificate import Identity

MAX_SUBJECTS = 10_000


class Statement(Struct, frozen=True):
    subjects: frozenset[str]  # digests
    predicate_type: str
    predicate: dict[str, Any]
    data: bytes  # the whole statement


class Attestation(Struct, frozen=True):
    """A statement with its envelope. ``seal`` None: it is not signed. ``identity`` is that of the certificate beside
    it, unverified.
    """

    statement: Statement
    seal: Seal | None = None
    identity: Identity | None = None
    is_bundle: bool = False


def read_attestation(data: bytes) -> Attestation:
    document = strict_object(data)
    material = mapping(document.get("verificationMaterial"))
    if "verificationMaterial" in document:
        seal = seal_of_bundle(document, data)
        return Attestation(_statement(strict_object(seal.payload), seal.payload), seal, _certificate(material), True)
    if "payload" not in document:
        return Attestation(_statement(document, data))
    payload, signatures, key = opened(document)
    statement = _statement(strict_object(payload), payload)
    if not signatures:
        return Attestation(statement)
    return Attestation(statement, Seal(encoded(PAYLOAD_TYPE, payload), signatures, key, is_envelope=True, payload=payload))


def _statement(document: dict[str, Any], data: bytes) -> Statement:
    kind = text(document.get("predicateType"))
    if not kind:
        raise RefusedError("another_payload", "not an in-toto statement: it has no predicateType")
    subjects = sequence(document.get("subject"))
    if len(subjects) > MAX_SUBJECTS:
        raise RefusedError("malformed", f"a statement about {len(subjects)} subjects; the limit is {MAX_SUBJECTS}")
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
