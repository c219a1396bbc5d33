"""Credential in a label of a service."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.data.yaml_document import Mapping
from careen.formats.services import credentials
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        labels = service.node.get("labels")
        if isinstance(labels, Mapping):
            pairs = [(key, labels.text(key)) for key in labels]
        else:
            pairs = [(name, value) for name, _, value in (text.partition("=") for text in service.node.texts("labels"))]
        for name, value in pairs:
            if credentials.is_credential(name, value):
                yield below(service, f"has a credential in its label {name}", "labels")


CHECK = Check(
    id="CMP-051",
    title="Credential in a label of a service",
    severity="medium",
    why="Anyone who can list containers, and tools that read labels, can read it.",
    fix="Use secrets, and rotate the credential.",
    references=("CWE-798",),
    inspect=inspect,
)
