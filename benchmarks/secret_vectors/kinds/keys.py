"""Keys and signed tokens: PEM, age, JSON Web Tokens, keysets."""

import base64
import json
from collections.abc import Callable

from ..checksums import bech32, crc24
from ..decoys import described
from ..draws import Draws
from ..kind import Kind, Place, Placed
from ..places import ANYWHERE, places
from . import der
from .making import CHECKED, CROSSED, placed, token

_PATHS = (
    "etc/ssl/private/server.key", "root/.ssh/id_@@word@@", "app/certs/@@word@@.pem", "opt/@@word@@/conf/tls.key",
    "home/deploy/.ssh/deploy_key",
)  # fmt: skip


def _as_it_is(path: str) -> Place:
    return lambda draws, name, value: Placed(path.replace("@@word@@", draws.word()), value, value)


def _indented(value: str, indent: str) -> str:
    return "".join(f"{indent}{line}\n" for line in value.splitlines())


def _in_yaml(draws: Draws, name: str, value: str) -> Placed:
    block = _indented(value, "      ")
    return Placed("opt/deploy/values.yaml", f"tls:\n  enabled: true\n  {name.lower()}: |\n{block}  port: 443\n", block)


def _in_kubernetes(draws: Draws, name: str, value: str) -> Placed:
    block = _indented(value, "    ")
    text = f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: {draws.word()}-tls\nstringData:\n  tls.key: |\n{block}"
    return Placed("opt/deploy/k8s/tls.yaml", text, block)


def _in_python(draws: Draws, name: str, value: str) -> Placed:
    return Placed(f"app/{draws.word()}/keys.py", f'{name} = """{value}"""\n\nTIMEOUT = 30\n', value)


def _in_script(draws: Draws, name: str, value: str) -> Placed:
    text = f"#!/bin/sh\ncat > /root/.ssh/id_rsa <<'EOF'\n{value}EOF\nchmod 600 /root/.ssh/id_rsa\n"
    return Placed("usr/local/bin/setup.sh", text, value)


_BLOCKS = (_in_yaml, _in_kubernetes, _in_python, _in_script)
_PEM = (*map(_as_it_is, _PATHS), *_BLOCKS, *places("pem"))


def _private_key(name: str, label: str, data: Callable[[Draws], bytes], width: int = 64) -> Kind:
    return _armored(name, label, lambda draws: der.pem(label, data(draws), width))


def _armored(name: str, label: str, made: Callable[[Draws], str]) -> Kind:
    """The decoys have the same label, where a name is asked for."""
    return Kind(name, made, ("PRIVATE_KEY", "TLS_KEY", "SIGNING_KEY"), _PEM, decoys=described("decoys/pem", (label,)))


def _protected_rsa(draws: Draws) -> str:
    head = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,{draws.named('uphex', 32)}\n\n"
    return der.pem("RSA PRIVATE KEY", draws.bytes(1200), head=head)


def pgp(draws: Draws) -> str:
    """A packet of a secret key of version 4: the time, RSA, and numbers."""
    body = b"\x04" + draws.bytes(4) + b"\x01" + b"\x08\x00" + draws.bytes(256) + b"\x00\x11\x01\x00\x01\x00" + draws.bytes(600)
    data = b"\x95" + len(body).to_bytes(2, "big") + body
    armor = der.pem("PGP PRIVATE KEY BLOCK", data, head="\n")
    return armor.replace("\n-----END", f"\n{crc24(data)}\n-----END")


def _putty(draws: Draws) -> str:
    public, private = (der.pem("X", draws.bytes(size)).splitlines()[1:-1] for size in (100, 80))
    head = ["PuTTY-User-Key-File-3: ssh-ed25519", "Encryption: none", f"Comment: {draws.word()}"]
    lines = [*head, f"Public-Lines: {len(public)}", *public, f"Private-Lines: {len(private)}", *private]
    return "\n".join([*lines, f"Private-MAC: {draws.named('hex', 64)}"]) + "\n"


def age(draws: Draws) -> str:
    return bech32("age-secret-key-", draws.bytes(32)).upper()


def _part(document: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(document, separators=(",", ":")).encode()).decode().rstrip("=")


