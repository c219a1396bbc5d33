"""The fourth set, continued: secrets in the files of services and tools, and in files that are not text."""

import base64
import gzip
import json
import pickle
from collections.abc import Callable

from ..decoys import described
from ..draws import ALNUM, Draws
from ..kind import Decoy, Kind, Place, Placed
from ..places import ASSIGNED, sections, template, written_as_text
from . import der
from .keys import pgp
from .logins import strong
from .making import CROSSED, Made, Wrong, placed
from .registries import npm

_NO_VALUES = (
    "<password>", "changeme", "********", "${SECRET_VALUE}", "{{ secret_value }}", "%SECRET_VALUE%", "@SECRET_VALUE@",
    "REPLACE_WITH_SECRET_VALUE", "xxxxxxxxxxxxxxxx", "your-secret-here", "$(cat /run/secrets/main)", "<%= secret_value %>",
)  # fmt: skip


def _in_services(name: str, made: Made = strong, wrong: Wrong = (CROSSED,), *, by_name_only: bool = False) -> Kind:
    """In the files of a service that ``texts/services.txt`` has under this name; there also with no secret in its place."""
    heads = [(head.partition(" | "), text) for head, text in sections("services")]
    own = tuple(template(path, text) for (kind, _, path), text in heads if kind == name)
    if not own:
        raise ValueError(f"no file of a service for {name}")
    kind = placed(name, made, name.upper().replace("-", "_"), own, wrong, by_name_only=by_name_only)
    return kind._replace(decoys=tuple(_without_value(own, text) for text in _NO_VALUES))


def _without_value(own: tuple[Place, ...], text: str) -> Decoy:
    return Decoy("no value in its place", lambda draws: draws.one(own)(draws, "SECRET", text))


def _shadow(draws: Draws) -> str:
    letters = ALNUM + "./"
    return draws.one((
        f"$6${draws.of(letters, 16)}${draws.of(letters, 86)}",
        f"$y$j9T${draws.of(letters, 22)}${draws.of(letters, 43)}",
        f"$5$rounds=5000${draws.of(letters, 16)}${draws.of(letters, 43)}",
    ))  # fmt: skip


def _basic(draws: Draws) -> str:
    return base64.b64encode(f"{draws.word()}:{strong(draws)}".encode()).decode()


def _fernet(draws: Draws) -> str:
    return base64.urlsafe_b64encode(draws.bytes(32)).decode()


# --- keys that are not PEM --------------------------------------------------------------------------------------------


def _numbers(draws: Draws, *sizes: int) -> list[str]:
    return [base64.urlsafe_b64encode(draws.bytes(size)).decode().rstrip("=") for size in sizes]


def _jwk(draws: Draws) -> str:
    n, d, p, q = _numbers(draws, 256, 256, 128, 128)
    x, y, e = _numbers(draws, 32, 32, 32)
    return json.dumps(
        draws.one((
            {"kty": "RSA", "kid": draws.uuid(), "n": n, "e": "AQAB", "d": d, "p": p, "q": q},
            {"kty": "EC", "crv": "P-256", "x": x, "y": y, "d": e},
            {"kty": "OKP", "crv": "Ed25519", "x": x, "d": e},
        ))
    )  # fmt: skip


def _public_jwk(draws: Draws) -> Placed:
    n, x, y = _numbers(draws, 256, 32, 32)
    key = draws.one(({"kty": "RSA", "n": n, "e": "AQAB", "use": "sig"}, {"kty": "EC", "crv": "P-256", "x": x, "y": y}))
    return Placed("app/config/jwks.json", json.dumps({"keys": [{"kid": draws.uuid(), **key}]}), "")


def _encoded_pem(draws: Draws) -> str:
    text = der.pem("PRIVATE KEY", der.pkcs8(draws)) if draws.between(0, 1) else der.pem("RSA PRIVATE KEY", der.rsa(draws))
    return base64.b64encode(text.encode()).decode()


