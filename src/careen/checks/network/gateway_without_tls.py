"""Gateway without TLS."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for gateway in manifests.of("Gateway"):
        for index, listener in enumerate(gateway.spec.seq("listeners")):
            if isinstance(listener, Mapping) and listener.text("protocol") == "HTTP":
                yield at(gateway, "listens without TLS", "spec", "listeners", index)
        for index, server in enumerate(gateway.spec.seq("servers")):  # of Istio
            plain = isinstance(server, Mapping) and server.text("port", "protocol").upper() == "HTTP"
            if plain and server.map("tls").get("httpsRedirect") is not True:
                yield at(gateway, "listens without TLS", "spec", "servers", index)


CHECK = Check(
    id="NWP-018",
    title="Gateway without TLS",
    severity="medium",
    why="Anyone on the network path can read and change the traffic.",
    fix="Set protocol: HTTPS with a certificate; use HTTP only to redirect.",
    references=(
        "CWE-319",
        "https://gateway-api.sigs.k8s.io/guides/tls/",
    ),
    inspect=inspect,
)
