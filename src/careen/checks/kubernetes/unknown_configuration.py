"""ConfigMap or Secret key is not in these manifests."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        for index, variable in enumerate(container.node.seq("env")):
            source = variable.map("valueFrom") if isinstance(variable, Mapping) else Mapping()
            for key, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
                reference = source.map(key)
                if not reference or reference.get("optional") is True:
                    continue
                name, wanted = reference.text("name"), reference.text("key")
                found = manifests.named(kind, name, container.resource.namespace)
                if found is None:
                    yield at(container, f"reads {kind} {name}, which is not here", "env", index)
                elif not any(wanted in found.body.map(place) for place in ("data", "stringData", "binaryData")):
                    yield at(container, f"reads key {wanted} of {kind} {name}, which has none", "env", index)


CHECK = Check(
    id="K8S-070",
    title="ConfigMap or Secret key is not in these manifests",
    severity="negligible",
    why="The container does not start until the ConfigMap, Secret or key exists.",
    fix="Add the key, correct its name, or mark the reference optional.",
    references=("https://kubernetes.io/docs/tasks/inject-data-application/distribute-credentials-secure/",),
    inspect=inspect,
    default=False,
)
