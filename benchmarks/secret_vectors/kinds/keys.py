"""Keys and signed tokens: PEM, age, JSON Web Tokens, keysets."""

import base64
import json

from ..checksums import bech32, crc24
from ..decoys import swapped
from ..draws import ALNUM, Draws
from ..places import ANYWHERE, template
from ..vectors import Decoy, Kind, Place, Placed
from . import der
from .making import CROSSED, token

_PATHS = (
    "etc/ssl/private/server.key",
    "root/.ssh/id_@@word@@",
    "app/certs/@@word@@.pem",
    "opt/@@word@@/conf/tls.key",
    "home/deploy/.ssh/deploy_key",
)


def _as_it_is(path: str) -> Place:
    return lambda draws, name, value: Placed(path.replace("@@word@@", draws.word()), value, value)


def _in_yaml(draws: Draws, name: str, value: str) -> Placed:
    block = "".join(f"      {line}\n" for line in value.splitlines())
    return Placed("opt/deploy/values.yaml", f"tls:\n  enabled: true\n  {name.lower()}: |\n{block}  port: 443\n", block)


def _in_kubernetes(draws: Draws, name: str, value: str) -> Placed:
    block = "".join(f"    {line}\n" for line in value.splitlines())
    text = f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: {draws.word()}-tls\nstringData:\n  tls.key: |\n{block}"
    return Placed("opt/deploy/k8s/tls.yaml", text, block)


def _in_python(draws: Draws, name: str, value: str) -> Placed:
    return Placed(f"app/{draws.word()}/keys.py", f'{name} = """{value}"""\n\nTIMEOUT = 30\n', value)


def _in_script(draws: Draws, name: str, value: str) -> Placed:
    return Placed(
        "usr/local/bin/setup.sh",
        f"#!/bin/sh\ncat > /root/.ssh/id_rsa <<'EOF'\n{value}EOF\nchmod 600 /root/.ssh/id_rsa\n",
        value,
    )


_ESCAPED = tuple(
    template(path, text)
    for path, text in (
        ("app/config/keys.json", '{"algorithm": "RS256", "@@camel@@": "@@value@@"}\n'),
        ("app/.env", '@@NAME@@="@@value@@"\nTZ=UTC\n'),
        ("app/src/keys.js", "module.exports = {\n  @@camel@@: '@@value@@',\n};\n"),
        ("usr/src/@@word@@/keys.go", 'package keys\n\nconst @@camel@@ = "@@value@@"\n'),
    )
)
_PEM_PLACES = (*map(_as_it_is, _PATHS), _in_yaml, _in_kubernetes, _in_python, _in_script, *_ESCAPED)


def _plain(why: str, path: str, made) -> Decoy:
    def placed(draws: Draws) -> Placed:
        text = made(draws)
        return Placed(path, text, text.splitlines()[0])

    return Decoy(why, placed)


def _block(why: str, label: str, made) -> Decoy:
    return _plain(why, "etc/ssl/server.pem", lambda draws: der.pem(label, made(draws)))


def _pem_decoys(label: str) -> tuple[Decoy, ...]:
    first = f"-----BEGIN {label}-----"
    return (
        _block("a public key", "PUBLIC KEY", der.public),
        _block("a request for a certificate", "CERTIFICATE REQUEST", lambda draws: b"0\x82\x02\x8a" + draws.bytes(600)),
        _block("parameters of an exchange", "DH PARAMETERS", lambda draws: b"0\x82\x01\x08" + draws.bytes(264)),
        _plain("code that reads keys", "app/pem.py", lambda draws: f'HEADER = "{first}"\n\ndef is_key(text):\n    return text.startswith(HEADER)\n'),
        _plain("code that reads keys", "usr/src/app/pem.go", lambda draws: f'package pem\n\nvar begin = []byte("{first}")\nvar end = []byte("-----END {label}-----")\n'),
        _plain("a placeholder", "app/keys.yml", lambda draws: f"key: |\n  {first}\n  <your key here>\n  -----END {label}-----\n"),
        _plain("a placeholder", "app/keys.txt", lambda draws: f"{first}\n...\n-----END {label}-----\n"),
        _plain("a manual", "app/manual.txt", lambda draws: f"The file begins with {first} and holds the key of {draws.host()}.\n"),
        _plain("an expression", "app/rules.yml", lambda draws: "pattern: '-----BEGIN (RSA |EC |DSA )?PRIVATE KEY-----[\\s\\S]+'\n"),
        _plain("an empty block", "app/empty.pem", lambda draws: f"{first}\n-----END {label}-----\n"),
    )  # fmt: skip


