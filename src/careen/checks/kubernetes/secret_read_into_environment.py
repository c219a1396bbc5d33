"""Secret is used as an environment variable."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        for index, variable in enumerate(container.node.seq("env")):
            if isinstance(variable, Mapping) and variable.map("valueFrom").get("secretKeyRef") is not None:
                yield at(container, f"reads a Secret into its variable {variable.text('name')}", "env", index)
        for index, source in enumerate(container.node.seq("envFrom")):
            if isinstance(source, Mapping) and source.get("secretRef") is not None:
                name = source.text("secretRef", "name")
                yield at(container, f"reads all of Secret {name} into its environment", "envFrom", index)


CHECK = Check(
    id="K8S-048",
    title="Secret is used as an environment variable",
    severity="low",
    why="Child processes, crash reports and debug pages get environment variables, but not a mounted file.",
    fix="Mount the Secret as a volume and read the file.",
    references=(
        "CIS Kubernetes 5.4.1",
        "CWE-526",
    ),
    inspect=inspect,
)
