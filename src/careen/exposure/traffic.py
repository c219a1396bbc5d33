"""Which pods reach each other, as far as NetworkPolicies allow, and which share a Secret with a database.

Pods without policies are connected through one node of the graph, the cluster's network; only the others pair by pair.
Raises: ValueError if policies name too many pairs of pods.
**Source:** https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from collections.abc import Iterator

from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes import address_blocks, network_policy
from careen.formats.kubernetes.manifest_files import Manifests, Pod, Resource
from careen.formats.kubernetes.selectors import matches
from careen.model.finding import Location

from .entries import add_entries
from .graph import Builder, Node, Reason
from .parts import REACHED, Images, entered, link_by_credential
from .pod_traffic import NAMESPACE_LABEL, Traffic
from .pods import Placed, namespace_of

NETWORK = "network:kubernetes"
MAX_PAIRS = 150_000
WRITTEN = "\0"  # prefix of a credential in plain text


def add_traffic(builder: Builder, manifests: Manifests, images: Images, placed: Placed) -> None:
    traffic = Traffic(manifests)
    add_entries(builder, manifests, images, placed, traffic)
    _credentials(builder, manifests, placed, traffic)
    _between(builder, manifests, images, placed, traffic)


def _between(builder: Builder, manifests: Manifests, images: Images, placed: Placed, traffic: Traffic) -> None:
    hub = Node(NETWORK, "network", "network of the cluster")
    rules = _Rules(manifests)
    served = {id(pod) for service in manifests.services for pod in network_policy.backends(manifests, service)}
    freely_out = {id(pod) for pod in manifests.pods if _free(rules, traffic, pod, "Egress")}
    freely_in = {id(pod) for pod in manifests.pods if _free(rules, traffic, pod, "Ingress")}
    meet = bool(freely_out and freely_in)
    if meet:
        builder.add(hub)
    on_nodes = [pod for pod in manifests.pods if pod.node.get("hostNetwork") is True]
    seen: set[tuple[int, int]] = set()
    for pod in manifests.pods:
        if meet and id(pod) in freely_out:
            for node in placed.of(pod):
                text = f"{node.name} may connect to other pods: no NetworkPolicy limits it"
                builder.edge(node.id, NETWORK, Reason("network", text, REACHED, node.places))
        if meet and id(pod) in freely_in:
            for node in _open(placed, pod, served):
                entered(builder, NETWORK, node, images, 1.0, node.places)
        for source, target in _named(rules, pod, id(pod) in freely_out, id(pod) in freely_in, on_nodes):
            pair = (id(source), id(target))
            if source is target or pair in seen or (id(source) in freely_out and id(target) in freely_in):
                continue
            seen.add(pair)
            if len(seen) > MAX_PAIRS:
                raise ValueError(f"over {MAX_PAIRS} pairs of pods that NetworkPolicies name")
            if traffic.allows(source, target):
                places = tuple(
                    Location(policy.path, policy.spec.line or policy.node.line) for policy in rules.between(source, target)
                )
                for client in placed.of(source):
                    for node in _open(placed, target, served):
                        why = f"NetworkPolicies let {client.name} reach {node.name}; "
                        entered(builder, client.id, node, images, REACHED, places or client.places, why=why)


def _named(rules: "_Rules", pod: Pod, out: bool, into: bool, on_nodes: list[Pod]) -> Iterator[tuple[Pod, Pod]]:
    """The pairs that the rules for a pod may allow. Pods with hostNetwork count as outside."""
    if not into:
        yield from ((peer, pod) for peer in rules.peers(pod, "Ingress"))
        yield from ((peer, pod) for peer in on_nodes)
    if not out:
        yield from ((pod, peer) for peer in rules.peers(pod, "Egress"))


def _open(placed: Placed, pod: Pod, served: set[int]) -> list[Node]:
    """The containers of a pod with a known port; if none has one, all containers if a Service leads to the pod."""
    nodes = placed.of(pod)
    return [node for node in nodes if node.container and node.container.listens] or (nodes if id(pod) in served else [])


def _free(rules: "_Rules", traffic: Traffic, pod: Pod, direction: str) -> bool:
    return not traffic.isolated(pod, direction) or rules.open_to_all(pod, direction)


class _Rules:
    """The rules of NetworkPolicies by the pods that they select."""

    def __init__(self, manifests: Manifests) -> None:
        self._manifests = manifests
        self._policies = network_policy.by_pod(manifests)
        self._namespaces = {namespace_of(pod): Mapping() for pod in manifests.pods}
        for resource in manifests.of("Namespace"):
            if resource.name in self._namespaces:
                self._namespaces[resource.name].update(resource.labels)
        for name, labels in self._namespaces.items():
            labels[NAMESPACE_LABEL] = name
        self._found: dict[int, list[Pod]] = {}

    def open_to_all(self, pod: Pod, direction: str) -> bool:
        key = "from" if direction == "Ingress" else "to"
        return any(
            not rule.seq(key) or any(address_blocks.admits_pods(peer.map("ipBlock")) for peer in rule.maps(key))
            for _, rule in self._rules(pod, direction)
        )

    def peers(self, pod: Pod, direction: str) -> Iterator[Pod]:
        """The pods that the rules name."""
        key = "from" if direction == "Ingress" else "to"
        for policy, rule in self._rules(pod, direction):
            for peer in rule.maps(key):
                yield from self._named(policy, peer)

    def between(self, source: Pod, target: Pod) -> list[Resource]:
        """At most two policies that select each of the pods and have rules, for the places of the connection."""
        ones = [*self._policies_of(target, "Ingress")[:2], *self._policies_of(source, "Egress")[:2]]
        return [policy for policy in ones if policy.spec.seq("ingress") or policy.spec.seq("egress")]

    def _named(self, policy: Resource, peer: Mapping) -> list[Pod]:
        if id(peer) not in self._found:
            found: list[Pod] = []
            if "namespaceSelector" in peer:
                for name, labels in self._namespaces.items():
                    if matches(labels, peer.map("namespaceSelector")):
                        found += self._manifests.selected(name, peer.map("podSelector"))
            elif "podSelector" in peer:
                found += self._manifests.selected(policy.namespace, peer.map("podSelector"))
            self._found[id(peer)] = found
        return self._found[id(peer)]

    def _rules(self, pod: Pod, direction: str) -> Iterator[tuple[Resource, Mapping]]:
        for policy in self._policies_of(pod, direction):
            for rule in policy.spec.maps(direction.lower()):
                yield policy, rule

    def _policies_of(self, pod: Pod, direction: str) -> list[Resource]:
        return [policy for policy in self._policies.get(id(pod), ()) if direction in network_policy.types(policy)]


def _credentials(builder: Builder, manifests: Manifests, placed: Placed, traffic: Traffic) -> None:
    """Adds a way from each container to a database that it reaches and with which it shares a Secret: it can log in."""
    pairs = 0
    for (namespace, name), holders in placed.secrets.items():
        title, place = _secret(manifests, namespace, name, holders)
        id = f"secret:{namespace}:{f'{place.path}:{place.line}' if name.startswith(WRITTEN) else name}"
        hub = builder.add(Node(id, "secret", title, namespace, (place,)))
        for _, node, there in holders:
            builder.link(node.id, hub, "holds", there)
        for server, its_node, its in holders:
            if not (its_node.container and its_node.container.database):
                continue
            for client, node, there in holders:
                pairs += 1
                if pairs > MAX_PAIRS:
                    raise ValueError(f"over {MAX_PAIRS} pairs of containers that share a Secret")
                if client is not server and traffic.allows(client, server):
                    link_by_credential(builder, node, its_node, title, there, its)


def _secret(manifests: Manifests, namespace: str, name: str, holders: list[tuple[Pod, Node, Location]]) -> tuple[str, Location]:
    """The title and the place of a Secret, or of a credential that is written in the manifests of its holders."""
    if name.startswith(WRITTEN):
        names = sorted({node.name for _, node, _ in holders})
        return f"credential of {' and '.join(names[:2])}", holders[0][2]
    secret = manifests.named("Secret", name, namespace)
    return f"Secret {name}", Location(secret.path, secret.node.line) if secret else holders[0][2]
