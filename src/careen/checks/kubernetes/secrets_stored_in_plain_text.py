"""Encryption configuration leaves Secrets in plain text."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

ALL = frozenset(("secrets", "*.", "*.*"))


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource in manifests.of("EncryptionConfiguration", "EncryptionConfig"):
        for index, entry in enumerate(resource.body.maps("resources")):
            if ALL.isdisjoint(entry.texts("resources")):
                continue
            if "identity" in next(iter(entry.maps("providers")), ()):
                keys = ("resources", index, "providers")
                yield at(resource, "writes Secrets unencrypted: its first provider is identity", *keys)
            break
        else:
            yield at(resource, "does not encrypt Secrets", "resources")


CHECK = Check(
    id="K8S-286",
    title="Encryption configuration leaves Secrets in plain text",
    severity="medium",
    why="The first provider encrypts what is written; with identity, the disk and every backup of etcd have all Secrets.",
    fix="List secrets with kms, secretbox or aescbc first, and identity last; then write all Secrets anew.",
    references=(
        "CIS Kubernetes 1.2.28",
        "CWE-311",
        "https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/",
    ),
    inspect=inspect,
)
