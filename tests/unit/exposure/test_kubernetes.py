"""Kubernetes manifests: ways in, ways between pods, ways to the node and the cluster; and what only looks like one."""

import textwrap

import pytest
from tests.support.exposure import chains, edges, exposure


def pod(name, spec="", container="", image="", labels=""):
    """A pod with these lines more in its specification and its container, which listens on 80."""
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, labels: {{app: {name}{labels}}}}}\nspec:\n"
    text += textwrap.indent(textwrap.dedent(spec), "  ") + ("\n" if spec else "")
    text += (
        f"  containers:\n    - name: {name}\n      image: {image or 'x/' + name + ':1'}\n      ports: [{{containerPort: 80}}]\n"
    )
    return text + textwrap.indent(textwrap.dedent(container), "      ") + "\n---\n"


def service(name, rest="type: LoadBalancer"):
    return (
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec:\n  selector: {{app: {name}}}\n"
        f"  ports: [{{port: 8080, targetPort: 80}}]\n  {rest}\n---\n"
    )


def policy(name, rest, kind="Ingress"):
    return (
        f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}-{kind.lower()}}}\nspec:\n"
        f"  podSelector: {{matchLabels: {{app: {name}}}}}\n  policyTypes: [{kind}]\n{textwrap.indent(rest, '  ')}\n---\n"
    )


INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: way}
spec:
  rules:
    - http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 8080}}}}]}
