"""Secret in ARG or ENV."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.services import credentials
from careen.plugins import Check, Place

_WORDS = frozenset(
    (
        "apikey",
        "auth",
        "credential",
        "credentials",
        "key",
        "pass",
        "passphrase",
        "password",
        "passwd",
        "pword",
        "pwd",
        "secret",
        "secrets",
        "token",
    )
)
_PUBLIC = frozenset(("public", "pub", "gpg", "pgp", "fingerprint", "keyserver", "keyring"))
_ABOUT = frozenset(
    (
        "file",
        "path",
        "dir",
        "url",
        "uri",
        "host",
        "length",
        "size",
        "ttl",
        "expiry",
        "expires",
        "timeout",
        "type",
        "algorithm",
        "header",
        "enabled",
        "disabled",
        "name",
        "version",
        "method",
        "mode",
        "sock",
        "socket",
        "server",
        "provider",
        "backend",
        "realm",
        "scheme",
        "domain",
        "endpoint",
        "issuer",
        "audience",
        "format",
        "policy",
        "store",
        "count",
        "min",
        "max",
        "dummy",
    )
)


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in (*document.arguments, *document.of("ARG", "ENV")):
        for name, value, mark in step.instruction.pairs:
            named = _is_secret(name) and not _is_harmless(name, value, given=mark != "")
            if named or credentials.holds_password(value) or credentials.holds_key(value):
                yield of_step(step, f"{step.keyword} {name}")


def _is_secret(name: str) -> bool:
    parts = re.split(r"[_.-]", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
    if parts[-1] in _ABOUT or _PUBLIC & set(parts):
        return False
    return bool(_WORDS & set(parts)) or any(part.endswith(("password", "passwd", "apikey", "secret")) for part in parts)


def _is_harmless(name: str, value: str, *, given: bool) -> bool:
    """Whether a value is a path, a switch, or the fingerprint of a public key."""
    bare = value.strip("'\"")
    if not given:
        return False
    return bare.lower() in ("true", "false", "yes", "no", "on", "off") or bare.startswith(
        ("/run/secrets/", "/var/run/secrets/")
    )


CHECK = Check(
    id="DKR-010",
    title="Secret in ARG or ENV",
    severity="critical",
    why="The value stays in the configuration or history of the image: anyone who can pull it can read the secret.",
    fix="Use RUN --mount=type=secret,id=…,env=NAME for the step that needs it, or read the secret at run time.",
    references=(
        "CIS Docker 1.6, 4.10",
        "CWE-798",
        "CWE-522",
        "Hadolint DL3064",
        "Trivy DS-0031",
        "BuildKit SecretsUsedInArgOrEnv",
    ),
    inspect=inspect,
)
