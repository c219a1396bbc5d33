"""Credential in a ConfigMap."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.services import credentials
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource in manifests.of("ConfigMap"):
        data = resource.body.map("data")
        for key in data:
            value = data.text(key)
            if credentials.is_credential(key, value):
                yield at(resource, f"has a credential in {key}", "data", key)
            else:
                for line, name in credentials.assigned(value):
                    found = at(resource, f"has a credential in {key}: {name}", "data", key)
                    first = (found.line or 0) + ("\n" in value)  # a block begins below its key
                    yield Place(found.message, first + line, path=found.path)


CHECK = Check(
    id="K8S-049",
    title="Credential in a ConfigMap",
    severity="high",
    why="Many roles that cannot read Secrets can read ConfigMaps, which are not encrypted at rest.",
    fix="Move the value to a Secret, and rotate the credential.",
    references=(
        "CIS Kubernetes 5.4.1",
        "CWE-312",
        "CWE-798",
    ),
    inspect=inspect,
)
