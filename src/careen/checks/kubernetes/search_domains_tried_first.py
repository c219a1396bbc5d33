"""Names outside of the cluster are looked up within it first."""

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
        dots = next((count(one.get("value")) for one in options if one.text("name") == "ndots"), None)
        if dots is None or dots > 4:
            yield at(pod, "leaves ndots at 5", "dnsConfig")


CHECK = Check(
    id="K8S-272",
    title="Names outside of the cluster are looked up within it first",
    severity="negligible",
    why="With ndots at 5 each look-up of an outside name asks for it in every search domain: delay, load, and names that leak.",
    fix="Set ndots to 2 in dnsConfig.options.",
    references=("https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-dns-config",),
    inspect=inspect,
    default=False,
)
