"""sysctl is set."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes import pod_security
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        value = service.node.get("sysctls")
        texts = list(value) if isinstance(value, Mapping) else service.node.texts("sysctls")
        for name in (text.partition("=")[0].strip() for text in texts):
            if name not in pod_security.SAFE_SYSCTLS and name != "net.core.somaxconn":
                yield below(service, f"sets the sysctl {name}", "sysctls")


CHECK = Check(
    id="CMP-024",
    title="sysctl is set",
    severity="medium",
    why="Kernel parameters without a namespace change the host and other containers; others weaken the container's network.",
    fix="Remove the sysctl, or set it on the host.",
    references=(
        "CIS Docker 5.25",
        "CWE-668",
    ),
    inspect=inspect,
)
