"""Value of a secret or config is in the file."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services import credentials
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for config in compose.configs.values():
        content = config.node.text("content")
        if content and (credentials.is_credential(config.name, content) or credentials.assigned(content)):
            yield below(config, "has a credential written out", "content")
    for secret in compose.secrets.values():
        if secret.node.text("content"):
            yield below(secret, "has its value written out", "content")


CHECK = Check(
    id="CMP-070",
    title="Value of a secret or config is in the file",
    severity="high",
    why="Anyone who can read the file or the repository has the credential.",
    fix="Use file: or environment:, and rotate the credential.",
    references=(
        "CWE-798",
        "CWE-312",
    ),
    inspect=inspect,
)
