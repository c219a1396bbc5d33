"""Build step runs without isolation (--security=insecure …)."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("RUN"):
        if step.instruction.flag("security") == "insecure":
            yield of_step(step, "RUN --security=insecure")
        if step.instruction.flag("network") == "host":
            yield of_step(step, "RUN --network=host")
        for mount in step.mounts():
            text = " ".join(mount.values())
            if "docker.sock" in text or "containerd.sock" in text or "podman.sock" in text:
                yield of_step(step, "RUN --mount of an engine's socket")


CHECK = Check(
    id="DKR-017",
    title="Build step runs without isolation (--security=insecure …)",
    severity="high",
    why=(
        "The step can reach the kernel, network or engine of the host: a malicious package script controls the build machine."
    ),
    fix="Remove the flag or mount; pass only the file or secret that is needed.",
    references=(
        "CWE-250",
        "CWE-668",
    ),
    inspect=inspect,
)