def _agent_key(draws: Draws) -> str:
    """A key as an agent stores it: an expression with its numbers in hexadecimal digits."""
    n, d, p, q, u = (draws.named("uphex", size) for size in (512, 510, 256, 256, 256))
    return f"Key: (private-key (rsa (n #00{n}#)(e #010001#)(d #{d}#)(p #00{p}#)\n (q #00{q}#)(u #{u}#)))\n"


def _openvpn_key(draws: Draws) -> str:
    lines = "\n".join(draws.named("hex", 32) for _ in range(16))
    return f"-----BEGIN OpenVPN Static key V1-----\n{lines}\n-----END OpenVPN Static key V1-----\n"


def _as_it_is(*paths: str) -> tuple[Place, ...]:
    return tuple(_at(path) for path in paths)


def _at(path: str) -> Place:
    return lambda draws, name, value: Placed(path.replace("@@word@@", draws.word()), value, value)


def _binary(name: str, made: Callable[[Draws], bytes], paths: tuple[str, ...], other: Callable[[Draws], bytes]) -> Kind:
    """``other`` makes files of the same format without a secret."""
    kind = placed(name, lambda draws: written_as_text(made(draws)), name.upper().replace("-", "_"), _as_it_is(*paths), ())
    places = kind.places
    harmless = Decoy(
        "the same format without a secret", lambda draws: draws.one(places)(draws, "", written_as_text(other(draws)))
    )
    return kind._replace(decoys=(harmless,))


_DATA = bytes.fromhex("06092a864886f70d010701")
_SHROUDED, _CERTIFICATE = (bytes.fromhex(f"060b2a864886f70d010c0a010{kind}") for kind in (2, 3))


def _pkcs12(bag: bytes) -> Callable[[Draws], bytes]:
    def made(draws: Draws) -> bytes:
        content = der.sequence(der.sequence(bag, der.value(0xA0, der.encrypted_pkcs8(draws))))
        inner = der.sequence(_DATA, der.value(0xA0, der.value(4, content)))
        safe = der.sequence(_DATA, der.value(0xA0, der.value(4, der.sequence(inner))))
        return der.sequence(der.integer(b"\3"), safe, der.sequence(der.value(4, draws.bytes(32)), der.value(4, draws.bytes(8))))

    return made


def _java_store(tag: int) -> Callable[[Draws], bytes]:
    """An entry of a key (1) or of a certificate (2)."""

    def made(draws: Draws) -> bytes:
        head = b"\xfe\xed\xfe\xed" + (2).to_bytes(4, "big") + (1).to_bytes(4, "big") + tag.to_bytes(4, "big")
        alias = draws.word().encode()
        key = der.encrypted_pkcs8(draws)
        kind = b"" if tag == 1 else b"\0\5X.509"
        chain = (0).to_bytes(4, "big") if tag == 1 else b""
        entry = len(alias).to_bytes(2, "big") + alias + draws.bytes(8) + kind + len(key).to_bytes(4, "big") + key + chain
        return head + entry + draws.bytes(20)

    return made


def _keytab(draws: Draws) -> bytes:
    def text(data: bytes) -> bytes:
        return len(data).to_bytes(2, "big") + data

    realm, host = b"EXAMPLE.ORG", draws.host().encode()
    entry = (
        b"\0\2" + text(realm) + text(b"host") + text(host) + b"\0\0\0\1" + draws.bytes(4) + b"\2\0\x12" + text(draws.bytes(32))
    )
    return b"\5\2" + len(entry).to_bytes(4, "big") + entry


def _empty_keytab(draws: Draws) -> bytes:
    return b"\5\2"


def _secret_ring(draws: Draws) -> bytes:
    lines = pgp(draws).split("\n\n", 1)[1].split("\n=", 1)[0]
    return base64.b64decode(lines)


def _public_ring(draws: Draws) -> bytes:
    body = b"\x04" + draws.bytes(4) + b"\x01" + b"\x08\x00" + draws.bytes(256) + b"\x00\x11\x01\x00\x01"
    return b"\x99" + len(body).to_bytes(2, "big") + body


def _public_der(draws: Draws) -> bytes:
    return der.sequence(der.sequence(bytes.fromhex("06092a864886f70d0101010500")), der.value(3, b"\0" + draws.bytes(270)))


