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


def etcd(container, labels="{}"):
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{labels: {labels}}}\nspec: {{containers: [{container}]}}\n"
    return [value for _, value in control_plane.flag(read(text), "etcd", "cert-file")]


def test_a_component_without_command_is_known_by_its_image_or_static_pod():
    static = "{component: etcd, tier: control-plane}"
    assert etcd("{image: quay.io/coreos/etcd:v3.5.21, args: [--cert-file=/x]}") == ["/x"]
    assert etcd("{image: 'registry.k8s.io/etcd-amd64:3.4'}") == [""]
    assert etcd("{image: store, args: [--cert-file, /x]}", static) == ["/x"]
    assert etcd("{image: etcd, command: [sh, -c, 'sleep 1; exec etcd --cert-file=/x']}") == ["/x"]
    assert etcd("{image: etcd, args: [etcdctl, get, x]}") == []
    assert etcd("{image: etcd-operator, args: [--a=1]}") == []
    assert etcd("{image: store, args: [--a=1]}", "{component: etcd}") == []
    assert etcd("{image: store, args: [--a=1]}, {image: sidecar}", static) == []


def test_etcd_takes_flags_from_its_environment():
    variables = "[{name: ETCD_CERT_FILE, value: /x}, {name: CERT_FILE, value: /y}]"
    assert etcd(f"{{image: etcd, env: {variables}}}") == ["/x"]
    assert etcd(f"{{image: etcd, args: [--cert-file=/z], env: {variables}}}") == ["/z"]


def test_a_kubelet_in_a_container_has_flags():
    flags = read("apiVersion: v1\nkind: Pod\nspec: {containers: [{command: [kubelet, --event-qps=5]}]}\n")
    file = read("apiVersion: v1\nkind: Pod\nspec: {containers: [{command: [kubelet, --config=/x, --event-qps=5]}]}\n")
    assert [value for _, value, _ in control_plane.kubelet(flags, "event-qps")] == ["5"]
    assert [value for _, value, _ in control_plane.kubelet(flags, "read-only-port")] == ["10255"]
    assert [value for _, value, _ in control_plane.kubelet(flags, "client-ca-file")] == [None]
    assert [value for _, value, _ in control_plane.kubelet(file, "event-qps")] == ["5"]
    assert [value for _, value, _ in control_plane.kubelet(file, "read-only-port")] == []


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
