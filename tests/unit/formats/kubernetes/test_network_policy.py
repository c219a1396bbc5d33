"""Which pods policies isolate, and what the Internet reaches."""

import pytest

from careen.formats.kubernetes import manifest_files, network_policy

POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\nspec: {containers: [{image: a}]}\n"
)
POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: %s}\nspec: %s\n"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: shop}\nspec: %s\n"


def read(*texts):
    return manifest_files.read([("a.yaml", "---\n".join(texts))])


@pytest.mark.parametrize(
    ("namespace", "spec", "expected"),
    [
        ("shop", "{podSelector: {matchLabels: {app: web}}}", True),
        ("shop", "{podSelector: {}}", True),
        ("shop", "{podSelector: {matchLabels: {app: db}}}", False),
        ("other", "{podSelector: {}}", False),
    ],
)
def test_policies_of_a_pod(namespace, spec, expected):
    found = read(POD, POLICY % (namespace, spec))
    assert (id(found.pods[0]) in network_policy.by_pod(found)) is expected


@pytest.mark.parametrize(
    ("spec", "types"),
    [
        ("{podSelector: {}}", {"Ingress"}),
        ("{podSelector: {}, egress: []}", {"Ingress", "Egress"}),
        ("{podSelector: {}, policyTypes: [Egress]}", {"Egress"}),
    ],
)
def test_types(spec, types):
    (policy,) = network_policy.policies(read(POLICY % ("shop", spec)))
    assert network_policy.types(policy) == types


def test_peers_have_their_lines():
    (policy,) = network_policy.policies(
        read(
            POLICY % ("shop", "{ingress: [{}, {from: [{podSelector: {}}]}], egress: [{to: [x, {ipBlock: {cidr: 0.0.0.0/0}}]}]}")
        )
    )
    assert [keys for _, keys in network_policy.peers(policy)] == [
        ("spec", "ingress", 1, "from", 0),
        ("spec", "egress", 0, "to", 1),
    ]


@pytest.mark.parametrize(
    ("spec", "how"),
    [
        ("{type: NodePort}", ["NodePort"]),
        ("{type: LoadBalancer}", ["LoadBalancer"]),
        ("{externalIPs: [203.0.113.1]}", ["externalIPs"]),
        ("{type: ClusterIP}", []),
        ("{}", []),
    ],
)
def test_exposed_services(spec, how):
    assert [one for _, one in network_policy.exposed_services(read(SERVICE % spec))] == how


def test_backends_of_a_service():
    found = read(POD, SERVICE % "{selector: {app: web}}", SERVICE % "{}")
    assert [len(network_policy.backends(found, service)) for service in found.services] == [1, 0]


def test_backends_of_an_ingress_in_either_form():
    (ingress,) = read(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nspec: {defaultBackend: {service: {name: a}}, "
        "backend: {serviceName: b}, rules: [{http: {paths: [{path: /}, {backend: {service: {name: c}}}]}}]}\n"
    ).of("Ingress")
    assert [keys[1:] for _, keys in network_policy.ingress_backends(ingress)] == [
        ("defaultBackend",), ("backend",), ("rules", 0, "http", "paths", 1, "backend"),
    ]  # fmt: skip
