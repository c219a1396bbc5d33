"""DNS ndots is 5 or higher."""

from collections.abc import Iterator

from careen.checks.places import at
from careen.formats.kubernetes.manifest_files import Manifests
from careen.formats.kubernetes.quantity import count
from careen.plugins import Check, Place


def inspect(manifests: Manifests) -> Iterator[Place]:
    for pod in manifests.pods:
        if pod.node.text("dnsPolicy") in ("Default", "None"):
            continue
        options = pod.node.maps("dnsConfig", "options")
        dots = next((count(option.get("value")) for option in options if option.text("name") == "ndots"), None)
        if dots is None or dots > 4:
            yield at(pod, "leaves ndots at 5", "dnsConfig")


CHECK = Check(
    id="K8S-272",
    title="DNS ndots is 5 or higher",
    severity="negligible",
    why=(
        "With ndots 5, each lookup of an external name tries all search domains first: more delay and load, and leaked names."
    ),
    fix="Set ndots to 2 in dnsConfig.options.",
    references=("https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-dns-config",),
    inspect=inspect,
    default=False,
)
