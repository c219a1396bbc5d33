"""VOLUME hides a system folder."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place

_SYSTEM = frozenset(
    (
        "/",
        "/bin",
        "/boot",
        "/dev",
        "/etc",
        "/lib",
        "/lib64",
        "/proc",
        "/root",
        "/run",
        "/sbin",
        "/sys",
        "/usr",
        "/usr/bin",
        "/usr/lib",
        "/usr/sbin",
        "/usr/local",
        "/usr/local/bin",
        "/var",
        "/var/run",
        "/var/lib",
    )
)


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("VOLUME"):
        for word in step.instruction.words:
            path = step.resolve(word, document.escape).strip("'\"").rstrip("/") or "/"
            if path in _SYSTEM or "docker.sock" in path:
                yield of_step(step, f"VOLUME {path}")


CHECK = Check(
    id="DKR-098",
    title="VOLUME hides a system folder",
    severity="medium",
    why="Every container writes to an anonymous volume there, whose old data hides later changes of the image.",
    fix="Set VOLUME to the one folder that holds data.",
    references=("CWE-668",),
    inspect=inspect,
)
