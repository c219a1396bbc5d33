"""Database without password."""

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
    title="Database without password",
    severity="high",
    why="Anyone who reaches its port reads and writes all data, and can often run programs.",
    fix="Set a password with a secret, and remove the setting that allows access without one.",
    references=(
        "CWE-306",
        "CWE-258",
    ),
    inspect=inspect,
)
