"""Environment variable is set twice."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        seen = set()
        for index, variable in enumerate(container.node.seq("env")):
            name = variable.text("name") if isinstance(variable, Mapping) else ""
            if name and name in seen:
                yield at(container, f"has the variable {name} twice", "env", index)
            seen.add(name)


CHECK = Check(
    id="K8S-062",
    title="Environment variable is set twice",
    severity="negligible",
    why="Only the last value counts: a change of the other one has no effect.",
    fix="Remove one of the two.",
    references=("CWE-1109",),
    inspect=inspect,
)
