"""Remote administration port is exposed (SSH …)."""

from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place

_PORTS = {
    "22": "SSH",
    "23": "telnet",
    "512": "rexec",
    "513": "rlogin",
    "514": "rsh",
    "2375": "Docker without TLS",
    "3389": "RDP",
    "5900": "VNC",
}
_MAX_RANGE = 1000


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("EXPOSE"):
        for word in step.instruction.words:
            port = step.resolve(word, document.escape).strip("'\"").partition("/")[0]
            for number in _PORTS:
                if _holds(port, number):
                    yield of_step(step, f"port {number}: {_PORTS[number]}")


def _holds(port: str, number: str) -> bool:
    """Whether a port is this port, or a range contains it; a range of nearly all ports does not count."""
    first, dash, last = port.partition("-")
    if not dash:
        return port == number
    if not (first.isdecimal() and last.isdecimal() and len(first) < 6 and len(last) < 6):
        return False
    return int(first) <= int(number) <= int(last) and int(last) - int(first) <= _MAX_RANGE


CHECK = Check(
    id="DKR-015",
    title="Remote administration port is exposed (SSH …)",
    severity="medium",
    why="A shell or engine socket in the container is a second way in, past the access control and logs of the orchestrator.",
    fix="Remove the service and its EXPOSE; use docker exec or kubectl exec.",
    references=(
        "CIS Docker 1.6, 5.7",
        "CWE-1188",
        "Trivy DS-0004",
        "Checkov CKV_DOCKER_1",
    ),
    inspect=inspect,
)
