"""Flags of a control plane, settings of kubelets, files of nodes."""

from careen.formats.kubernetes import control_plane, manifest_files


def read(text):
    return manifest_files.read([("a.yaml", text)])


def test_a_component_is_known_by_its_program():
    found = read(
        "apiVersion: v1\nkind: Pod\nspec: {containers: [{command: [/usr/local/bin/kube-apiserver, --a=1]}, {command: [sh]}]}\n"
    )
    assert [(one.name, value) for one, value in control_plane.flag(found, "kube-apiserver", "a")] == [("", "1")]
    assert [value for _, value in control_plane.flag(found, "kube-apiserver", "b")] == [""]
    assert [missing for _, missing in control_plane.without_flag(found, "kube-apiserver", "a", "b", "c")] == ["--b and --c"]
    assert not list(control_plane.flag(found, "etcd", "a"))


def test_settings_of_kubelets_have_two_sources():
    configured = read("apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: 0\n")
    reported = read("apiVersion: v1\nkind: NodeInfo\ninfo: {kubeletReadOnlyPortArgumentSet: {values: [10255]}}\n")
    silent = read("apiVersion: v1\nkind: NodeInfo\ninfo: {}\n")
    assert [value for _, value, _ in control_plane.kubelet(configured, "read-only-port")] == ["0"]
    assert [value for _, value, _ in control_plane.kubelet(configured, "event-qps")] == [None]
    assert [value for _, value, _ in control_plane.kubelet(reported, "read-only-port")] == ["10255"]
    assert [value for _, value, _ in control_plane.kubelet(silent, "read-only-port")] == []


def test_facts_of_node_files():
    found = read(
        "apiVersion: v1\nkind: NodeInfo\ninfo: {adminConfFilePermissions: {values: [600]}, "
        "kubeEtcdSpecFilePermission: {values: [644]},"
        " adminConfFileOwnership: {values: ['root:root']}}\n"
    )
    permissions = [(name, values) for _, name, values in control_plane.node_files(found, "Permission")]
    assert permissions == [("adminConfFilePermissions", ["600"]), ("kubeEtcdSpecFilePermission", ["644"])]
    assert [values for _, _, values in control_plane.node_files(found, "Ownership")] == [["root:root"]]


def test_lists_in_flags():
    assert control_plane.listed(" Node, RBAC,,") == {"Node", "RBAC"}
