"""A database accepts connections without a password."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place

YES = ("1", "on", "true", "yes")
OPEN = {
    "POSTGRES_HOST_AUTH_METHOD": ("trust",),
    "MYSQL_ALLOW_EMPTY_PASSWORD": YES,
    "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": YES,
    "ALLOW_EMPTY_PASSWORD": YES,
    "ALLOW_ANONYMOUS_LOGIN": YES,
    "ALLOW_PLAINTEXT_LISTENER": YES,
    "xpack.security.enabled": ("false",),
    "plugins.security.disabled": ("true",),
    "DISABLE_SECURITY_PLUGIN": ("true",),
    "NEO4J_AUTH": ("none",),
    "GF_AUTH_ANONYMOUS_ENABLED": ("true",),
}


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        for name, value, key in service.environment():
            wanted = OPEN.get(name)
            if wanted and (value or "").lower() in wanted:
                yield below(service, f"lets everybody in: {name}={value}", "environment", key)


CHECK = Check(
    id="CMP-066",
    title="A database accepts connections without a password",
    severity="high",
    why="Whoever reaches its port reads and writes everything, and often runs programs.",
    fix="Set a password by a secret, and remove the switch that does without.",
    references=(
        "CWE-306",
        "CWE-258",
    ),
    inspect=inspect,
)
