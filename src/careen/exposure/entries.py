"""Ways into a cluster from outside: Services, Ingresses, routes and node ports, as far as NetworkPolicies allow.

**Source:** https://kubernetes.io/docs/concepts/services-networking/ (Service, Ingress, Gateway API), and the references of
the kinds of Traefik, Contour, Istio, OpenShift, NGINX and Knative that route to Services.
"""

import ipaddress
from collections.abc import Iterator

from careen.formats.data.yaml_document import NO_MAPPING, Mapping, as_text, walk
from careen.formats.kubernetes import address_blocks, network_policy
from careen.formats.kubernetes.address_blocks import Outside
from careen.formats.kubernetes.manifest_files import Manifests, Pod, Resource
from careen.model.finding import Location

from .graph import INTERNET, Builder, Node, Reason
from .parts import LOCAL, REACHED, Images, entered
from .pod_traffic import NAMESPACE_LABEL, Traffic
from .pods import Placed, at, namespace_of

NODE_PORT = 0.7  # nodes often have no public address
_ROUTES = (
    *("httproute", "grpcroute", "tcproute", "udproute", "tlsroute", "ingressroute", "ingressroutetcp", "ingressrouteudp"),
    *("httpproxy", "virtualservice", "virtualserver", "route"),
)


_REFERENCES = ("backendRefs", "services", "to", "alternateBackends", "mirroring", "mirrors")


def add_entries(builder: Builder, manifests: Manifests, images: Images, placed: Placed, traffic: Traffic) -> None:
    entries = _Entries(builder, manifests, images, placed, traffic)
    entries.services()
    entries.routes()
    entries.hosts()


