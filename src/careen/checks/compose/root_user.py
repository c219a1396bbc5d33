"""Service runs as root."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.images.user_name import is_root
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if is_root(service.node.text("user")):
            yield below(service, "runs as root", "user")


CHECK = Check(
    id="CMP-017",
    title="Service runs as root",
    severity="high",
    why=(
        "Root in the container is root on the host unless user namespaces are used: an attacker who breaks out "
        "controls the host."
    ),
    fix='Set user to a UID above 0, for example user: "10001".',
    references=(
        "CIS Docker 4.1",
        "CWE-250",
    ),
    inspect=inspect,
)
