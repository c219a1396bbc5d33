"""A container runs without a seccomp filter on purpose."""

from collections.abc import Iterator

from careen.checks.places import of_control
from careen.formats import podsecurity
from careen.formats.kubernetes import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    yield from of_control(podsecurity.seccomp_baseline, manifests)


CHECK = Check(
    id="K8S-013",
    title="A container runs without a seccomp filter on purpose",
    severity="high",
    why=("Unconfined opens some sixty system calls that the default profile closes, among them those of many kernel exploits."),
    fix="Set seccompProfile.type to RuntimeDefault, or to Localhost with a profile of your own.",
    references=(
        "PSS baseline: Seccomp",
        "CIS Kubernetes 5.7.2",
        "CWE-693",
    ),
    inspect=inspect,
)
