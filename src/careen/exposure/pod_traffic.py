"""Which pods may connect to each other, and which are open to the outside, by all NetworkPolicies together.

Traffic passes when the source's egress and the target's ingress both allow it; a direction that no policy isolates allows
all. A block of all addresses includes pods, as with most network plug-ins. Policies do not apply to pods with hostNetwork,
which other pods see as outside.

**Source:** https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from collections.abc import Iterator

from careen.formats.data.yaml_document import Mapping, as_text
from careen.formats.kubernetes import network_policy
from careen.formats.kubernetes.manifest_files import Manifests, Pod, Resource, same_namespace
from careen.formats.kubernetes.selectors import matches

NAMESPACE_LABEL = "kubernetes.io/metadata.name"  # every namespace has it


class Traffic:
    """The policies of a set of manifests, looked up by pod."""

    def __init__(self, manifests: Manifests) -> None:
        self._policies = network_policy.by_pod(manifests)
        self._namespaces = {namespace.name: namespace.labels for namespace in manifests.of("Namespace")}

    def allows(self, source: Pod | None, target: Pod, port: int | None = None, protocol: str = "TCP") -> bool:
        """Whether ``source`` (None: the outside) may open a connection to ``target``; without a port, to any."""
        return self._leaves(source, target, port, protocol) and self._enters(source, target, port, protocol)

    def isolated(self, pod: Pod, direction: str) -> bool:
        """Whether a policy selects the pod for "Ingress" or "Egress"."""
        return any(True for _ in self._policies_of(pod, direction))

    def _leaves(self, source: Pod | None, target: Pod, port: int | None, protocol: str) -> bool:
        if source is None or not self.isolated(source, "Egress"):
            return True
        rules = [(policy, rule) for policy in self._policies_of(source, "Egress") for rule in policy.spec.maps("egress")]
        return any(self._peers(policy, rule, "to", target) and _ports(rule, target, port, protocol) for policy, rule in rules)

    def _enters(self, source: Pod | None, target: Pod, port: int | None, protocol: str) -> bool:
        if not self.isolated(target, "Ingress"):
            return True
        rules = [(policy, rule) for policy in self._policies_of(target, "Ingress") for rule in policy.spec.maps("ingress")]
        return any(self._peers(policy, rule, "from", source) and _ports(rule, target, port, protocol) for policy, rule in rules)

    def _policies_of(self, pod: Pod, direction: str) -> Iterator[Resource]:
        if pod.node.get("hostNetwork") is not True:
            for policy in self._policies.get(id(pod), ()):
                if direction in network_policy.types(policy):
                    yield policy

    def _peers(self, policy: Resource, rule: Mapping, key: str, other: Pod | None) -> bool:
        peers = rule.maps(key)
        return not rule.seq(key) or any(self._peer(policy, peer, other) for peer in peers)

    def _peer(self, policy: Resource, peer: Mapping, other: Pod | None) -> bool:
        if peer.text("ipBlock", "cidr") in network_policy.WORLD:
            return True
        if other is None or other.node.get("hostNetwork") is True or not {"podSelector", "namespaceSelector"} & peer.keys():
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