def _pem(name: str, label: str, made, head: str = "", width: int = 64) -> Kind:
    return Kind(
        name,
        lambda draws: der.pem(label, made(draws), width, _head(draws) if head else ""),
        ("PRIVATE_KEY", "TLS_KEY", "SIGNING_KEY"),
        _PEM_PLACES,
        decoys=_pem_decoys(label),
    )


def _head(draws: Draws) -> str:
    return f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,{draws.hex(32).upper()}\n\n"


def _pgp(draws: Draws) -> str:
    """A packet of a secret key of version 4: the time, RSA, and numbers."""
    body = b"\x04" + draws.bytes(4) + b"\x01" + b"\x08\x00" + draws.bytes(256) + b"\x00\x11\x01\x00\x01\x00" + draws.bytes(600)
    data = b"\x95" + len(body).to_bytes(2, "big") + body
    armor = der.pem("PGP PRIVATE KEY BLOCK", data, 64, "\n")
    return armor.replace("\n-----END", f"\n{crc24(data)}\n-----END")


def _pgp_public(draws: Draws) -> str:
    data = b"\x99\x01\x0d\x04" + draws.bytes(268)
    return der.pem("PGP PUBLIC KEY BLOCK", data, 64, "\n").replace("\n-----END", f"\n{crc24(data)}\n-----END")


def _putty(draws: Draws) -> str:
    public, private = (der.pem("X", draws.bytes(size), 64).splitlines()[1:-1] for size in (100, 80))
    lines = [
        "PuTTY-User-Key-File-3: ssh-ed25519",
        "Encryption: none",
        f"Comment: {draws.word()}",
        f"Public-Lines: {len(public)}",
        *public,
    ]
    return "\n".join([*lines, f"Private-Lines: {len(private)}", *private, f"Private-MAC: {draws.hex(64)}"]) + "\n"


def _age(draws: Draws) -> str:
    return bech32("age-secret-key-", draws.bytes(32)).upper()


_AGE_PLACES = (*ANYWHERE, *(template(path, text) for path, text in (
    ("root/.config/sops/age/keys.txt", "# created: 2026-03-04T10:12:44Z\n@@value@@\n"),
    ("root/.age/key.txt", "@@value@@\n"),
)))  # fmt: skip
_AGE_DECOYS = (
    _plain("a public key", "opt/deploy/.sops.yaml", lambda draws: f"creation_rules:\n  - age: {bech32('age', draws.bytes(32))}\n"),
    _plain("an encrypted file", "opt/deploy/secrets.enc.yaml", lambda draws: f"db: ENC[AES256_GCM,data:{draws.base64(24)},iv:{draws.base64(32)},tag:{draws.base64(16)},type:str]\n"),
)  # fmt: skip


def _part(document: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(document, separators=(",", ":")).encode()).decode().rstrip("=")


def _jwt(draws: Draws) -> str:
    algorithm, size = draws.one((("HS256", 32), ("RS256", 256), ("ES256", 64), ("HS512", 64)))
    claims = {
        "iss": f"https://{draws.host()}",
        "sub": draws.uuid(),
        "iat": draws.between(1_700_000_000, 1_760_000_000),
        "scope": draws.word(),
    }
    signature = base64.urlsafe_b64encode(draws.bytes(size)).decode().rstrip("=")
    return f"{_part({'alg': algorithm, 'typ': 'JWT'})}.{_part(claims)}.{signature}"


def _unsigned(draws: Draws, value: str) -> str:
    return ".".join(value.split(".")[:2])


def _no_json(draws: Draws, value: str) -> str:
    """Three parts, the first of which decodes to no JSON."""
    return ".".join((base64.urlsafe_b64encode(draws.bytes(27)).decode().rstrip("="), *value.split(".")[1:]))


_JWT_SAMPLE = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ."
    + "SflKxwRJSMeKKF2QT4fw" + "pMeJf36POk6yJV_adQssw5c"
)  # fmt: skip
_JWT_DECOYS = (
    _plain("a public key for tokens", "app/jwks.json", lambda draws: json.dumps({"keys": [{"kty": "RSA", "kid": draws.hex(16), "n": draws.urlsafe(342), "e": "AQAB"}]}) + "\n"),
    _plain("a map of sources", "app/static/app.js.map", lambda draws: '{"version":3,"mappings":"' + draws.of(ALNUM + ",;", 600) + '"}\n'),
)  # fmt: skip


