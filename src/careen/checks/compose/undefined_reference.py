"""Reference to something undefined (network, volume …)."""

from collections.abc import Iterator

from careen.checks.places import below
from careen.formats.data.yaml_document import Mapping
from careen.formats.services.compose import Compose
from careen.plugins import Check, Place


def inspect(compose: Compose) -> Iterator[Place]:
    known = {"networks": compose.networks, "secrets": compose.secrets, "configs": compose.configs}
    services = {service.name for service in compose.services}
    for service in compose.services if not compose.unresolved else ():
        for key, sections in known.items():
            value = service.node.get(key)
            names = list(value) if isinstance(value, Mapping) else service.node.texts(key)
            names += [entry.text("source") for entry in service.node.maps(key)]
            for name in names:
                if name and name != "default" and name not in sections:
                    yield below(service, f"uses {name} of {key}, which is not defined", key)
        for mount in service.mounts():
            if mount.kind == "volume" and mount.source and mount.source not in compose.volumes:
                yield below(service, f"uses volume {mount.source}, which is not defined", "volumes", mount.index)
        needs = service.node.get("depends_on")
        for name in needs if isinstance(needs, Mapping) else service.node.texts("depends_on"):
            if name not in services:
                yield below(service, f"depends on service {name}, which is not defined", "depends_on")


CHECK = Check(
    id="CMP-026",
    title="Reference to something undefined (network, volume …)",
    severity="negligible",
    why="The engine rejects the file.",
    fix="Define the network, volume, secret, config or service, or correct its name.",
    references=("https://github.com/compose-spec/compose-spec/blob/main/05-services.md",),
    inspect=inspect,
)
