"""Credential in the environment of a container."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.services import credentials
from careen.plugins import Check, Place

_STRATEGIES = (  # of builds of OpenShift
    ("customStrategy", "env"),
    ("dockerStrategy", "buildArgs"),
    ("dockerStrategy", "env"),
    ("jenkinsPipelineStrategy", "env"),
    ("sourceStrategy", "env"),
)


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        for index, variable in enumerate(container.node.seq("env")):
            if isinstance(variable, Mapping) and credentials.is_credential(variable.text("name"), variable.text("value")):
                yield at(container, f"has a credential in its variable {variable.text('name')}", "env", index, "value")
    for build in manifests.of("BuildConfig"):
        for strategy, key in _STRATEGIES:
            for variable in build.spec.maps("strategy", strategy, key):
                if credentials.is_credential(variable.text("name"), variable.text("value")):
                    message = f"{build.label} has a credential in its variable {variable.text('name')}"
                    yield Place(message, variable.line_of("value"), path=build.path)


CHECK = Check(
    id="K8S-024",
    title="Credential in the environment of a container",
    severity="high",
    why="It appears in the manifest, in the API for anyone who can read pods, in crash reports and in every child process.",
    fix="Move it to a Secret that is mounted as a file, and rotate the credential.",
    references=(
        "CIS Kubernetes 5.4.1",
        "CWE-798",
        "CWE-312",
    ),
    inspect=inspect,
)
