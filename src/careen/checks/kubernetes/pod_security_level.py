"""A workload does not meet the restricted Pod Security Standard."""

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
    title="A workload does not meet the restricted Pod Security Standard",
    severity="negligible",
    why=(
        "The level decides in which namespaces the workload will be admitted; the blockers say what it takes to "
        "get to the next one."
    ),
    fix="Fix the blockers; each control has a check of its own.",
    references=(
        "PSS baseline",
        "PSS restricted",
    ),
    inspect=inspect,
    default=False,
)
