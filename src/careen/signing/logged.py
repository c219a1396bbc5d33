"""Verifies signatures by certificate as cosign 2 stores them: with the log's promise to include the entry, and no
proof of inclusion.

The promise (a signed entry timestamp) proves the time; ``sigstore`` verifies its signature, the chain of certificates
and the certificates' own log. The library reads only bundles with a proof of inclusion, so this module repeats its
steps in the same order.
Raises: RefusedError; any error of the library counts as a refusal.
**Source:** cosign, specs/SIGNATURE_SPEC.md, "bundle"; Rekor, openapi.yaml, types hashedrekord 0.0.1 and dsse 0.0.1.
"""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from careen.formats.data.plain import mapping, sequence, text

from .bundles import decoded
from .public_keys import is_signed
from .refusals import RefusedError
from .seals import LoggedBefore, Seal
from .strict_json import strict_object

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from sigstore.models import TrustedRoot
    from sigstore.verify import Verifier

MAX_BYTES = 1 << 20


def proven_by_promise(seal: Seal, verifier: "Verifier", root: "TrustedRoot") -> "Certificate":
    from cryptography import x509
    from sigstore._internal.sct import verify_sct
    from sigstore._internal.timestamp import TimestampSource, TimestampVerificationResult
    from sigstore._internal.trust import KeyringPurpose
    from sigstore._utils import KeyID

    from .keyless import refuse_expired

    logged = seal.logged
    if logged is None or len(logged.promise) > MAX_BYTES or len(logged.certificate) > MAX_BYTES:
        raise RefusedError("malformed", "a certificate without a promise of the log")
    certificate = x509.load_pem_x509_certificate(logged.certificate)
    entry, promised, signature = _promise(logged)
    time = datetime.fromtimestamp(entry["integratedTime"], UTC)
    refuse_expired(certificate, [time])
    if not any(is_signed(certificate.public_key(), seal.message, made) for made in seal.signatures):
        raise RefusedError("signature_mismatch", "the key of the certificate did not sign these bytes")
    keys = root.rekor_keyring(KeyringPurpose.VERIFY)
    keys.verify(key_id=KeyID(bytes.fromhex(entry["logID"])), signature=signature, data=promised)
    chain = verifier._verify_chain_at_time(certificate, TimestampVerificationResult(TimestampSource.TRANSPARENCY_SERVICE, time))
    verify_sct(certificate, chain, root.ct_keyring(KeyringPurpose.VERIFY))
    _refuse_other_use(certificate)
    _refuse_other_entry(strict_object(decoded(entry["body"])), certificate, seal)
    return certificate


def _promise(logged: LoggedBefore) -> tuple[dict[str, Any], bytes, bytes]:
    """The entry, its canonical bytes, and the log's signature of them."""
    document = strict_object(logged.promise)
    entry = mapping(document.get("Payload"))
    kinds = {"body": str, "integratedTime": int, "logID": str, "logIndex": int}
    if entry.keys() != kinds.keys() or not all(type(entry[name]) is kind for name, kind in kinds.items()):
        raise RefusedError("malformed", "a promise of the log without its entry")
    # RFC 8785 of an object with these names, and values without a character that it escapes.
    canonical = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()
    return entry, canonical, decoded(document.get("SignedEntryTimestamp"))


def _refuse_other_use(certificate: "Certificate") -> None:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    extended = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if not usage.digital_signature or ExtendedKeyUsageOID.CODE_SIGNING not in extended:
        raise RefusedError("certificate_untrusted", "the certificate is not for signing code")


def _refuse_other_entry(body: dict[str, Any], certificate: "Certificate", seal: Seal) -> None:
    """Refuses an entry of the log unless it is about this signature, of these bytes, by this certificate."""
    spec = mapping(body.get("spec"))
    kind = (text(body.get("kind")), text(body.get("apiVersion")))
    if kind == ("hashedrekord", "0.0.1"):
        signed, hashed = mapping(spec.get("signature")), mapping(mapping(spec.get("data")).get("hash"))
        pairs = [(text(signed.get("content")), text(mapping(signed.get("publicKey")).get("content")))]
        digest = hashlib.sha256(seal.message)
    elif kind == ("dsse", "0.0.1") and seal.is_envelope:
        hashed = mapping(spec.get("payloadHash"))
        entries = map(mapping, sequence(spec.get("signatures")))
        pairs = [(text(signed.get("signature")), text(signed.get("verifier"))) for signed in entries]
        digest = hashlib.sha256(seal.payload)
    else:
        raise RefusedError("not_supported", f"log entries of the type {kind[0][:50]!r} are not verified")
    is_same = hashed.get("algorithm") == "sha256" and hashed.get("value") == digest.hexdigest()
    known = {base64.b64encode(signature).decode() for signature in seal.signatures}
    if not is_same or len(pairs) != 1 or pairs[0][0] not in known or not _is_certificate(pairs[0][1], certificate):
        raise RefusedError("not_proven", "the entry of the log is about another signature")


def _is_certificate(verifier: str, certificate: "Certificate") -> bool:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    logged = x509.load_pem_x509_certificate(decoded(verifier))
    return logged.public_bytes(Encoding.DER) == certificate.public_bytes(Encoding.DER)
