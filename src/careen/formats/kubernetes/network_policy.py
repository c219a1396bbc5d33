"""Which pods NetworkPolicies isolate, in which direction, and which Services are reachable from outside.

A pod is isolated for a direction if a policy of that type in its namespace selects it; a policy without ``policyTypes`` has
the type Ingress, and Egress if it has egress rules.

**Source:** https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from collections.abc import Iterator

from careen.formats.data.yaml_document import Mapping

from .manifest_files import Manifests, Pod, Resource

ADMIN_PORTS = {
    22: "SSH",
    23: "Telnet",
    111: "portmapper",
    135: "RPC",
    445: "SMB",
    873: "rsync",
    1433: "SQL Server",
    1521: "Oracle",
    2049: "NFS",
    2181: "ZooKeeper",
    2375: "Docker",
    2376: "Docker",
    2379: "etcd",
    2380: "etcd",
    3306: "MySQL",
    3389: "remote desktop",
    5432: "PostgreSQL",
    5601: "Kibana",
    5672: "RabbitMQ",
    5900: "VNC",
    5984: "CouchDB",
    6379: "Redis",
    6443: "Kubernetes API",
    7001: "WebLogic",
    8020: "HDFS",
    8500: "Consul",
    9042: "Cassandra",
    9092: "Kafka",
    9200: "Elasticsearch",
    9300: "Elasticsearch",
    10250: "kubelet",
    10255: "kubelet",
    11211: "memcached",
    15672: "RabbitMQ management",
    26257: "CockroachDB",
    27017: "MongoDB",
    50000: "Jenkins agents",
}


def policies(manifests: Manifests) -> Iterator[Resource]:
    return manifests.of("NetworkPolicy")


def types(policy: Resource) -> frozenset[str]:
    """The directions that a policy restricts."""
    named = policy.spec.texts("policyTypes")
    if named:
        return frozenset(named)
    return frozenset(("Ingress", "Egress") if "egress" in policy.spec else ("Ingress",))


def by_pod(manifests: Manifests) -> dict[int, list[Resource]]:
    """The policies that select each pod, by ``id(pod)``."""
    found: dict[int, list[Resource]] = {}
    for policy in policies(manifests):
        for pod in manifests.selected(policy.namespace, policy.spec.map("podSelector")):
            found.setdefault(id(pod), []).append(policy)
    return found


def peers(policy: Resource) -> Iterator[tuple[Mapping, tuple[str | int, ...]]]:
    """Each peer of the policy's rules, with the keys that lead to it from the policy's root."""
    for direction, key in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(policy.spec.seq(direction)):
            if isinstance(rule, Mapping):
                for place, peer in enumerate(rule.seq(key)):
                    if isinstance(peer, Mapping):
                        yield peer, ("spec", direction, index, key, place)


def exposed_services(manifests: Manifests) -> Iterator[tuple[Resource, str]]:
    """The Services that are reachable from outside the cluster, each with the reason: its type, or "externalIPs"."""
    for service in manifests.services:
        kind = service.spec.text("type")
        if kind in ("LoadBalancer", "NodePort"):
            yield service, kind
        elif service.spec.texts("externalIPs"):
            yield service, "externalIPs"


def backends(manifests: Manifests, service: Resource) -> list[Pod]:
    """The pods that a Service routes to."""
    selector = service.spec.map("selector")
    return manifests.selected(service.namespace, selector) if selector else []


def ingress_backends(ingress: Resource) -> Iterator[tuple[Mapping, tuple[str | int, ...]]]:
    """Each backend of an Ingress, as its API version writes it, with the keys that lead to it."""
    for key in ("defaultBackend", "backend"):
        if isinstance(ingress.spec.get(key), Mapping):
            yield ingress.spec.map(key), ("spec", key)
    for index, rule in enumerate(ingress.spec.seq("rules")):
        if isinstance(rule, Mapping):
            for place, path in enumerate(rule.seq("http", "paths")):
                if isinstance(path, Mapping) and isinstance(path.get("backend"), Mapping):
                    yield path.map("backend"), ("spec", "rules", index, "http", "paths", place, "backend")
