"""Build runs with host privileges."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.services.compose import Compose
from careen.formats.services.compose_service import is_true
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    for service in compose.services:
        build = service.node.map("build")
        if is_true(build.get("privileged")):
            yield below(service, "is built with privileges", "build", "privileged")
        for entitlement in build.texts("entitlements"):
            if entitlement in ("security.insecure", "network.host"):
                yield below(service, f"is built with {entitlement}", "build", "entitlements")
        if build.text("network") == "host":
            yield below(service, "is built in the network of the host", "build", "network")


CHECK = Check(
    id="CMP-064",
    title="Build runs with host privileges",
    severity="high",
    why="Code that the build downloads and runs controls the build machine.",
    fix="Remove privileged, security.insecure and network: host from build.",
    references=(
        "CWE-250",
        "https://github.com/compose-spec/compose-spec/blob/main/build.md",
    ),
    inspect=inspect,
)
