"""Resources, pods of every kind of workload, rules and selectors."""

import pytest

from careen.formats.data import yaml_document
from careen.formats.kubernetes import manifest_files
from careen.formats.kubernetes.manifest_files import command_line, flags, grants
from careen.formats.kubernetes.selectors import matches


def manifests(*texts):
    return manifest_files.read((f"{index}.yaml", text) for index, text in enumerate(texts))


SPEC = "containers: [{name: web, image: 'web:1'}]"
TEMPLATE = f"template: {{metadata: {{labels: {{app: web}}}}, spec: {{{SPEC}}}}}"


@pytest.mark.parametrize(
    "text",
    [
        f"apiVersion: v1\nkind: Pod\nmetadata: {{labels: {{app: web}}}}\nspec: {{{SPEC}}}\n",
        *(
            f"apiVersion: apps/v1\nkind: {kind}\nspec: {{{TEMPLATE}}}\n"
            for kind in (
                *("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "DeploymentConfig"),
                *("Rollout", "deployment"),
            )
        ),
        f"apiVersion: batch/v1\nkind: CronJob\nspec: {{jobTemplate: {{spec: {{{TEMPLATE}}}}}}}\n",
        f"apiVersion: v1\nkind: PodTemplate\n{TEMPLATE}\n",
        f"apiVersion: serving.knative.dev/v1\nkind: Service\nspec: {{{TEMPLATE}}}\n",
        f"apiVersion: example.com/v1\nkind: Database\nspec: {{servers: [{{{TEMPLATE}}}]}}\n",
        f"apiVersion: example.com/v1\nkind: Runner\nmetadata: {{labels: {{app: web}}}}\nspec: {{{SPEC}}}\n",
        f"apiVersion: v1\nkind: List\nitems: [{{apiVersion: v1, kind: Pod, metadata: {{labels: {{app: web}}}},"
        f" spec: {{{SPEC}}}}}]",
        "apiVersion: template.openshift.io/v1\nkind: Template\nparameters: [{name: A}]\nobjects:\n"
        f"- {{apiVersion: v1, kind: Pod, metadata: {{labels: {{app: web}}}}, spec: {{{SPEC}}}}}\n",
        f"apiVersion: v1\nkind: PodList\nitems: [{{metadata: {{labels: {{app: web}}}}, spec: {{{SPEC}}}}}]\n",
    ],
)
def test_the_pod_of_each_kind(text):
    (pod,) = manifests(text).pods
    assert pod.labels == {"app": "web"}
    assert [container.image for container in pod.containers] == ["web:1"]


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Service\nspec: {selector: {app: web}}\n",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {x: {containers: [{image: a}]}}\n",
        "apiVersion: example.com/v1\nkind: Wine\nspec: {containers: [{name: bottle}]}\n",
        "apiVersion: apps/v1\nkind: Deployment\nspec: {replicas: 1}\n",
    ],
)
def test_what_makes_no_pod(text):
    assert manifests(text).pods == ()


def test_documents_that_are_not_resources_are_passed_over():
    found = manifests("a: 1\n---\n- x\n---\n---\nkind: Pod\n---\napiVersion: 1\nkind: Pod\n---\napiVersion: v1\nkind: [x]\n")
    assert found.resources == ()


def test_lists_of_lists():
    text = "{apiVersion: v1, kind: List, items: [" * 20 + "{apiVersion: v1, kind: Pod}, {a: b}, 5" + "]}" * 20
    assert [resource.kind for resource in manifests(text).resources] == ["Pod"]


def test_arrays_of_objects():
    text = '[{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}, {"kind": "x"}, 1]'
    assert [resource.label for resource in manifests(text).resources] == ["Pod a"]


def test_items_of_lists_come_in_their_order():
    names = "a", "b", "c", "d"
    pods = [f"{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}}}" for name in names]
    inner = f"{{apiVersion: v1, kind: List, items: [{pods[1]}, {pods[2]}]}}"
    text = f"apiVersion: v1\nkind: List\nitems: [{pods[0]}, {inner}, {pods[3]}]"
    assert [resource.name for resource in manifests(text).resources] == list(names)


def test_containers_of_each_list_and_what_they_take_over():
    (pod,) = manifests(
        "apiVersion: v1\nkind: Pod\nspec:\n  securityContext: {runAsUser: 5, runAsNonRoot: true}\n"
        "  initContainers: [{name: a, restartPolicy: Always}, {name: b}]\n"
        "  containers: [{name: c, securityContext: {runAsUser: 7}}]\n"
        "  ephemeralContainers: [{name: d}]\n"
    ).pods
    assert [(one.name, one.list) for one in pod.containers] == [
        ("c", "containers"), ("a", "initContainers"), ("b", "initContainers"), ("d", "ephemeralContainers"),
    ]  # fmt: skip
    assert [one.effective("runAsUser") for one in pod.containers] == [7, 5, 5, 5]
    assert [one.runs_on for one in pod.containers] == [True, True, False, False]


def test_capabilities_are_read_in_any_case():
    (container,) = manifests(
        "apiVersion: v1\nkind: Pod\nspec: {containers: [{securityContext: {capabilities: {add: [cap_Sys_Admin], drop: all}}}]}"
    ).containers
    assert (container.added, container.dropped) == ({"SYS_ADMIN"}, {"ALL"})