class _Entries:
    """Ways in from outside the cluster."""

    def __init__(self, builder: Builder, manifests: Manifests, images: Images, placed: Placed, traffic: Traffic) -> None:
        self.builder, self.manifests, self.images, self.placed, self.traffic = builder, manifests, images, placed, traffic
        self.controllers = _Controllers(manifests)

    def services(self) -> None:
        for service, how in network_policy.exposed_services(self.manifests):
            reach, where = _reach(service, how)
            place = Location(service.path, service.node.line_of("spec", "type" if how != "externalIPs" else "externalIPs"))
            if reach:
                self._serve(
                    f"{how} {service.name}", service, place, reach, f"{how} {service.name} takes connections{where}", False
                )
        pods = {id(pod.resource): pod for pod in self.manifests.pods}
        for service in self.manifests.of("Service"):
            private = service.labels.text("networking.knative.dev/visibility") == "cluster-local"
            if service.group == "serving.knative.dev" and not private:
                place = Location(service.path, service.node.line)
                text = f"Knative serves {service.name} to the outside"
                if id(service) in pods:
                    self._publish(f"Knative {service.name}", service, place, REACHED, text, pods[id(service)])

    def routes(self) -> None:
        for ingress in self.manifests.of("Ingress"):
            for backend, keys in network_policy.ingress_backends(ingress):
                name = backend.text("service", "name") or backend.text("serviceName")
                self._route(ingress, name, "", Location(ingress.path, ingress.node.line_of(*keys)))
        for kind in _ROUTES:
            for route in self.manifests.of(kind):
                if "." in route.group and _from_outside(route):
                    for name, namespace, line in _backends(route):
                        self._route(route, name, namespace, Location(route.path, line or route.node.line))

    def hosts(self) -> None:
        for pod in self.manifests.pods:
            if pod.node.get("hostNetwork") is True:
                text = f"{pod.resource.name} uses the network of its node: every port that it opens is a port of the node"
                listens = any(node.container and node.container.listens for node in self.placed.of(pod))
                reach = NODE_PORT if listens else LOCAL
                self._publish(f"hostNetwork {pod.resource.name}", pod.resource, at(pod, "hostNetwork"), reach, text, pod)
                continue
            for node in self.placed.of(pod):
                spec = self.placed.specs[node.id]
                for index, port in enumerate(spec.node.seq("ports")):
                    number = port.get("hostPort") if isinstance(port, Mapping) else None
                    if isinstance(number, int) and number and not _loopback(port.text("hostIP")):
                        place = at(spec, "ports", index, "hostPort")
                        admitted = self.traffic.from_outside(pod, _number(port.get("containerPort")), _protocol(port))
                        if admitted != "none":
                            text = f"port {number} of the node leads to {node.name}"
                            self._enter(f"hostPort {number}", pod.resource, place, NODE_PORT, text, [node], admitted)
                        else:
                            self._sealed(f"port {number} of the node", place, node.name)

    def _route(self, route: Resource, name: str, namespace: str, place: Location) -> None:
        for service in self._services(name, namespace or route.namespace or "default"):
            text = f"{route.label} leads from outside to service {service.name}"
            self._serve(route.label, service, place, REACHED, text, True)

    def _services(self, name: str, namespace: str) -> Iterator[Resource]:
        """The Services that a route's backend names: itself, that of its external name, or those of a TraefikService."""
        waiting, seen = [(name, namespace)], set[tuple[str, str]]()
        while waiting:
            key = waiting.pop()
            if not key[0] or key in seen:
                continue
            seen.add(key)
            if service := self.manifests.named("Service", *key):
                yield service
                host, _, rest = service.spec.text("externalName").partition(".")
                of, _, domain = rest.partition(".")
                waiting += [(host, of)] if domain.rstrip(".") in ("svc", "svc.cluster.local") else []
            if shared := self.manifests.named("TraefikService", *key):
                waiting += [(inner, of or shared.namespace or "default") for inner, of, _ in _backends(shared)]

    def _serve(self, shown: str, service: Resource, place: Location, reach: float, text: str, routed: bool) -> None:
        """Adds the ways to a Service's pods. ``routed``: an ingress controller, whose pod is not in these manifests,
        makes the connections."""
        for pod in network_policy.backends(self.manifests, service):
            nodes: dict[str, Node] = {}
            admitted = set[Outside]()
            for port in service.spec.maps("ports") or [NO_MAPPING]:
                number = _target(pod, port)
                by_controller = routed and self.controllers.admitted(pod)
                from_outside = "all" if by_controller else self.traffic.from_outside(pod, number, _protocol(port))
                if from_outside != "none":
                    admitted.add(from_outside)
                    nodes |= {node.id: node for node in self._listening(pod, number)}
            if nodes:
                self._enter(shown, service, place, reach, text, list(nodes.values()), "all" if "all" in admitted else "some")
            elif not admitted and self.placed.of(pod):
                self._sealed(shown, place, pod.resource.name)

    def _publish(self, shown: str, resource: Resource, place: Location, reach: float, text: str, pod: Pod) -> None:
        nodes = self.placed.of(pod)
        listening = [node for node in nodes if node.container and node.container.listens]
        self._enter(shown, resource, place, reach, text, listening or nodes)

    def _enter(
        self,
        shown: str,
        resource: Resource,
        place: Location,
        reach: float,
        text: str,
        nodes: list[Node],
        admitted: Outside = "all",
    ) -> None:
        hub = f"port:{resource.path}:{resource.namespace}:{resource.lower}:{resource.name}:{shown}"
        self.builder.add(Node(hub, "port", shown, resource.namespace or "default", (place,)))
        cut = f"remove {shown}, or admit only known addresses"
        self.builder.edge(INTERNET, hub, Reason("exposed", text, reach, (place,), cut))
        share, why = (1.0, "") if admitted == "all" else (LOCAL, "NetworkPolicies admit some addresses of the Internet; ")
        for node in nodes:
            entered(self.builder, hub, node, self.images, share, node.places, why=why)

    def _sealed(self, shown: str, place: Location, name: str) -> None:
        written = self.builder.origin(place)
        self.builder.note(
            f"{written.path}:{written.line}: {shown} leads to {name}, but a NetworkPolicy blocks traffic from outside"
        )

    def _listening(self, pod: Pod, number: int | None) -> list[Node]:
        """The containers of a pod that declare the port; else those without any port; else all."""
        nodes = self.placed.of(pod)
        declaring = [
            node
            for node in nodes
            if any(port.get("containerPort") == number for port in self.placed.specs[node.id].node.maps("ports"))
        ]
        silent = [node for node in nodes if not self.placed.specs[node.id].node.seq("ports")]
        return declaring or silent or nodes


