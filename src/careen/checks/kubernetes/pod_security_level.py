"""Workload does not meet the restricted profile."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes import pod_security
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        verdict = pod_security.verdict(pod, manifests.minor)
        if verdict.level != "restricted":
            following = "baseline" if verdict.level == "privileged" else "restricted"
            yield at(pod, f"meets {verdict.level}; for {following} it breaks {', '.join(verdict.blockers)}")


CHECK = Check(
    id="K8S-031",
    title="Workload does not meet the restricted profile",
    severity="negligible",
    why=(
        "Namespaces that enforce the restricted Pod Security Standard reject it; the message lists what blocks the next level."
    ),
    fix="Fix the controls that the message lists; each has its own check.",
    references=(
        "PSS baseline",
        "PSS restricted",
    ),
    inspect=inspect,
    default=False,
)
