"""Ingress rule without host."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes.manifest_files import Manifests
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for ingress in manifests.of("Ingress"):
        for index, rule in enumerate(ingress.spec.seq("rules")):
            if isinstance(rule, Mapping) and rule.text("host") in ("", "*"):
                yield at(ingress, "serves every host name", "spec", "rules", index)


CHECK = Check(
    id="NWP-020",
    title="Ingress rule without host",
    severity="low",
    why="Requests for any host name, for example of another tenant, reach this application.",
    fix="Set host in each rule.",
    references=(
        "CWE-668",
        "https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards",
    ),
    inspect=inspect,
    default=False,
)
