"""Which pods may talk to which."""

import pytest

from careen.exposure.pod_traffic import Traffic
from careen.formats.kubernetes import manifest_files

PODS = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: a}}
---
apiVersion: v1
kind: Pod
metadata: {name: edge, namespace: shop, labels: {app: edge}}
spec: {containers: [{image: a}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{image: a, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: far, namespace: other, labels: {app: edge}}
spec: {containers: [{image: a}]}
---
apiVersion: v1
kind: Pod
metadata: {name: host, namespace: shop, labels: {app: host}}
spec: {hostNetwork: true, containers: [{image: a}]}
"""


def policy(spec):
    return POLICY + spec.replace("WEB", WEB) + "\n"


POLICY = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: "
WEB = "podSelector: {matchLabels: {app: web}}"


def reaching_web(*specs, port=8080):
    found = manifest_files.read([("a.yaml", PODS + "".join(policy(spec) for spec in specs))])
    by_name = {pod.resource.name: pod for pod in found.pods}
    traffic = Traffic(found)
    sources = [name for name in ("edge", "far", "host") if traffic.allows(by_name[name], by_name["web"], port)]
    admitted = traffic.from_outside(by_name["web"], port)
    return sources + {"all": ["outside"], "some": ["some of outside"], "none": []}[admitted]


ALL = ["edge", "far", "host", "outside"]


@pytest.mark.parametrize(
    ("specs", "expected"),
    [
        ([], ALL),
        (["{podSelector: {}}"], []),
        (["{podSelector: {matchLabels: {app: other}}}"], ALL),
        (["{WEB, ingress: [{}]}"], ALL),
        (["{WEB, policyTypes: [Egress]}"], ALL),
        (["{WEB, ingress: [{from: [{podSelector: {matchLabels: {app: edge}}}]}]}"], ["edge"]),
        (["{WEB, ingress: [{from: [{podSelector: {}}]}]}"], ["edge"]),
        (["{WEB, ingress: [{from: [{namespaceSelector: {}}]}]}"], ["edge", "far"]),
        (["{WEB, ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}]}]}"], ["edge"]),
        (
            ["{WEB, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}}]}]}"],
            ["far"],
        ),
        (["{WEB, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}"], ALL),
        (["{WEB, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}"], []),
        (["{WEB, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/1}}]}]}"], ALL),
        (["{WEB, ingress: [{from: [{ipBlock: {cidr: '0::/0'}}]}]}"], ALL),
        (["{WEB, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [0.0.0.0/1, 128.0.0.0/1]}}]}]}"], []),
        (
            [
                "{WEB, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, "
                "192.168.0.0/16]}}]}]}"
            ],
            ["outside"],
        ),
        (["{WEB, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}"], ["some of outside"]),
        (["{WEB, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 1}]}]}"], []),
        (["{WEB, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}, {ipBlock: {cidr: 203.0.113.9/32}}]}]}"], ["some of outside"]),
        (["{WEB, ingress: [{ports: [{port: 8080}]}]}"], ALL),
        (["{WEB, ingress: [{ports: [{port: http}]}]}"], ALL),
        (["{WEB, ingress: [{ports: [{port: 8000, endPort: 8100}]}]}"], ALL),
        (["{WEB, ingress: [{ports: [{port: 8080, protocol: UDP}]}]}"], []),
        (["{WEB, ingress: [{ports: [{port: 9090}, {port: other}]}]}"], []),
        (["{podSelector: {}}", "{WEB, ingress: [{from: [{podSelector: {}}]}]}"], ["edge"]),
        (["{podSelector: {matchLabels: {app: edge}}, policyTypes: [Egress]}"], ["far", "host", "outside"]),
        (["{podSelector: {matchLabels: {app: edge}}, egress: [{to: [{WEB}]}], policyTypes: [Egress]}"], ALL),
        (["{podSelector: {matchLabels: {app: host}}, policyTypes: [Egress]}"], ALL),
    ],
)
def test_who_reaches_a_pod(specs, expected):
    assert reaching_web(*specs) == expected


def test_isolation_by_direction():
    found = manifest_files.read([("a.yaml", PODS + policy("{WEB, policyTypes: [Egress]}"))])
    web = found.pods[1]
    traffic = Traffic(found)
    assert (traffic.isolated(web, "Ingress"), traffic.isolated(web, "Egress")) == (False, True)