class _Controllers:
    """Whether a pod accepts connections of an ingress controller, whose pod is not in these manifests."""

    def __init__(self, manifests: Manifests) -> None:
        self._policies = network_policy.by_pod(manifests)
        self._namespaces = {namespace_of(pod) for pod in manifests.pods}

    def admitted(self, pod: Pod) -> bool:
        """Whether a policy's rule admits pods of namespaces that these manifests do not have."""
        for policy in self._policies.get(id(pod), ()):
            for rule in policy.spec.maps("ingress") if "Ingress" in network_policy.types(policy) else ():
                for peer in rule.maps("from"):
                    if "namespaceSelector" in peer:
                        name = as_text(peer.map("namespaceSelector").map("matchLabels").get(NAMESPACE_LABEL))
                        if name not in self._namespaces:
                            return True
        return False


def _reach(service: Resource, how: str) -> tuple[float, str]:
    if how == "NodePort":
        return NODE_PORT, " on a port of every node"
    if how == "externalIPs":
        return REACHED, " on addresses outside the cluster"
    if any(_internal(service.annotations, key) for key in service.annotations):
        return LOCAL, " in the provider's network"
    ranges = [text for text in service.spec.texts("loadBalancerSourceRanges") if text]
    if ranges and not address_blocks.open_to_all(ranges):
        return LOCAL, f" from {', '.join(ranges[:3])}"
    return REACHED, " from every address"


def _internal(annotations: Mapping, key: str) -> bool:
    value = annotations.text(key).lower()
    named = key.lower()
    if "internal" in named.rpartition("/")[2]:
        return value not in ("false", "")
    return named.rpartition("/")[2] in ("load-balancer-type", "aws-load-balancer-scheme") and value == "internal"


def _from_outside(route: Resource) -> bool:
    """Whether the route carries traffic from a gateway, not only between pods."""
    if route.lower == "virtualservice":
        return any(name != "mesh" for name in route.spec.texts("gateways"))
    parents = route.spec.maps("parentRefs")
    return not parents or any(parent.text("kind") != "Service" for parent in parents)


def _backends(route: Resource) -> Iterator[tuple[str, str, int]]:
    """(name, namespace, line) of each Service that a route leads to; the namespace is "" if the route does not name
    it."""
    for keys, node in walk(route.spec):
        if not isinstance(node, Mapping):
            continue
        within = next((key for key in reversed(keys) if isinstance(key, str)), "")
        if within in _REFERENCES and node.text("kind") in (
            "",
            "Service",
            "TraefikService",
        ):
            yield node.text("name"), node.text("namespace"), node.line
        elif within == "destination" and node.text("host"):
            name, _, rest = node.text("host").partition(".")
            yield name, rest.partition(".")[0], node.line
        elif within == "upstreams" and node.text("service"):
            yield node.text("service"), "", node.line


def _target(pod: Pod, port: Mapping) -> int | None:
    """The port of the pod that a Service's port leads to."""
    target = port.get("targetPort")
    if target is None:
        target = port.get("port")
    if isinstance(target, int):
        return target
    ports = (declared for spec in pod.containers for declared in spec.node.maps("ports"))
    named = (declared for declared in ports if declared.text("name") == as_text(target))
    return next((_number(declared.get("containerPort")) for declared in named), None)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _protocol(port: Mapping) -> str:
    return port.text("protocol") or "TCP"


def _loopback(text: str) -> bool:
    try:
        return bool(text) and ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False