def json_web_token(draws: Draws) -> str:
    algorithm, size = draws.one((("HS256", 32), ("RS256", 256), ("ES256", 64), ("HS512", 64)))
    times = {"iat": draws.between(1_700_000_000, 1_760_000_000), "scope": draws.word()}
    claims = {"iss": f"https://{draws.host()}", "sub": draws.uuid(), **times}
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
_TINK_KEYS = (
    ("AesGcmKey", b"\x1a\x20", 32),
    ("HmacKey", b"\x12\x04\x08\x03\x10\x20\x1a\x20", 32),
    ("AesSivKey", b"\x12\x40", 64),
)


def _keyset(draws: Draws) -> str:
    number = int(draws.named("digits", 9))
    kind, head, size = draws.one(_TINK_KEYS)
    key = base64.b64encode(head + draws.bytes(size)).decode()
    url = f"type.googleapis.com/google.crypto.tink.{kind}"
    data = {"keyMaterialType": "SYMMETRIC", "typeUrl": url, "value": key}
    entry = {"keyData": data, "keyId": number, "outputPrefixType": "TINK", "status": "ENABLED"}
    return json.dumps({"primaryKeyId": number, "key": [entry]})


def _key_in(keyset: str) -> str:
    return json.loads(keyset)["key"][0]["keyData"]["value"]


def _keyset_file(path: str, indent: int | None) -> Place:
    return lambda draws, name, value: Placed(path, json.dumps(json.loads(value), indent=indent) + "\n", _key_in(value))


def _keyset_in_code(draws: Draws, name: str, value: str) -> Placed:
    text = f'class Keys {{\n    static final String KEYSET =\n        "{json.dumps(value)[1:-1]}";\n}}\n'
    return Placed("app/src/Keys.java", text, _key_in(value))


def _encoded_keyset(draws: Draws, name: str, value: str) -> Placed:
    encoded = base64.b64encode(value.encode()).decode()
    return Placed("app/.env", f"TINK_KEYSET={encoded}\nTZ=UTC\n", encoded)


_KEYSETS = (
    _keyset_file("app/keyset.json", None),
    _keyset_file("etc/app/keys/aead.json", 2),
    _keyset_file("opt/app/tink.json", None),
    _keyset_in_code,
    _encoded_keyset,
)

KINDS: tuple[Kind, ...] = (
    _private_key("private-key-rsa", "RSA PRIVATE KEY", der.rsa),
    _private_key("private-key-ec", "EC PRIVATE KEY", der.ec),
    _private_key("private-key-dsa", "DSA PRIVATE KEY", der.dsa),
    _private_key("private-key-pkcs8", "PRIVATE KEY", der.pkcs8),
    _private_key("private-key-openssh", "OPENSSH PRIVATE KEY", der.openssh, 70),
    _private_key("private-key-openssh-protected", "OPENSSH PRIVATE KEY", der.openssh_protected, 70),
    _private_key("private-key-pkcs8-encrypted", "ENCRYPTED PRIVATE KEY", der.encrypted_pkcs8),
    _armored("private-key-rsa-encrypted", "RSA PRIVATE KEY", _protected_rsa),
    _armored("private-key-pgp", "PGP PRIVATE KEY BLOCK", pgp),
    _armored("private-key-putty", "RSA PRIVATE KEY", _putty)._replace(
        places=(
            *map(_as_it_is, ("root/deploy.ppk", "home/deploy/keys/@@word@@.ppk", "opt/@@word@@/id.ppk")),
            _in_script,
            _in_yaml,
        )
    ),
    token(
        "age-secret-key",
        age,
        "SOPS_AGE_KEY AGE_KEY",
        CHECKED,
        "AGE-SECRET-KEY-1",
        decoys="age",
        places=(*places("age"), *ANYWHERE),
    ),
    token(
        "json-web-token",
        json_web_token,
        "ACCESS_TOKEN ID_TOKEN SERVICE_TOKEN JWT",
        (("without a signature", _unsigned), ("no JSON", _no_json), CROSSED),
        "eyJ",
        (_JWT_SAMPLE,),
        "jwt",
    ),
    placed("tink-keyset", _keyset, "TINK_KEYSET", _KEYSETS, (), decoys="tink"),
)