# --- tokens in files that are not text --------------------------------------------------------------------------------


def _token(draws: Draws) -> str:
    return draws.one(
        (npm(draws), draws.filled("sk_live_{alnum24}"), f"postgresql://{draws.word()}:{strong(draws)}@{draws.host()}/main")
    )


def _packed(name: str, path: str, packed: Callable[[Draws, str], bytes]) -> Kind:
    """A token in a program or a store of data; without one, an ordinary text is in its place."""

    def place(draws: Draws, _: str, value: str) -> Placed:
        text = written_as_text(packed(draws, value))
        return Placed(path.replace("@@word@@", draws.word()), text, value if value in text else text)

    def ordinary(draws: Draws) -> Placed:
        return place(draws, "", draws.filled("https://docs.example.org/{lower12}/{hex40}"))._replace(value="")

    kind = placed(name, _token, name.upper().replace("-", "_"), (place,), ())
    return kind._replace(decoys=(Decoy("no secret in it", ordinary),))


def _constants(draws: Draws, value: str) -> list[bytes]:
    return [text.encode() for text in (draws.word(), "connect", value, draws.host(), "timeout")]


def _gzip(draws: Draws, value: str) -> bytes:
    return gzip.compress(f"LEVEL=info\nSERVICE={value}\nHOST={draws.host()}\n".encode(), mtime=0)


def _python_code(draws: Draws, value: str) -> bytes:
    """A module's header and the constants of its code, each with its kind and its length."""
    return b"\xcb\r\r\n" + bytes(4) + draws.bytes(8) + b"\xe3" + bytes(24) + b"".join(
        b"\xda" + bytes((len(text),)) + text for text in _constants(draws, value)
    )  # fmt: skip


def _java_class(draws: Draws, value: str) -> bytes:
    texts = _constants(draws, value)
    pool = b"".join(b"\1" + len(text).to_bytes(2, "big") + text for text in texts)
    return b"\xca\xfe\xba\xbe\0\0\0\x41" + (len(texts) + 1).to_bytes(2, "big") + pool + draws.bytes(60)


def _program(draws: Draws, value: str) -> bytes:
    texts = b"".join(text + b"\0" for text in _constants(draws, value))
    return b"\x7fELF\2\1\1" + bytes(57) + draws.bytes(3000) + bytes(16) + texts + bytes(16) + draws.bytes(3000)


def _database(draws: Draws, value: str) -> bytes:
    """A page of a table with one row: the types of its columns, then their bytes one after the other."""
    texts = [draws.word().encode(), value.encode()]
    types = b"".join(_varint(13 + 2 * len(text)) for text in texts)
    record = bytes((1 + len(types),)) + types + b"".join(texts)
    cell = _varint(len(record)) + b"\1" + record
    place = 4096 - len(cell)
    head = b"SQLite format 3\0" + (4096).to_bytes(2, "big") + b"\1\1\0\x40\x20\x20" + bytes(76)
    head += b"\x0d\0\0\0\1" + place.to_bytes(2, "big") + b"\0" + place.to_bytes(2, "big")
    return head.ljust(place, b"\0") + cell


def _varint(number: int) -> bytes:
    return bytes((number,)) if number < 128 else bytes((128 | number >> 7, number & 127))


def _pickle(draws: Draws, value: str) -> bytes:
    return pickle.dumps({"host": draws.host(), "service": value, "retries": 3}, protocol=4)


_PEM_PATHS = ("var/lib/jenkins/identity", "opt/deploy/robot", "srv/keys/backup_rsa.bak", "root/.ssh/old/2021")
_KEY_PATHS = ("etc/@@word@@/tls/private.der", "opt/@@word@@/signing.key", "srv/keys/main.pk8")

