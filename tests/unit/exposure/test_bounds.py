"""Large and hostile files: the time is bounded, and what was left out is reported."""

import pytest
from tests.support.exposure import chains, edges, exposure
from tests.support.work import ends

from careen.exposure import graph, paths


def cluster(count):
    """``count`` deployments with a service, a policy or nothing, and an account each, some of them with rights."""
    parts = []
    for i in range(count):
        kind = "LoadBalancer" if i % 50 == 1 else "ClusterIP"
        parts.append(
            f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: app{i}, namespace: team{i % 25}}}
spec:
  selector: {{matchLabels: {{app: app{i}}}}}
  template:
    metadata: {{labels: {{app: app{i}, tier: t{i % 5}}}}}
    spec:
      serviceAccountName: sa{i % 50}
      containers:
        - name: app
          image: x/app{i}:1
          ports: [{{containerPort: 8080}}]
          securityContext: {{privileged: {"true" if i % 97 == 0 else "false"}}}
          volumeMounts: [{{name: d, mountPath: /d}}]
      volumes: [{{name: d, persistentVolumeClaim: {{claimName: c{i % 60}}}}}]
---
apiVersion: v1
kind: Service
metadata: {{name: app{i}, namespace: team{i % 25}}}
spec: {{type: {kind}, selector: {{app: app{i}}}, ports: [{{port: 80, targetPort: 8080}}]}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: sa{i}, namespace: team{i % 25}}}
---
"""
            + (
                f"""\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: app{i}, namespace: team{i % 25}}}
spec:
  podSelector: {{matchLabels: {{app: app{i}}}}}
  policyTypes: [Ingress, Egress]
  ingress: [{{from: [{{podSelector: {{matchLabels: {{tier: t{i % 5}}}}}}}]}}]
  egress: [{{to: [{{namespaceSelector: {{}}, podSelector: {{matchLabels: {{tier: t1}}}}}}]}}]
---
"""
                if i % 2 == 0
                else f"""\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {{name: b{i}}}
roleRef: {{kind: ClusterRole, name: r}}
subjects: [{{kind: ServiceAccount, name: sa{i % 50}, namespace: team{i % 25}}}]
---
"""
            )
        )
    rules = '[{apiGroups: [""], resources: [pods/exec], verbs: [create]}]'
    parts.append(f"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: r}}\nrules: {rules}\n")
    return "".join(parts)


def test_a_large_cluster_is_walked_whole():
    with ends():
        answer = exposure(cluster(150))
    assert sum(1 for _ in answer.graph.containers()) == 150
    assert not answer.unknowns
    assert chains(answer)[0].startswith("Internet > ")
    assert chains(answer)[0].endswith("node of the cluster")
    assert len(answer.paths) <= paths.MAX_PATHS


def test_services_that_share_everything_end(monkeypatch):
    monkeypatch.setattr(graph, "MAX_EDGES", 5_000)
    lines = []
    for i in range(80):
        shared = f"volumes: ['one:/d', '/srv/{i}:/e', '/srv:/f'], secrets: [all], pid: 'service:s{(i + 1) % 80}'"
        lines.append(f"  s{i}: {{image: 'postgres:1', ports: ['80'], {shared}}}\n")
    text = "services:\n" + "".join(lines) + "volumes: {one: {}}\nsecrets: {all: {file: x}}\n"
    with ends():
        answer = exposure(text)
    assert [one.reason for one in answer.unknowns] == ["assessed in part only: over 5000 connections in the graph"]
    assert not answer.complete
    assert len(answer.paths) == paths.MAX_PATHS


def test_volumes_from_in_circles_end():
    lines = [
        f"  s{i}: {{image: x, volumes: ['one:/d'], volumes_from: [{', '.join(f's{k}' for k in range(40))}]}}\n"
        for i in range(40)
    ]
    with ends():
        exposure("services:\n" + "".join(lines) + "volumes: {one: {}}\n")


def test_too_many_connections_are_reported(monkeypatch):
    monkeypatch.setattr(graph, "MAX_EDGES", 20)
    text = "services:\n" + "".join(f"  s{i}: {{image: x, expose: ['1'], ports: ['1']}}\n" for i in range(30))
    answer = exposure(text)
    assert [one.reason for one in answer.unknowns] == ["assessed in part only: over 20 connections in the graph"]
    assert answer.exit_code == 0
    assert exposure(text, strict=True).exit_code == 3


def test_a_ring_of_volumes_is_walked_once():
    lines = [f"  s{i}: {{image: x, network_mode: none, volumes: ['vol{i}:/a', 'vol{(i + 1) % 60}:/b']}}\n" for i in range(60)]
    text = "services:\n" + "".join(lines) + "volumes: {" + ", ".join(f"vol{i}: {{}}" for i in range(60)) + "}\n"
    answer = exposure(text)
    assert all(len(set(path.nodes)) == len(path.nodes) for path in answer.paths)
    assert len(edges(answer, "volume")) == 240


@pytest.mark.parametrize(
    "text",
    [
        "",
        "services: {}\n",
        "services: {a: {}}\n",
        "services: {a: {image: 1, ports: x, volumes: 3}}\n",
        "apiVersion: v1\nkind: Pod\nspec: {containers: [{}]}\n",
        "apiVersion: v1\nkind: Pod\nspec: {containers: 3, volumes: x}\n",
        "apiVersion: v1\nkind: Service\nspec: {ports: 4, selector: x, type: NodePort}\n",
    ],
)
def test_sparse_files_give_no_path(text):
    assert chains(exposure(text), "Internet") == []
