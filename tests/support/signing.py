"""Keys, bundles and signatures for tests of verification."""

import base64
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from careen.signing.envelopes import PAYLOAD_TYPE, encoded, statement

DIGEST, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64
STATEMENT = statement([("registry.example/app", DIGEST)], "https://cyclonedx.org/bom", {"bomFormat": "CycloneDX"})


def new_key(kind: str = "p256") -> Any:
    match kind:
        case "ed25519":
            return ed25519.Ed25519PrivateKey.generate()
        case "rsa":
            return rsa.generate_private_key(65537, 2048)
        case "weak":
            return rsa.generate_private_key(65537, 1024)
        case "k1":
            return ec.generate_private_key(ec.SECP256K1())
    return ec.generate_private_key({"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}[kind])


def public_pem(key: Any) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def private_pem(key: Any, password: Any = None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, password or NoEncryption())


def logged_as_cosign(
    services: Any, name: str, payload: bytes = STATEMENT, message: bytes | None = None, kind: str = "p256", forged: bytes = b""
) -> dict[str, Any]:
    """A signature as cosign 2 keeps it, by a certificate of ``services``: of an envelope, or of ``message`` itself.

    ``forged``: in place of the signature, also in the log, which would refuse it if it were not of these tests.
    """
    key = new_key(kind)
    certificate = services.certify(key.public_key(), name).public_bytes(Encoding.PEM)
    signed = encoded(PAYLOAD_TYPE, payload) if message is None else message
    signature = forged or key.sign(signed, ec.ECDSA(hashes.SHA256()))
    text = base64.b64encode(signature).decode()
    from tests.support.sigstore_services import logged_body

    verifier = base64.b64encode(certificate).decode()
    envelope = {
        "payloadType": PAYLOAD_TYPE,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [{"sig": text, "keyid": ""}],
    }
    if message is None:
        spec = {"proposedContent": {"envelope": json.dumps(envelope), "verifiers": [verifier]}}
        body = logged_body({"apiVersion": "0.0.1", "kind": "dsse", "spec": spec})
    else:
        from hashlib import sha256

        hashed = {"algorithm": "sha256", "value": sha256(message).hexdigest()}
        spec = {"data": {"hash": hashed}, "signature": {"content": text, "publicKey": {"content": verifier}}}
        body = {"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": spec}
    entry = services.enter(body)
    promise = {
        "SignedEntryTimestamp": entry.pop("verification")["signedEntryTimestamp"],
        "Payload": entry,
    }
    return {"certificate": certificate, "promise": promise, "signature": signature, "message": signed, "envelope": envelope}
