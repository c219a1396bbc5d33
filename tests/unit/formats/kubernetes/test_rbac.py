"""Who may do what, by roles and bindings together."""

import pytest

from careen.formats.kubernetes import manifest_files, rbac

ROLE = (
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
    "rules: [{rule}]\n"
)
BINDING = (
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
    "roleRef: {{kind: {role_kind}, name: {role}}}\nsubjects: [{{kind: ServiceAccount, name: web, namespace: shop}}]\n"
)
ALL = "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}"


def read(*texts):
    return manifest_files.read([("a.yaml", "---\n".join(texts))])


def role(rule, kind="Role", name="r", namespace="shop"):
    return ROLE.format(kind=kind, name=name, namespace=namespace, rule=rule)


def binding(role_kind="Role", name="b", namespace="shop", kind="RoleBinding", role="r"):
    return BINDING.format(kind=kind, name=name, namespace=namespace, role_kind=role_kind, role=role)


def test_a_role_is_found_in_the_namespace_of_its_binding_alone():
    def found(*texts):
        manifests = read(*texts)
        return rbac.role_of(manifests, manifests.bindings[0]) is not None

    assert found(role(ALL), binding())
    assert not found(role(ALL, namespace="other"), binding())
    assert found(role(ALL, "ClusterRole"), binding("ClusterRole"))
    assert not found(role(ALL, "ClusterRole"), binding("Role"))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (ALL, True),
        ("{apiGroups: ['*'], resources: ['*'], verbs: [get, list, watch, create, update, patch, delete]}", True),
        ("{apiGroups: ['*'], resources: ['*'], verbs: [get, list]}", False),
        ("{apiGroups: [''], resources: ['*'], verbs: ['*']}", False),
        ("{apiGroups: ['*'], resources: [pods], verbs: ['*']}", False),
    ],
)
def test_administrators(rule, expected):
    found = read(role(rule), binding())
    assert bool(list(rbac.administrators(found, "RoleBinding", "Role"))) is expected
    assert not list(rbac.administrators(found, "RoleBinding", "ClusterRole"))
    assert not list(rbac.administrators(found, "ClusterRoleBinding", "Role"))


def test_built_in_bindings_are_not_checked():
    found = read(role(ALL, "ClusterRole"), binding("ClusterRole", "'system:x'", kind="ClusterRoleBinding"))
    assert not list(rbac.administrators(found, "ClusterRoleBinding", "ClusterRole"))


def test_cluster_admin_need_not_be_in_the_set():
    found = read(binding("ClusterRole", kind="ClusterRoleBinding", role="cluster-admin"))
    assert [name for _, name in rbac.administrators(found, "ClusterRoleBinding", "ClusterRole")] == ["cluster-admin"]


POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {{serviceAccountName: {account}}}\n"


def pod(name, namespace="shop", account="web"):
    return POD.format(name=name, namespace=namespace, account=account)


def test_a_pod_has_the_bindings_of_its_service_account():
    found = read(pod("a"), pod("b", account="api"), pod("c", "other"), binding(), binding(role="unknown", name="c"))
    given = [(pod.label, one.label) for pod, one in rbac.bindings_by_pod(found)]
    assert given == [("Pod a", "RoleBinding b"), ("Pod a", "RoleBinding c")]


@pytest.mark.parametrize(
    ("group", "pods"),
    [
        ("system:serviceaccounts", ["Pod a", "Pod b", "Pod c"]),
        ("system:serviceaccounts:shop", ["Pod a", "Pod b"]),
        ("system:serviceaccountsx", []),
        ("system:authenticated", ["Pod a", "Pod b", "Pod c"]),
        ("system:unauthenticated", []),
    ],
)
def test_a_pod_has_the_bindings_of_groups_of_service_accounts(group, pods):
    to_group = binding().replace("kind: ServiceAccount, name: web, namespace: shop", f"kind: Group, name: '{group}'")
    found = read(pod("a"), pod("b", account="api"), pod("c", "other"), to_group)
    assert [pod.label for pod, _ in rbac.bindings_by_pod(found)] == pods


def test_a_pod_without_a_token_has_no_bindings():
    found = read(pod("a").replace("{serviceAccountName", "{automountServiceAccountToken: false, serviceAccountName"), binding())
    assert not list(rbac.bindings_by_pod(found))


def test_pairs_of_pods_and_bindings_are_bounded(monkeypatch):
    monkeypatch.setattr(manifest_files, "MAX_COMPARED", 3)
    found = read(pod("a"), pod("b"), binding(), binding(name="c"))
    with pytest.raises(ValueError, match="more than 3 pairs"):
        list(rbac.bindings_by_pod(found))


def test_what_is_granted_is_described_in_one_order():
    found = read(role("{apiGroups: [''], resources: [pods, secrets], verbs: [update, create]}"))
    (granted,) = rbac.granting(found, ("secrets", "pods"), ("update", "create", "get"))
    assert granted.description == "may create, update secrets"
