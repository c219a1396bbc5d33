"""A certificate authority and a transparency log as Sigstore runs them (Fulcio, Rekor), on loopback, with keys of the moment.

Nobody is asked who they are: the certificate names the subject of the token. ``late`` logs entries that long after now.
"""

import base64
import hashlib
import json
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.support.servers import Answer, Request, Server

ISSUER = "https://accounts.example.test"
SCTS = "1.3.6.1.4.1.11129.2.4.2"
ROOT_TYPE = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"
CONFIG_TYPE = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"
SIGNING_TYPE = "application/vnd.dev.sigstore.signingconfig.v0.2+json"


class Sigstore:
    def __init__(self, late: timedelta = timedelta(), lifetime: timedelta = timedelta(minutes=10)) -> None:
        self.late, self.lifetime = late, lifetime
        self.authority, self.log, self.certificate_log = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
        self.root = self._root()
        self.entries = 0
        self._server = Server(self._answer)

    def __enter__(self) -> "Sigstore":
        self._server.__enter__()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.__exit__(*failure)

    @property
    def requests(self) -> list[Request]:
        return self._server.requests

    @property
    def url(self) -> str:
        return f"http://{self._server.host}"

    def trusted_root(self) -> dict[str, Any]:
        since = {"start": "2020-01-01T00:00:00Z"}

        def log(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
            public = {"rawBytes": _text(spki(key.public_key())), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": since}
            return {
                "baseUrl": self.url,
                "hashAlgorithm": "SHA2_256",
                "publicKey": public,
                "logId": {"keyId": _text(key_id(key.public_key()))},
            }

        chain = {"certificates": [{"rawBytes": _text(self.root.public_bytes(Encoding.DER))}]}
        return {
            "mediaType": ROOT_TYPE,
            "tlogs": [log(self.log)],
            "certificateAuthorities": [
                {
                    "subject": {"organization": "example.test", "commonName": "sigstore"},
                    "uri": self.url,
                    "certChain": chain,
                    "validFor": since,
                }
            ],
            "ctlogs": [log(self.certificate_log)],
            "timestampAuthorities": [],
        }

    def configuration(self) -> dict[str, Any]:
        """What ``careen attest --sigstore-config`` reads."""
        service = {
            "url": self.url,
            "majorApiVersion": 1,
            "validFor": {"start": "2020-01-01T00:00:00Z"},
            "operator": "example.test",
        }
        signing = {
            "mediaType": SIGNING_TYPE,
            "caUrls": [service],
            "oidcUrls": [service],
            "rekorTlogUrls": [service],
            "tsaUrls": [],
            "rekorTlogConfig": {"selector": "ANY"},
            "tsaConfig": {"selector": "ANY"},
        }
        return {"mediaType": CONFIG_TYPE, "trustedRoot": self.trusted_root(), "signingConfig": signing}

    def certify(self, key: Any, name: str, issuer: str = ISSUER, **options: Any) -> x509.Certificate:
        """A certificate of the authority, with the promise of its log in it."""
        serial, now = x509.random_serial_number(), datetime.now(UTC).replace(microsecond=0)
        builder = self._leaf(key, name, issuer, serial, now, **options)
        before = builder.sign(self.authority, hashes.SHA256()).tbs_certificate_bytes
        return builder.add_extension(self._promise(before, now), critical=False).sign(self.authority, hashes.SHA256())

    def enter(self, body: dict[str, Any]) -> dict[str, Any]:
        """The entry of the log, as its API has it."""
        self.entries += 1
        data = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
        moment = int((datetime.now(UTC) + self.late).timestamp())
        identity = key_id(self.log.public_key())
        entry = {"body": _text(data), "integratedTime": moment, "logID": identity.hex(), "logIndex": self.entries}
        promise = self._signed(json.dumps(entry, sort_keys=True, separators=(",", ":")).encode())
        before, leaf = hashlib.sha256(b"\0").digest(), hashlib.sha256(b"\0" + data).digest()
        top = hashlib.sha256(b"\1" + before + leaf).digest()  # a tree of two: each entry is the second of one
        note = f"{self.url} - 1\n2\n{_text(top)}\n"
        checkpoint = f"{note}\n— {self.url} {_text(identity[:4] + self._signed(note.encode()))}\n"
        proof = {"checkpoint": checkpoint, "hashes": [before.hex()], "logIndex": 1, "rootHash": top.hex(), "treeSize": 2}
        return entry | {"verification": {"signedEntryTimestamp": _text(promise), "inclusionProof": proof}}

    def _signed(self, data: bytes) -> bytes:
        return self.log.sign(data, ec.ECDSA(hashes.SHA256()))

    def _answer(self, request: Request) -> Answer:
        given = json.loads(request.body or b"{}")
        if request.path == "/api/v2/signingCert":
            csr = x509.load_pem_x509_csr(base64.b64decode(given["certificateSigningRequest"]))
            chain = [_pem(self.certify(csr.public_key(), *_claims(request))), _pem(self.root)]
            return _json({"signedCertificateEmbeddedSct": {"chain": {"certificates": chain}}})
        if request.path == "/api/v1/signingCert":
            key = load_pem_public_key(base64.b64decode(given["publicKey"]["content"]))
            chain = _pem(self.certify(key, *_claims(request))) + _pem(self.root)
            return Answer(201, chain.encode(), {"Content-Type": "application/pem-certificate-chain"})
        if request.path == "/api/v1/log/entries":
            return _json({f"{self.entries:064x}": self.enter(logged_body(given))}, 201)
        if request.path == "/api/v1/log/publicKey":
            return Answer(body=public_pem(self.log))
        return Answer(404)

    def _root(self) -> x509.Certificate:
        name = x509.Name(
            [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "example.test"), x509.NameAttribute(NameOID.COMMON_NAME, "root")]
        )
        now, key = datetime.now(UTC), self.authority.public_key()
        usage = _usage(sign_certificates=True)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=400))
            .not_valid_after(now + timedelta(days=400))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .sign(self.authority, hashes.SHA256())
        )

    def _leaf(
        self, key: Any, name: str, issuer: str, serial: int, now: datetime, *, usages: Any = (ExtendedKeyUsageOID.CODE_SIGNING,)
    ) -> x509.CertificateBuilder:
        named = x509.UniformResourceIdentifier(name) if "://" in name else x509.RFC822Name(name)
        issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.authority.public_key())
        text = issuer.encode()
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self.root.subject)
            .public_key(key)
            .serial_number(serial)
            .not_valid_before(now - timedelta(minutes=1))
            .not_valid_after(now + self.lifetime)
            .add_extension(_usage(), critical=True)
            .add_extension(x509.ExtendedKeyUsage(list(usages)), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(issued_by, critical=False)
            .add_extension(x509.SubjectAlternativeName([named]), critical=True)
            .add_extension(_raw("1.3.6.1.4.1.57264.1.1", text), critical=False)
            .add_extension(_raw("1.3.6.1.4.1.57264.1.8", b"\x0c" + bytes([len(text)]) + text), critical=False)
        )

    def _promise(self, before: bytes, now: datetime) -> x509.UnrecognizedExtension:
        """Source: RFC 6962, sections 3.2 and 3.3."""
        moment = int(now.timestamp() * 1000)
        entry = key_id(self.authority.public_key()) + struct.pack("!I", len(before))[1:] + before
        signed = struct.pack("!BBQH", 0, 0, moment, 1) + entry + struct.pack("!H", 0)
        signature = self.certificate_log.sign(signed, ec.ECDSA(hashes.SHA256()))
        stamp = struct.pack("!B32sQHBBH", 0, key_id(self.certificate_log.public_key()), moment, 0, 4, 3, len(signature))
        stamp += signature
        listed = struct.pack("!HH", len(stamp) + 2, len(stamp)) + stamp
        return _raw(SCTS, b"\x04" + (bytes([len(listed)]) if len(listed) < 128 else bytes([0x81, len(listed)])) + listed)


