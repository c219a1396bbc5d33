"""Probes that are missing, or use a port that their container does not declare."""

from collections.abc import Iterator
from functools import partial

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place

_WHY = "If nothing listens on the port, the pod is restarted or gets no requests."


def _lacks(which: str, manifests: Manifests) -> Iterator[Place]:
    for container in manifests.containers:
        runs_once = container.list != "containers" or container.pod.resource.lower in ("job", "cronjob")
        if not runs_once and not container.node.map(f"{which}Probe"):
            yield at(container, f"has no {which} probe")


def _asks_unknown_port(which: str, manifests: Manifests) -> Iterator[Place]:
    probe = f"{which}Probe"
    for container in manifests.containers:
        ports = [port for port in container.node.maps("ports") if port.text("protocol") in ("", "TCP")]
        known = {port.text(key) for port in ports for key in ("name", "containerPort")}
        for how in ("httpGet", "tcpSocket", "grpc"):
            port = container.node.text(probe, how, "port")
            if port and port not in known:
                yield at(container, f"does not name port {port} of its {which} probe", probe, how, "port")


CHECKS = (
    Check(
        id="K8S-032",
        title="Liveness probe missing",
        severity="negligible",
        why="A program that hangs is not restarted.",
        fix="Add a livenessProbe.",
        references=("https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",),
        inspect=partial(_lacks, "liveness"),
    ),
    Check(
        id="K8S-059",
        title="Readiness probe missing",
        severity="negligible",
        why="The pod gets requests before it is ready, and while it cannot answer them.",
        fix="Add a readinessProbe.",
        references=("https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",),
        inspect=partial(_lacks, "readiness"),
    ),
    Check(
        id="K8S-063",
        title="Liveness probe port is not in the container's ports",
        severity="negligible",
        why=_WHY,
        fix="Add the port to ports, or correct the probe.",
        references=("https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",),
        inspect=partial(_asks_unknown_port, "liveness"),
    ),
    Check(
        id="K8S-118",
        title="Readiness probe port is not in the container's ports",
        severity="negligible",
        why=_WHY,
        fix="Add the port to ports, or correct the probe.",
        references=("https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",),
        inspect=partial(_asks_unknown_port, "readiness"),
    ),
    Check(
        id="K8S-119",
        title="Startup probe port is not in the container's ports",
        severity="negligible",
        why=_WHY,
        fix="Add the port to ports, or correct the probe.",
        references=("https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",),
        inspect=partial(_asks_unknown_port, "startup"),
    ),
)
