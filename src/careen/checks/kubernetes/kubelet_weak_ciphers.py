"""A kubelet takes weak ciphers."""

import re
from collections.abc import Iterator

from careen.checks.places import at
from careen.formats import controlplane
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place

WEAK = re.compile(r"RC4|3DES|_CBC_|TLS_RSA_WITH|NULL|EXPORT|MD5")


def inspect(manifests: Manifests) -> Iterator[Place]:
    for resource, value, keys in controlplane.kubelet(manifests, "tls-cipher-suites"):
        if value is not None and WEAK.search(value):
            yield at(resource, "takes weak ciphers", *keys)


CHECK = Check(
    id="K8S-263",
    title="A kubelet takes weak ciphers",
    severity="low",
    why="What passes to it can be read by who breaks the cipher.",
    fix="Name suites with ECDHE and GCM or CHACHA20 alone.",
    references=(
        "CIS Kubernetes 4.2.13",
        "CWE-327",
    ),
    inspect=inspect,
)
