"""Files that hold no secret: what stands where one would, and what looks like one and stands elsewhere."""

import base64
import hashlib
from collections.abc import Callable

from .draws import ALNUM, BASE32, Draws
from .places import ASSIGNED, template
from .vectors import Change, Decoy, Kind, Place, Placed

_SPECIFIC = 28  # of the decoys of a kind, at least


def decoys(kind: Kind) -> list[Decoy]:
    own = [*_wrong(kind), *_samples(kind), *kind.decoys]
    own = [own[count % len(own)] for count in range(max(_SPECIFIC, len(own)))] if own else []
    return [*own, *_placeholders(kind), *_references(kind), *_lookalikes()]


# --- values that the issuer never made ------------------------------------------------------------------------------


def shorter(draws: Draws, value: str) -> str:
    return value[: -draws.between(3, max(3, len(value) // 4))]


def longer(draws: Draws, value: str) -> str:
    """Letters and digits after the end: a part of something else."""
    return value + draws.alnum(draws.between(9, 30))


def embedded(draws: Draws, value: str) -> str:
    """Letters and digits before the beginning: it stands within a longer text of the same letters."""
    return draws.alnum(draws.between(9, 30)) + value


def interrupted(draws: Draws, value: str) -> str:
    """A character that no such value has, in the middle of its random part."""
    place = draws.between(len(value) // 2, len(value) - 3)
    return value[:place] + draws.one(("*", "%", " ", "|")) + value[place + 1 :]


def recased(draws: Draws, value: str) -> str:
    """The prefix in the other case."""
    size = next((place for place, letter in enumerate(value) if not letter.isalpha()), len(value))
    return value[:size].swapcase() + value[size:]


def crossed_out(draws: Draws, value: str) -> str:
    """As a log or a manual shows it."""
    kept = draws.between(3, min(8, len(value) // 3))
    return value[:kept] + draws.one(("*", "x", "X", ".")) * (len(value) - kept)


def swapped(draws: Draws, value: str) -> str:
    """The last two different characters change places: the checksum is no longer the value's."""
    place = next(place for place in range(len(value) - 1, 0, -1) if value[place] != value[place - 1])
    return value[: place - 1] + value[place] + value[place - 1] + value[place + 1 :]


# Where an ordinary value stands: a reader must know it by itself.
_NEUTRAL = tuple(
    template(path, text)
    for path, text in (
        ("app/src/cache.json", '{"entries": [{"id": "@@value@@", "size": @@port@@}]}\n'),
        ("var/lib/@@word@@/index.txt", "@@version@@ @@value@@ @@word@@\n"),
        ("app/templates/@@word@@.html", '<div class="row" id="@@value@@"><span>@@word@@</span></div>\n'),
        ("opt/@@word@@/data/@@word@@.csv", "id,name,reference\n@@count@@,@@word@@,@@value@@\n"),
        ("app/src/@@word@@.js", "// see @@value@@ for the layout\nexport const rows = @@count@@;\n"),
        ("etc/@@word@@/layout.yaml", "sections:\n  - name: @@word@@\n    anchor: @@value@@\n"),
    )
)


def standing_alone(why: str, made: Callable[[Draws], str]) -> Decoy:
    """The value itself, where nothing says what it is."""
    return Decoy(why, lambda draws: draws.one(_NEUTRAL)(draws, "REFERENCE", made(draws)))


def _wrong(kind: Kind) -> list[Decoy]:
    def decoy(why: str, change: Change, places: tuple[Place, ...]) -> Decoy:
        return Decoy(why, lambda draws: draws.one(places)(draws, draws.one(kind.names), change(draws, kind.made(draws))))

    neutral = [decoy(why, change, _NEUTRAL) for why, change in kind.wrong]
    beside_the_name = [decoy(f"{why}, beside the name", change, kind.places) for why, change in kind.wrong]
    return [*neutral, *beside_the_name] if kind.least == "likely" else neutral


def _samples(kind: Kind) -> list[Decoy]:
    def decoy(sample: str) -> Decoy:
        return Decoy("a documented sample", lambda draws: draws.one(kind.places)(draws, draws.one(kind.names), sample))

    return [decoy(sample) for sample in kind.samples]


# --- where the value is not written ---------------------------------------------------------------------------------


def _placeholders(kind: Kind) -> list[Decoy]:
    start, name = kind.start, kind.names[0]
    spoken = name.lower().replace("_", "-")
    texts = (
        "${" + name + "}",
        f"<{spoken}>",
        f"{start}<your-{spoken}>",
        f"{start}{'x' * 24}",
        f"YOUR_{name}",
        f"{start}your-{spoken}-here",
        "changeme",
        "REPLACE_WITH_" + name,
        "{{ " + name.lower() + " }}",
        f"%{name}%",
        "@" + name.lower().replace("_", ".") + "@",
        f"{start}...",
        "********************",
        f"dummy-{spoken}",
    )
    return [Decoy("a placeholder", _assigned(kind, text)) for text in texts]


def _assigned(kind: Kind, text: str) -> Callable[[Draws], Placed]:
    return lambda draws: draws.one(ASSIGNED)(draws, draws.one(kind.names), text)


_REFERENCES = (
    ("app/@@word@@/settings.py", 'import os\n\n@@NAME@@ = os.environ["@@NAME@@"]\nPORT = int(os.getenv("PORT", "@@port@@"))\n'),
    ("app/src/config.js", "module.exports = {\n  @@camel@@: process.env.@@NAME@@,\n  port: @@port@@,\n};\n"),
    ("app/src/main/resources/application.yml", "@@first@@:\n  @@kebab@@: ${@@NAME@@:}\n"),
    ("opt/deploy/k8s/@@word@@.yaml", "env:\n  - name: @@NAME@@\n    valueFrom:\n      secretKeyRef:\n        name: @@word@@-credentials\n        key: @@kebab@@\n"),
    ("opt/infra/main.tf", 'provider "@@first@@" {\n  @@name@@ = data.vault_generic_secret.@@word@@.data["@@name@@"]\n}\n'),
    ("usr/local/bin/entrypoint.sh", '#!/bin/sh\n@@NAME@@="$(cat /run/secrets/@@name@@)"\nexport @@NAME@@\n'),
    ("app/src/Client.java", 'class Client {\n    String @@camel@@ = System.getenv("@@NAME@@");\n    String @@camel@@Header = "X-@@Camel@@";\n}\n'),
    ("app/.github/workflows/ci.yml", "env:\n  @@NAME@@: ${{ secrets.@@NAME@@ }}\n"),
    ("app/locales/de.json", '{"@@name@@.label": "Bitte geben Sie den Wert ein", "@@name@@.error": "Der Wert passt nicht zu diesem Konto"}\n'),
    ("usr/src/@@word@@/config.go", 'package config\n\nfunc Load() string {\n\t@@camel@@ := viper.GetString("@@dotted@@")\n\treturn @@camel@@\n}\n'),
)  # fmt: skip


def _references(kind: Kind) -> list[Decoy]:
    def decoy(place: Place) -> Decoy:
        return Decoy("a reference", lambda draws: place(draws, draws.one(kind.names), ""))

    return [decoy(template(path, text)) for path, text in _REFERENCES]


# --- what is random and no secret -----------------------------------------------------------------------------------


def _lookalikes() -> list[Decoy]:
    return [Decoy(why, made) for why, made in _LOOKALIKES]


def _written(path: str, text: str, value: str) -> Placed:
    return Placed(path, text, value)


def _commit(draws: Draws) -> Placed:
    value = draws.hex(40)
    return _written("app/build.properties", f"branch=main\ncommit={value}\ncommit.short={value[:8]}\n", value)


def _lock_file(draws: Draws) -> Placed:
    value = "sha512-" + draws.base64(64)
    name = draws.word()
    text = f'{{"packages": {{"node_modules/{name}": {{"version": "1.4.2", "integrity": "{value}"}}}}}}\n'
    return _written("app/package-lock.json", text, value)


def _identifier(draws: Draws) -> Placed:
    value = draws.uuid()
    return _written("etc/machine.yaml", f"machine:\n  id: {value}\n  region: eu\n", value)


def _digest(draws: Draws) -> Placed:
    value = draws.hex(64)
    return _written("srv/Dockerfile", f"FROM registry.internal/base@sha256:{value}\nUSER 1000\n", value)


def _public_key(draws: Draws) -> Placed:
    raw = b"\0\0\0\x0bssh-ed25519\0\0\0 " + draws.bytes(32)
    value = base64.b64encode(raw).decode()
    return _written("home/deploy/.ssh/authorized_keys", f"ssh-ed25519 {value} deploy@{draws.host()}\n", value)


def _image(draws: Draws) -> Placed:
    value = base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + draws.bytes(600)).decode()
    return _written("app/static/site.css", f".logo {{ background: url(data:image/png;base64,{value}); }}\n", value)


def _minified(draws: Draws) -> Placed:
    names = [draws.of(ALNUM[:52], 2) for _ in range(300)]
    calls = "".join(f"function {name}(e,t){{return t.key={name}.token||e}};" for name in names)
    return _written("app/static/vendor.min.js", f"!function(){{{calls}}}();\n", names[0])


def _certificate(draws: Draws) -> Placed:
    body = base64.encodebytes(b"0\x82\x03\x4f0\x82\x02\x37" + draws.bytes(760)).decode()
    text = f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"
    return _written("etc/ssl/certs/local.pem", text, body.splitlines()[0])


def _go_sum(draws: Draws) -> Placed:
    value = "h1:" + base64.b64encode(hashlib.sha256(draws.bytes(9)).digest()).decode()
    return _written("usr/src/app/go.sum", f"github.com/{draws.word()}/{draws.word()} v1.4.0 {value}\n", value)


def _one_time_code_docs(draws: Draws) -> Placed:
    value = draws.of(BASE32, 26)
    return _written("var/lib/app/ulid.txt", f"last={value}\nnext=\n", value)


def _etag(draws: Draws) -> Placed:
    value = draws.hex(32)
    return _written("var/cache/app/headers.json", f'{{"etag": "\\"{value}\\"", "x-request-id": "{draws.uuid()}"}}\n', value)


def _messages(draws: Draws) -> Placed:
    text = "login.password=Kennwort\nlogin.password.forgotten=Kennwort vergessen?\ntoken.expired=Das Token ist abgelaufen\n"
    return _written("app/src/main/resources/messages_de.properties", text, "Kennwort")


_LOOKALIKES: tuple[tuple[str, Callable[[Draws], Placed]], ...] = (
    ("a commit", _commit),
    ("an integrity string", _lock_file),
    ("an identifier", _identifier),
    ("a digest of an image", _digest),
    ("a public key", _public_key),
    ("an image", _image),
    ("minified code", _minified),
    ("a certificate", _certificate),
    ("a checksum of a module", _go_sum),
    ("a sortable identifier", _one_time_code_docs),
    ("an entity tag", _etag),
    ("messages of a surface", _messages),
)