KINDS: tuple[Kind, ...] = (
    *map(
        _in_services,
        (
            "mysql-option-file",
            "wireless-passphrase",
            "chap-secret",
            "ipsec-shared-key",
            "snmp-user",
            "radius-secret",
            "ldap-bind-password",
            "mail-relay-password",
            "git-stored-login",
            "composer-login",
            "nuget-source-password",
            "package-index-login",
            "helm-repository-password",
            "tomcat-user-password",
            "redis-server-password",
            "erp-password",
            "machine-setup-password",
            "vpn-login",
            "ansible-vault-password",
        ),
    ),
    *(
        _in_services(name, by_name_only=True)
        for name in (
            "broker-password",
            "monitoring-password",
            "php-database-password",
            "terraform-state-password",
            "share-password",
            "database-tool-password",
            "downloader-login",
            "signing-password",
            "password-in-a-history",
        )
    ),
    _in_services("version-control-password", "{alnum13}{digits1}{capital1}{small1}"),
    _in_services("tsig-key", lambda draws: draws.base64(32)),
    _in_services("object-store-secret", "{radix40}"),
    _in_services("erlang-cookie", "{upper20}"),
    _in_services("fernet-key", _fernet),
    _in_services("php-application-key", "{alnum43-64}"),
    _in_services("session-secret", lambda draws: draws.filled(draws.one(("{hex64}", "{urlsafe43}"))), by_name_only=True),
    _in_services("rails-master-key", "{hex32}"),
    _in_services("shadow-hash", _shadow, ()),
    _in_services("jenkins-master-key", "{hex256}"),
    _in_services("jenkins-admin-password", "{hex32}"),
    _in_services("kubeadm-token", "{lower6}.{lower16}"),
    _in_services("k3s-node-token", "K10{hex64}::server:{hex32}"),
    _in_services("registry-identity-token", lambda draws: draws.filled(draws.one(("{uuid}", "{urlsafe64}")))),
    _in_services("azure-cli-refresh-token", "(0|1).A{alnum12}{urlsafe300}"),
    _in_services("basic-authorization", _basic),
    placed(
        "private-jwk", _jwk, "JWK", _as_it_is("app/config/jwk.json", "etc/@@word@@/signing.jwk", "srv/keys/key.json"), ()
    )._replace(decoys=(Decoy("a public key", _public_jwk),)),
    placed("encoded-private-key", _encoded_pem, "TLS_KEY PRIVATE_KEY SIGNING_KEY", ASSIGNED),
    placed(
        "private-key-of-an-agent",
        _agent_key,
        "KEY",
        _as_it_is("root/.gnupg/private-keys-v1.d/0A1B2C.key", "home/@@word@@/.gnupg/private-keys-v1.d/77AA.key"),
        (),
    ),
    placed("openvpn-static-key", _openvpn_key, "KEY", _as_it_is("etc/openvpn/ta.key", "etc/openvpn/@@word@@/static.key"), ()),
    placed(
        "ssh-key-with-another-name",
        lambda draws: der.pem("OPENSSH PRIVATE KEY", der.openssh(draws), 70),
        "KEY",
        _as_it_is(*_PEM_PATHS),
        (),
    )._replace(decoys=described("decoys/pem", ("OPENSSH PRIVATE KEY",))),
    _binary("pkcs12-private-key", _pkcs12(_SHROUDED), ("app/certs/@@word@@.p12", "etc/ssl/main.pfx"), _pkcs12(_CERTIFICATE)),
    _binary("java-private-key", _java_store(1), ("opt/app/conf/@@word@@.jks", "root/.keystore"), _java_store(2)),
    _binary("der-private-key", der.pkcs8, _KEY_PATHS, _public_der),
    _binary("kerberos-keytab", _keytab, ("etc/krb5.keytab", "etc/@@word@@/http.keytab"), _empty_keytab),
    _binary("pgp-secret-ring", _secret_ring, ("root/.gnupg/secring.gpg", "srv/keys/@@word@@.gpg"), _public_ring),
    _packed("token-in-gzip", "srv/backup/@@word@@.env.gz", _gzip),
    _packed("token-in-python-code", "app/__pycache__/@@word@@.cpython-312.pyc", _python_code),
    _packed("token-in-a-class", "app/classes/net/main/Config.class", _java_class),
    _packed("token-in-a-program", "usr/local/bin/@@word@@", _program),
    _packed("token-in-a-database", "var/lib/@@word@@/main.db", _database),
    _packed("token-in-a-pickle", "app/data/@@word@@.pkl", _pickle),
)