---
"""
TRAEFIK = """\
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: way}
spec: {routes: [{match: x, services: [{name: shared, kind: TraefikService}]}]}
---
apiVersion: traefik.io/v1alpha1
kind: TraefikService
metadata: {name: shared}
spec:
"""
CLUSTER_IP = service("a", "type: ClusterIP")
GUEST = "ingress: [{from: [{namespaceSelector: {matchLabels: {x: y}}}]}]"
MOUNT = "volumeMounts: [{name: v, mountPath: /h}]"
READ = "volumeMounts: [{name: v, mountPath: /h, readOnly: true}]"


def part(path):
    return f"volumeMounts: [{{name: v, mountPath: /h, subPath: {path}}}]"


@pytest.mark.parametrize(
    ("text", "out"),
    [
        (pod("a") + service("a"), True),
        (pod("a") + service("a", "type: NodePort"), True),
        (pod("a") + service("a", "externalIPs: [203.0.113.9]"), True),
        (pod("a") + service("a", "type: LoadBalancer\n  loadBalancerSourceRanges: [203.0.113.0/24]"), True),
        (pod("a", "hostNetwork: true"), True),
        (pod("a").replace("containerPort: 80", "containerPort: 80, hostPort: 8080"), True),
        (pod("a") + CLUSTER_IP + INGRESS, True),
        (
            pod("a") + CLUSTER_IP + "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec:\n"
            "  parentRefs: [{name: gateway}]\n  rules: [{backendRefs: [{name: a, port: 8080}]}]\n",
            True,
        ),
        (
            pod("a") + CLUSTER_IP + "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: r}\nspec:\n"
            "  gateways: [edge]\n  http: [{route: [{destination: {host: a.default.svc.cluster.local}}]}]\n",
            True,
        ),
        (
            pod("a") + CLUSTER_IP + "apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {name: r}\nspec:\n"
            "  routes: [{match: x, services: [{name: a, port: 8080}]}]\n",
            True,
        ),
        (
            pod("a") + CLUSTER_IP + "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: r}\nspec:\n"
            "  to: {kind: Service, name: a}\n",
            True,
        ),
        (pod("a") + CLUSTER_IP + TRAEFIK + "  weighted: {services: [{name: a, port: 8080}]}\n", True),
        (pod("a") + CLUSTER_IP + TRAEFIK + "  mirroring: {name: b, port: 1, mirrors: [{name: a, port: 8080}]}\n", True),
        (pod("a") + CLUSTER_IP + TRAEFIK + "  mirroring: {name: a, port: 8080}\n", True),
        (pod("a") + CLUSTER_IP + TRAEFIK + "  weighted: {services: [{name: shared, kind: TraefikService}]}\n", False),
        (pod("a") + CLUSTER_IP + TRAEFIK + "  weighted: {services: [{name: b}], sticky: {cookie: {name: a}}}\n", False),
        (
            pod("a") + CLUSTER_IP + INGRESS.replace("name: a,", "name: alias,") + "apiVersion: v1\nkind: Service\n"
            "metadata: {name: alias}\nspec: {type: ExternalName, externalName: a.default.svc.cluster.local}\n",
            True,
        ),
        (pod("a"), False),
        (pod("a") + CLUSTER_IP, False),
        (pod("a") + service("b"), False),
        (pod("a") + INGRESS, False),
        (pod("a").replace("containerPort: 80", "containerPort: 80, hostPort: 8080, hostIP: 127.0.0.1"), False),
        (pod("a") + service("a") + policy("a", "ingress: []"), False),
        (pod("a") + service("a") + policy("a", "ingress: [{from: [{podSelector: {}}]}]"), False),
        (pod("a") + service("a") + policy("a", "ingress: [{ports: [{port: 81}]}]"), False),
        (pod("a") + service("a") + policy("a", "ingress: [{ports: [{port: 80}]}]"), True),
        (pod("a") + service("a") + policy("a", "ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]"), True),
        (pod("a") + service("a") + policy("a", "ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]"), True),
        (pod("a") + service("a") + policy("a", "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]"), False),
        (pod("a") + CLUSTER_IP + INGRESS + policy("a", "ingress: [{from: [{podSelector: {}}]}]"), False),
        (pod("a") + CLUSTER_IP + INGRESS + policy("a", GUEST), True),
        (
            pod("a") + CLUSTER_IP + "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: r}\nspec:\n"
            "  http: [{route: [{destination: {host: a}}]}]\n",
            False,
        ),
        (
            pod("a") + CLUSTER_IP + "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec:\n"
            "  parentRefs: [{kind: Service, name: b}]\n  rules: [{backendRefs: [{name: a}]}]\n",
            False,
        ),
    ],
)  # fmt: skip
def test_ways_in(text, out):
    answer = exposure(text)
    assert not answer.unknowns
    assert (chains(answer, "Internet") == ["Internet > a"]) is out


def test_what_a_policy_blocks_is_noted():
    answer = exposure(pod("a") + service("a") + policy("a", "ingress: []"))
    assert [note.partition(": ")[2] for note in answer.graph.notes] == [
        "LoadBalancer a leads to a, but a NetworkPolicy blocks traffic from outside"
    ]


def test_a_load_balancer_within_the_provider_is_reached_by_fewer():
    likely = []
    for annotations in (
        "",
        '"service.beta.kubernetes.io/aws-load-balancer-internal": "true"',
        '"networking.gke.io/load-balancer-type": Internal',
    ):
        text = (
            service("a")
            .replace("{name: a}}", "{name: a}}")
            .replace("metadata: {name: a}", f"metadata: {{name: a, annotations: {{{annotations}}}}}")
        )
        likely.append(exposure(pod("a") + text).paths[0].likelihood)
    assert likely[0] > 2 * likely[1] == 2 * likely[2]


@pytest.mark.parametrize(
    ("spec", "container", "way"),
    [
        ("", "securityContext: {privileged: true}", "privilege"),
        ("", "securityContext: {capabilities: {add: [SYS_ADMIN]}}", "privilege"),
        ("hostPID: true", "", "namespace"),
        ("hostIPC: true", "", "namespace"),
        ("volumes: [{name: v, hostPath: {path: /}}]", MOUNT, "host_path"),
        ("volumes: [{name: v, hostPath: {path: /var/lib/kubelet}}]", READ, "host_path"),
        ("volumes: [{name: v, hostPath: {path: /run/crio/crio.sock}}]", MOUNT, "socket"),
        ("", "securityContext: {windowsOptions: {hostProcess: true}}", "privilege"),
        ("securityContext: {windowsOptions: {hostProcess: true}}", "", "privilege"),
    ],
)  # fmt: skip
def test_ways_to_the_node(spec, container, way):
    found = edges(exposure(pod("a", spec, container)), "socket", "privilege", "namespace", "host_path")
    assert found == {("a", "node of the cluster", way)}


@pytest.mark.parametrize(
    ("spec", "container"),
    [
        ("hostPID: false", ""),
        ("volumes: [{name: v, hostPath: {path: /}}]", ""),  # which it does not mount
        ("volumes: [{name: v, hostPath: {path: /data}}]", MOUNT),
        ("volumes: [{name: v, emptyDir: {}}]", MOUNT),
        ("", "securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}"),
    ],
)
def test_what_does_not_lead_to_the_node(spec, container):
    assert edges(exposure(pod("a", spec, container)), "socket", "privilege", "namespace", "host_path") == set()


def test_users_of_its_own_keep_root_in():
    ways = [
        exposure(pod("a", spec, "securityContext: {privileged: true}")).paths[0].likelihood for spec in ("", "hostUsers: false")
    ]
    assert ways[1] < ways[0] / 3


def test_the_containers_of_a_pod_share_their_network_and_more_if_it_is_set():
    both = pod("a").replace("---\n", "    - {name: side, image: x/side:1}\n---\n")
    apart = policy("a", "ingress: []") + policy("a", "egress: []", "Egress")
    answer = exposure(both + apart)
    assert edges(answer, "network") == {("a", "a/side", "network"), ("a/side", "a", "network")}
    assert chains(answer) == []  # as pods are meant
    answer = exposure(both.replace("spec:\n", "spec:\n  shareProcessNamespace: true\n") + apart)
    assert set(chains(answer)) == {"a > a/side", "a/side > a"}


CLAIM = "volumes: [{name: v, persistentVolumeClaim: {claimName: files}}]"


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (MOUNT, MOUNT, {"a > b", "b > a"}),
        (MOUNT, READ, {"a > b"}),
        (part("x"), part("y"), set()),
        (part("x"), MOUNT, {"a > b", "b > a"}),
        (part("x"), part("xy"), set()),
        ("", MOUNT, set()),
    ],
)  # fmt: skip
def test_a_claim_is_shared(one, other, found):
    apart = policy("a", "ingress: []") + policy("b", "ingress: []")
    assert set(chains(exposure(pod("a", CLAIM, one) + pod("b", CLAIM, other) + apart))) == found


def test_a_claim_of_another_namespace_is_another():
    text = pod("a", CLAIM, MOUNT) + pod("b", CLAIM, MOUNT).replace("{name: b,", "{name: b, namespace: other,")
    assert edges(exposure(text), "volume") == set()


def reach(answer):
    """Who connects to whom, over the network of the cluster or by a rule."""
    found = {(source, target) for source, target, _ in edges(answer, "network")}
    hub = "network of the cluster"
    outs, ins = {s for s, t in found if t == hub}, {t for s, t in found if s == hub}
    return {pair for pair in found if hub not in pair} | {(s, t) for s in outs for t in ins if s != t}


def test_what_reaches_what():
    pods = pod("a") + pod("b") + pod("c")
    all_pairs = {(s, t) for s in "abc" for t in "abc" if s != t}
    assert reach(exposure(pods)) == all_pairs
    from_a = policy("b", "ingress: [{from: [{podSelector: {matchLabels: {app: a}}}]}]")
    assert reach(exposure(pods + from_a)) == all_pairs - {("c", "b")}
    to_c = policy("a", "egress: [{to: [{podSelector: {matchLabels: {app: c}}}]}]", "Egress")
    assert reach(exposure(pods + to_c)) == all_pairs - {("a", "b")}
    assert reach(exposure(pods + from_a + to_c)) == all_pairs - {("c", "b"), ("a", "b")}
    closed = policy("b", "ingress: []") + policy("b", "egress: []", "Egress")
    assert reach(exposure(pods + closed)) == {("a", "c"), ("c", "a")}
    open_again = policy("b", "ingress: [{}]")
    assert reach(exposure(pods + open_again)) == all_pairs


def test_a_pod_without_a_port_is_not_entered():
    silent = pod("b").replace("      ports: [{containerPort: 80}]\n", "")
    assert reach(exposure(pod("a") + silent)) == {("b", "a")}
    assert reach(exposure(pod("a") + silent + service("b", "type: ClusterIP"))) == {("b", "a"), ("a", "b")}


def test_a_finished_job_is_not_entered():
    text = pod("a").replace(
        "  containers:",
        "  initContainers: [{name: setup, image: x/setup:1, securityContext: {privileged: true}}]\n  containers:",
    )
    answer = exposure(text)
    assert [node.name for node in answer.graph.containers()] == ["a"]
    assert edges(answer, "privilege") == set()


def role(rules, kind="ClusterRoleBinding", role_kind="ClusterRole", name="reader", subject="kind: ServiceAccount, name: agent"):
    namespace = ", namespace: default" if "ServiceAccount" in subject else ""
    made = (
        f"apiVersion: rbac.authorization.k8s.io/v1\nkind: {role_kind}\nmetadata: {{name: {name}}}\nrules: {rules}\n---\n"
        if rules
        else ""
    )
    return (
        f"{made}apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: b}}\n"
        f"roleRef: {{kind: {role_kind}, name: {name}}}\nsubjects: [{{{subject}{namespace}}}]\n---\n"
    )  # fmt: skip


AGENT = pod("a", "serviceAccountName: agent")
EVERYTHING = "[{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]"


def rule(resources, verbs, rest=""):
    return f"[{{apiGroups: ['', apps, rbac.authorization.k8s.io], resources: [{resources}], verbs: [{verbs}]{rest}}}]"


ONE_SECRET_AND_PODS = (
    "[{apiGroups: [''], resources: [secrets], verbs: [get], resourceNames: [one]},"
    " {apiGroups: [batch], resources: [jobs], verbs: [create]}]"
)
AGGREGATED = role("[]").replace("rules: []", "aggregationRule: {clusterRoleSelectors: [{matchLabels: {x: y}}]}") + role(
    rule("secrets", "list"), name="part", subject="kind: User, name: nobody"
).replace("{name: part}\nrules", "{name: part, labels: {x: y}}\nrules")


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (role(EVERYTHING), "the whole cluster"),
        (role("", name="cluster-admin"), "the whole cluster"),
        (role(rule("clusterrolebindings", "create")), "the whole cluster"),
        (role(rule("clusterroles", "escalate")), "the whole cluster"),
        (role(rule("nodes/proxy", "get")), "node of the cluster"),
        (role(rule("pods", "create")), "node of the cluster"),
        (role(rule("daemonsets", "patch")), "node of the cluster"),
        (role(rule("secrets", "list")), "every Secret of the cluster"),
        (role(rule("secrets", "get"), "RoleBinding"), "every Secret of namespace default"),
        (role(rule("secrets", "get"), "RoleBinding", "Role"), "every Secret of namespace default"),
        (role(rule("secrets", "get", ", resourceNames: [one]"), "RoleBinding", "Role"), "Secret one"),
        (role(ONE_SECRET_AND_PODS, "RoleBinding", "Role"), "Secret one"),
        (role(ONE_SECRET_AND_PODS, "RoleBinding", "Role"), "every Secret of namespace default"),
        (role(rule("secrets", "list"), subject="kind: Group, name: 'system:authenticated'"), "every Secret of the cluster"),
        (
            role(rule("secrets", "list"), subject="kind: User, name: 'system:serviceaccount:default:agent'"),
            "every Secret of the cluster",
        ),
        (AGGREGATED, "every Secret of the cluster"),
        (role("", "RoleBinding", name="edit"), "every Secret of namespace default"),
        (role(rule("secrets", "list"), subject="kind: Group, name: 'system:serviceaccounts'"), "every Secret of the cluster"),
    ],
)
def test_what_a_token_opens(text, target):
    answer = exposure(AGENT + text)
    assert f"a > {target}" in chains(answer)
    assert {step.way for path in answer.paths for step in path.steps} <= {"role"}


@pytest.mark.parametrize(
    "text",
    [
        role(rule("configmaps", "get, list")),
        role(rule("pods", "get, list, watch")),
        role(rule("secrets", "create")),
        role(rule("secrets", "list"), subject="kind: ServiceAccount, name: other"),
        role(rule("secrets", "list"), subject="kind: User, name: 'system:serviceaccount:other:agent'"),
        role(rule("secrets", "list"), subject="kind: User, name: 'system:authenticated'"),
        AGGREGATED.replace("x: y", "x: z", 1),
        role(rule("secrets", "list"), subject="kind: Group, name: 'system:serviceaccounts:other'"),
        role(rule("pods/exec", "create"), "RoleBinding"),  # nothing but itself is there
    ],
)
def test_what_a_token_does_not_open(text):
    assert chains(exposure(AGENT + text)) == []


def test_without_its_token_nothing_opens():
    text = role(EVERYTHING)
    assert chains(exposure(pod("a", "serviceAccountName: agent\nautomountServiceAccountToken: false") + text)) == []
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: agent}\nautomountServiceAccountToken: false\n---\n"
    assert chains(exposure(AGENT + account + text)) == []
    assert chains(exposure(pod("a", "serviceAccountName: agent\nautomountServiceAccountToken: true") + account + text))


def test_a_shell_in_other_pods():
    text = AGENT + pod("b") + policy("b", "ingress: []") + role(rule("pods/exec", "create"), "RoleBinding")
    assert chains(exposure(text), "a") == ["a > b"]
    elsewhere = text.replace("{name: b, labels", "{name: b, namespace: other, labels")
    assert chains(exposure(elsewhere), "a") == []


def test_a_pod_security_standard_keeps_made_pods_off_the_node():
    text = AGENT + role(rule("pods", "create"), "RoleBinding", "Role")
    assert "a > node of the cluster" in chains(exposure(text))
    label = "{pod-security.kubernetes.io/enforce: baseline}"
    text += f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: default, labels: {label}}}\n"
    assert chains(exposure(text)) == ["a > every Secret of namespace default"]


def test_a_shared_secret_opens_a_database_that_is_reached():
    env = "env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: p}}}]"
    text = pod("a", "", env) + pod("b", "", env, image="postgres:17") + pod("c", "", env)
    assert edges(exposure(text), "credential") == {("a", "b", "credential"), ("c", "b", "credential")}
    text += policy("b", "ingress: [{from: [{podSelector: {matchLabels: {app: a}}}]}]")
    assert edges(exposure(text), "credential") == {("a", "b", "credential")}


def test_two_files_are_one_cluster_and_two_namespaces_are_kept_apart():
    other = pod("b").replace("{name: b,", "{name: b, namespace: other,")
    answer = exposure(pod("a") + service("a"), other)
    assert set(chains(answer, "Internet")) == {"Internet > default/a", "Internet > default/a > other/b"}


def test_a_password_written_out_twice_is_shared_and_never_shown():
    env = "env: [{name: DB_PASSWORD, value: hunter2-x}]"
    other = "env: [{name: DB_PASSWORD, value: hunter3-x}]"
    answer = exposure(pod("a", "", env) + pod("b", "", env, image="postgres:17") + pod("c", "", other))
    assert edges(answer, "credential") == {("a", "b", "credential")}
    assert "hunter" not in repr(answer)


def test_a_pod_of_its_node_is_more_likely_reached_if_it_is_known_to_listen():
    silent = pod("a", "hostNetwork: true").replace("      ports: [{containerPort: 80}]\n", "")
    assert exposure(pod("a", "hostNetwork: true")).paths[0].likelihood > 2 * exposure(silent).paths[0].likelihood


def test_of_several_mounts_of_a_path_one_that_writes_counts():
    paths = "volumes: [{name: v, hostPath: {path: /}}]"
    both = "volumeMounts: [{name: v, mountPath: /w}, {name: v, mountPath: /r, readOnly: true}]"
    writes, reads = (next(path.likelihood for path in exposure(pod("a", paths, mounts)).paths) for mounts in (both, READ))
    assert writes > reads
