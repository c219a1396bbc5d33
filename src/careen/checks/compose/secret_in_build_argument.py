"""Credential in a build argument."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.data.yaml_document import Mapping
from careen.formats.services import credentials
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        arguments = service.node.map("build").get("args")
        if isinstance(arguments, Mapping):
            pairs = [(key, arguments.text(key)) for key in arguments]
        else:
            pairs = [(name, value) for name, _, value in (text.partition("=") for text in service.node.texts("build", "args"))]
        for name, value in pairs:
            if credentials.is_credential(name, value):
                yield below(service, f"has a credential in its build argument {name}", "build", "args")


CHECK = Check(
    id="CMP-052",
    title="Credential in a build argument",
    severity="high",
    why="Build arguments stay in the image history, where anyone who can pull the image reads them.",
    fix="Use build.secrets and RUN --mount=type=secret, and rotate the credential.",
    references=(
        "CWE-798",
        "CWE-538",
        "CIS Docker 4.10",
    ),
    inspect=inspect,
)
