"""Storage class for AWS volumes does not request encryption."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

AWS = frozenset(("ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs"))


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource in manifests.of("StorageClass"):
        if resource.body.text("provisioner") in AWS and "encrypted" not in resource.body.map("parameters"):
            yield at(resource, "leaves encryption to the account", "parameters")


CHECK = Check(
    id="K8S-296",
    title="Storage class for AWS volumes lacks encrypted",
    severity="low",
    why="Unless the account encrypts by default, anyone who gets a snapshot or backup of the volumes can read it.",
    fix='Set the parameter encrypted to "true".',
    references=(
        "CWE-311",
        "https://kubernetes.io/docs/concepts/storage/storage-classes/#aws-ebs",
    ),
    inspect=inspect,
    default=False,
)
