"""Service is privileged."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.data.yaml_document import Mapping
from careen.formats.services.compose import Compose
from careen.formats.services.compose_service import is_true
from careen.plugins import Check, Place

_HOOKS = ("post_start", "pre_stop")  # commands in the container, with rights of their own


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        if service.is_on("privileged"):
            yield below(service, "is privileged", "privileged")
        for name in _HOOKS:
            for index, hook in enumerate(service.node.seq(name)):
                if isinstance(hook, Mapping) and is_true(hook.get("privileged")):
                    yield below(service, f"runs a privileged command ({name})", name, index, "privileged")


CHECK = Check(
    id="CMP-001",
    title="Service is privileged",
    severity="critical",
    why="The container has all capabilities and devices of the host: an attacker who breaks into it controls the host.",
    fix="Remove privileged, and add only the capability or device that is needed.",
    references=(
        "CIS Docker 5.5",
        "CWE-250",
    ),
    inspect=inspect,
)
