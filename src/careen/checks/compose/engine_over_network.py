"""Docker API without TLS."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        values = {name: value or "" for name, value, _ in service.environment()}
        if values.get("DOCKER_HOST", "").startswith("tcp://") and not values.get("DOCKER_TLS_VERIFY"):
            yield below(service, f"speaks to {values['DOCKER_HOST']} without TLS", "environment")
        if "DOCKER_TLS_CERTDIR" in values and values["DOCKER_TLS_CERTDIR"] == "":
            yield below(service, "runs an engine without TLS", "environment")


CHECK = Check(
    id="CMP-065",
    title="Docker API without TLS",
    severity="high",
    why="Anyone who reaches the port, or intercepts the traffic, starts containers as root there.",
    fix="Use tcp with TLS (DOCKER_TLS_VERIFY=1) or ssh.",
    references=(
        "CIS Docker 2.7",
        "CWE-306",
        "CWE-319",
    ),
    inspect=inspect,
)