def test_resources_are_found_by_name_and_namespace():
    found = manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: x}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n",
    )
    assert found.named("secret", "a", "default").path == "1.yaml"
    assert found.named("Secret", "a", "x").path == "0.yaml"
    assert found.named("Secret", "a").path == "0.yaml"
    assert found.named("Secret", "b") is None


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("{matchLabels: {app: web}}", True),
        ("{matchLabels: {app: web, tier: x}}", False),
        ("{app: web}", True),
        ("{app: db}", False),
        ("{}", True),
        ("{matchExpressions: [{key: app, operator: In, values: [db, web]}]}", True),
        ("{matchExpressions: [{key: app, operator: NotIn, values: [db]}]}", True),
        ("{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}", False),
        ("{matchExpressions: [{key: other, operator: NotIn, values: [web]}]}", True),
        ("{matchExpressions: [{key: app, operator: Exists}]}", True),
        ("{matchExpressions: [{key: app, operator: DoesNotExist}]}", False),
        ("{matchExpressions: [{key: app, operator: Gt}]}", False),
        ("{matchLabels: {number: '1'}}", True),
    ],
)
def test_selectors(selector, expected):
    labels = yaml_document.read("{app: web, number: 1}")[0]
    assert matches(labels, yaml_document.read(selector)[0]) is expected
    found = manifests(f"apiVersion: v1\nkind: Pod\nmetadata: {{labels: {{app: web, number: 1}}}}\nspec: {{{SPEC}}}\n")
    assert bool(found.selected("", yaml_document.read(selector)[0])) is expected
    assert not found.selected("other", yaml_document.read(selector)[0])


def test_comparing_selectors_with_pods_ends(monkeypatch):
    monkeypatch.setattr(manifest_files, "MAX_COMPARED", 5)
    found = manifests("---\n".join([f"apiVersion: v1\nkind: Pod\nspec: {{{SPEC}}}\n"] * 4))
    selectors = [yaml_document.read("{matchExpressions: [{key: app, operator: DoesNotExist}]}")[0] for _ in range(2)]
    assert len(found.selected("", selectors[0])) == 4
    assert len(found.selected("", selectors[0])) == 4
    with pytest.raises(ValueError, match="more than 5 pairs"):
        found.selected("", selectors[1])


@pytest.mark.parametrize(
    ("rule", "resource", "verbs", "wildcard", "expected"),
    [
        ("{apiGroups: [''], resources: [pods], verbs: [get, create]}", "pods", ("create", "update"), False, {"create"}),
        ("{apiGroups: [''], resources: [pods], verbs: ['*']}", "pods", ("create", "update"), False, {"create", "update"}),
        ("{apiGroups: [''], resources: ['*'], verbs: [create]}", "pods", ("create",), False, set()),
        ("{apiGroups: [''], resources: ['*'], verbs: [create]}", "pods", ("create",), True, {"create"}),
        ("{apiGroups: [''], resources: ['*/exec'], verbs: [create]}", "pods/exec", ("create",), True, {"create"}),
        ("{apiGroups: [example.com], resources: [pods], verbs: [create]}", "pods", ("create",), False, set()),
        ("{apiGroups: [example], resources: [pods], verbs: [create]}", "pods", ("create",), False, set()),
        ("{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [bind]}", "roles", ("bind",), False, {"bind"}),
        ("{resources: [pods], verbs: [list]}", "pods", ("create",), False, set()),
    ],
)
def test_what_a_rule_grants(rule, resource, verbs, wildcard, expected):
    (found,) = manifests(f"apiVersion: v1\nkind: Role\nmetadata: {{name: a}}\nrules: [{rule}]\n").rules
    assert grants(found, resource, verbs, wildcard) == expected


def test_built_in_roles_are_not_checked():
    text = "apiVersion: v1\nkind: ClusterRole\nmetadata: {{name: {}}}\nrules: [{{resources: [pods], verbs: [get]}}]\n"
    assert not manifests(*(text.format(f"'{name}'") for name in ("admin", "system:node", "gce:x"))).rules


@pytest.mark.parametrize(
    ("container", "words", "values"),
    [
        ("{command: [/usr/bin/etcd, --a=1, --b, --c, x], args: [--d]}", ["/usr/bin/etcd", "--a=1", "--b", "--c", "x", "--d"],
         {"a": "1", "b": "true", "c": "x", "d": "true"}),
        ("{command: [/bin/sh, -c, 'exec etcd --a=1 \\\n --b=2']}", ["etcd", "--a=1", "--b=2"], {"a": "1", "b": "2"}),
        ("{command: etcd}", ["etcd"], {}),
        ("{}", [], {}),
    ],
)  # fmt: skip
def test_command_lines(container, words, values):
    (found,) = manifests(f"apiVersion: v1\nkind: Pod\nspec: {{containers: [{container}]}}\n").containers
    assert command_line(found) == words
    assert flags(found) == values


@pytest.mark.parametrize(
    ("pod", "account", "mounts"),
    [
        ("{}", "", True),
        ("{automountServiceAccountToken: false}", "", False),
        ("{serviceAccountName: web}", "automountServiceAccountToken: false", False),
        ("{serviceAccountName: web}", "automountServiceAccountToken: true", True),
        ("{serviceAccountName: web, automountServiceAccountToken: true}", "automountServiceAccountToken: false", True),
        ("{serviceAccountName: other}", "automountServiceAccountToken: false", True),
    ],
)
def test_whether_a_pod_mounts_a_token(pod, account, mounts):
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {pod}\n---\n"
    text += f"apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: web}}\n{account}\n"
    found = manifest_files.read([("a.yaml", text)])
    assert found.mounts_token(found.pods[0]) is mounts