def _keyset(draws: Draws, material: str = "SYMMETRIC", key: str = "") -> str:
    number = int(draws.digits(9))
    kind, data = draws.one(
        (
            ("AesGcmKey", b"\x1a\x20" + draws.bytes(32)),
            ("HmacKey", b"\x12\x04\x08\x03\x10\x20\x1a\x20" + draws.bytes(32)),
            ("AesSivKey", b"\x12\x40" + draws.bytes(64)),
        )
    )
    value = {
        "keyMaterialType": material,
        "typeUrl": f"type.googleapis.com/google.crypto.tink.{key or kind}",
        "value": base64.b64encode(data).decode(),
    }
    return json.dumps(
        {"primaryKeyId": number, "key": [{"keyData": value, "keyId": number, "outputPrefixType": "TINK", "status": "ENABLED"}]}
    )


def _keyset_file(path: str, indent: int | None) -> Place:
    def place(draws: Draws, name: str, value: str) -> Placed:
        return Placed(
            path, json.dumps(json.loads(value), indent=indent) + "\n", json.loads(value)["key"][0]["keyData"]["value"]
        )

    return place


def _keyset_text(draws: Draws, name: str, value: str) -> Placed:
    return Placed(
        "app/src/Keys.java",
        f'class Keys {{\n    static final String KEYSET =\n        "{json.dumps(value)[1:-1]}";\n}}\n',
        json.loads(value)["key"][0]["keyData"]["value"],
    )


def _encoded_keyset(draws: Draws, name: str, value: str) -> Placed:
    encoded = base64.b64encode(value.encode()).decode()
    return Placed("app/.env", f"TINK_KEYSET={encoded}\nTZ=UTC\n", encoded)


_TINK_DECOYS = (
    _plain("public keys", "app/public-keyset.json", lambda draws: _keyset(draws, "ASYMMETRIC_PUBLIC", "EcdsaPublicKey") + "\n"),
    _plain("an encrypted keyset", "app/keyset.json", lambda draws: json.dumps({"encryptedKeyset": draws.base64(180), "keysetInfo": {"primaryKeyId": int(draws.digits(9)), "keyInfo": [{"typeUrl": "type.googleapis.com/google.crypto.tink.AesGcmKey", "status": "ENABLED"}]}}) + "\n"),
    _plain("a reference to keys elsewhere", "app/keyset.json", lambda draws: _keyset(draws, "REMOTE", "KmsAeadKey") + "\n"),
    _plain("the names of types", "app/src/Types.java", lambda draws: 'class Types {\n    static final String URL = "type.googleapis.com/google.crypto.tink.AesGcmKey";\n}\n'),
)  # fmt: skip

KINDS: tuple[Kind, ...] = (
    _pem("private-key-rsa", "RSA PRIVATE KEY", der.rsa),
    _pem("private-key-ec", "EC PRIVATE KEY", der.ec),
    _pem("private-key-dsa", "DSA PRIVATE KEY", der.dsa),
    _pem("private-key-pkcs8", "PRIVATE KEY", der.pkcs8),
    _pem("private-key-openssh", "OPENSSH PRIVATE KEY", der.openssh, width=70),
    _pem("private-key-openssh-protected", "OPENSSH PRIVATE KEY", lambda draws: der.openssh(draws, protected=True), width=70),
    _pem("private-key-pkcs8-encrypted", "ENCRYPTED PRIVATE KEY", der.encrypted_pkcs8),
    _pem("private-key-rsa-encrypted", "RSA PRIVATE KEY", lambda draws: draws.bytes(1200), head="encrypted"),
    Kind("private-key-pgp", _pgp, ("PGP_KEY", "GPG_SIGNING_KEY"), _PEM_PLACES, decoys=(*_pem_decoys("PGP PRIVATE KEY BLOCK"), _plain("a public key", "etc/apt/keyrings/a.asc", _pgp_public))),
    Kind("private-key-putty", _putty, ("PUTTY_KEY",), (*map(_as_it_is, ("root/deploy.ppk", "home/deploy/keys/@@word@@.ppk", "opt/@@word@@/id.ppk")), _in_script, _in_yaml), decoys=_pem_decoys("RSA PRIVATE KEY")),
    token("age-secret-key", _age, "SOPS_AGE_KEY AGE_KEY", "AGE-SECRET-KEY-1", (("a wrong checksum", swapped), CROSSED), decoys=_AGE_DECOYS, places=_AGE_PLACES),
    token("json-web-token", _jwt, "ACCESS_TOKEN ID_TOKEN SERVICE_TOKEN JWT", "eyJ", (("without a signature", _unsigned), ("no JSON", _no_json), CROSSED), (_JWT_SAMPLE,), _JWT_DECOYS),
    Kind("tink-keyset", _keyset, ("TINK_KEYSET",), (_keyset_file("app/keyset.json", None), _keyset_file("etc/app/keys/aead.json", 2), _keyset_text, _encoded_keyset), decoys=_TINK_DECOYS),
)  # fmt: skip
