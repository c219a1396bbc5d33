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


def test_service_accounts_have_the_roles_of_their_bindings():
    found = read(role(ALL), binding(), binding(role="unknown", name="c"))
    ((key, given),) = rbac.account_bindings(found).items()
    assert key == ("shop", "web")
    assert [(one.label, role.label) for one, role in given] == [("RoleBinding b", "Role r")]


def test_what_is_granted_is_described_in_one_order():
    found = read(role("{apiGroups: [''], resources: [pods, secrets], verbs: [update, create]}"))
    (granted,) = rbac.granting(found, ("secrets", "pods"), ("update", "create", "get"))
    assert granted.description == "may create, update secrets"
