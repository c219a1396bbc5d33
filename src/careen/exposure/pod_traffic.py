"""Which pods may connect to each other, and which are open to the outside, by all NetworkPolicies together.

Traffic passes when the source's egress and the target's ingress both allow it; a direction that no policy isolates allows
all. A block of nearly all addresses includes pods, as with most network plug-ins, unless it excepts the addresses that pods
mostly have. Policies do not apply to pods with hostNetwork, which other pods see as outside.

**Source:** https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from collections.abc import Iterator

from careen.formats.data.yaml_document import Mapping, as_text
from careen.formats.kubernetes import address_blocks, network_policy
from careen.formats.kubernetes.address_blocks import Outside
from careen.formats.kubernetes.manifest_files import Manifests, Pod, Resource, same_namespace
from careen.formats.kubernetes.selectors import matches

_PEERS = {"Ingress": "from", "Egress": "to"}
NAMESPACE_LABEL = "kubernetes.io/metadata.name"  # every namespace has it


class Traffic:
    """The policies of a set of manifests, looked up by pod."""

    def __init__(self, manifests: Manifests) -> None:
        self._policies = network_policy.by_pod(manifests)
        self._namespaces = {namespace.name: namespace.labels for namespace in manifests.of("Namespace")}

    def allows(self, source: Pod, target: Pod, port: int | None = None, protocol: str = "TCP") -> bool:
        """Whether ``source`` may open a connection to ``target``; without a port, to any."""
        return self._passes(source, "Egress", target, target, port, protocol) and self._passes(
            target, "Ingress", source, target, port, protocol
        )

    def from_outside(self, target: Pod, port: int | None = None, protocol: str = "TCP") -> Outside:
        """How many of the public addresses may open a connection to ``target``; without a port, to any."""
        if not self.isolated(target, "Ingress"):
            return "all"
        found: set[Outside] = set()
        for _, rule in self._rules(target, "Ingress"):
            if _ports(rule, target, port, protocol):
                found |= {address_blocks.outside(peer.map("ipBlock")) for peer in rule.maps("from")}
                found |= set() if rule.seq("from") else {"all"}
        return next((which for which in ("all", "some") if which in found), "none")

    def isolated(self, pod: Pod, direction: str) -> bool:
        """Whether a policy selects the pod for "Ingress" or "Egress"."""
        return any(True for _ in self._policies_of(pod, direction))

    def _passes(self, pod: Pod, direction: str, other: Pod, target: Pod, port: int | None, protocol: str) -> bool:
        """Whether the policies of one end of a connection admit the other."""
        return not self.isolated(pod, direction) or any(
            self._peers(policy, rule, _PEERS[direction], other) and _ports(rule, target, port, protocol)
            for policy, rule in self._rules(pod, direction)
        )

    def _rules(self, pod: Pod, direction: str) -> Iterator[tuple[Resource, Mapping]]:
        for policy in self._policies_of(pod, direction):
            for rule in policy.spec.maps(direction.lower()):
                yield policy, rule

    def _policies_of(self, pod: Pod, direction: str) -> Iterator[Resource]:
        if pod.node.get("hostNetwork") is not True:
            for policy in self._policies.get(id(pod), ()):
                if direction in network_policy.types(policy):
                    yield policy

    def _peers(self, policy: Resource, rule: Mapping, key: str, other: Pod) -> bool:
        peers = rule.maps(key)
        return not rule.seq(key) or any(self._peer(policy, peer, other) for peer in peers)

    def _peer(self, policy: Resource, peer: Mapping, other: Pod) -> bool:
        if "ipBlock" in peer:
            return address_blocks.admits_pods(peer.map("ipBlock"))
        if other.node.get("hostNetwork") is True or not {"podSelector", "namespaceSelector"} & peer.keys():
            return False
        if "namespaceSelector" in peer:
            if not matches(self._labels(other.resource.namespace or "default"), peer.map("namespaceSelector")):
                return False
        elif not same_namespace(other.resource.namespace, policy.namespace):
            return False
        return matches(other.labels, peer.map("podSelector"))

    def _labels(self, namespace: str) -> Mapping:
        labels = Mapping()
        labels.update(self._namespaces.get(namespace, {}))
        labels[NAMESPACE_LABEL] = namespace
        return labels


def _ports(rule: Mapping, target: Pod, port: int | None, protocol: str) -> bool:
    if not rule.seq("ports") or port is None:
        return True
    return any(_port(allowed, target, port, protocol) for allowed in rule.maps("ports"))


def _port(allowed: Mapping, target: Pod, port: int, protocol: str) -> bool:
    if (allowed.text("protocol") or "TCP") != protocol:
        return False
    value = allowed.get("port")
    if value is None:
        return True
    if isinstance(value, int):
        last = allowed.get("endPort")
        return value <= port <= (last if isinstance(last, int) else value)
    named = (
        declared
        for container in target.containers
        for declared in container.node.maps("ports")
        if declared.text("name") == as_text(value)
    )
    return any(declared.get("containerPort") == port for declared in named)