def token(name: str, issuer: str = ISSUER, lifetime: int = 600) -> str:
    """An identity token that nobody signed."""
    now = int(datetime.now(UTC).timestamp())
    claims = {"aud": "sigstore", "sub": name, "email": name, "email_verified": True, "iss": issuer}
    claims |= {"iat": now, "nbf": now - 5, "exp": now + lifetime}
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256", "typ": "JWT"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (*parts, b"signature"))


def logged_body(proposed: dict[str, Any]) -> dict[str, Any]:
    """What the log keeps of a proposed entry. Source: Rekor, pkg/types/dsse/v0.0.1."""
    content = proposed["spec"].get("proposedContent")
    if proposed["kind"] != "dsse" or content is None:
        return proposed
    envelope = json.loads(content["envelope"])
    signatures = [
        {"signature": one["sig"], "verifier": verifier}
        for one, verifier in zip(envelope["signatures"], content["verifiers"], strict=True)
    ]
    spec = {
        "envelopeHash": _hashed(content["envelope"].encode()),
        "payloadHash": _hashed(base64.b64decode(envelope["payload"])),
        "signatures": signatures,
    }
    return {"apiVersion": "0.0.1", "kind": "dsse", "spec": spec}


def spki(key: Any) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def key_id(key: Any) -> bytes:
    return hashlib.sha256(spki(key)).digest()


def public_pem(key: Any) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _usage(sign_certificates: bool = False) -> x509.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
        "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    wanted = ("key_cert_sign", "crl_sign") if sign_certificates else ("digital_signature",)
    return x509.KeyUsage(**{name: name in wanted for name in names})


def _raw(oid: str, value: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value)


def _claims(request: Request) -> tuple[str, str]:
    part = request.headers["authorization"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims["sub"], claims["iss"]


def _hashed(data: bytes) -> dict[str, str]:
    return {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _json(document: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(document).encode(), {"Content-Type": "application/json"})
