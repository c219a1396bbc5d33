"""Factories of checks for flags of the control plane and settings of kubelets."""

import pytest

from careen.checks.flags import differs, equals, flag, kubelet, lists, lists_weak_ciphers, omits, unset
from careen.formats.data.yaml_document import read
from careen.formats.kubernetes.manifest_files import Manifests, resources

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  containers:
  - name: kube-apiserver
    command: [kube-apiserver, --anonymous-auth=true, "--plugins=A,B"]
"""
KUBELET = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: 10255\n"


def messages(inspect, text=POD):
    return [place.message for place in inspect(Manifests(resources(read(text), "a.yaml")))]


def test_flags_that_are_not_set():
    assert messages(unset("kube-apiserver", "anonymous-auth")) == []
    (message,) = messages(unset("kube-apiserver", "anonymous-auth", "audit-log-path"))
    assert message.endswith("does not set --audit-log-path")
    assert messages(unset("etcd", "audit-log-path")) == []


def test_flags_with_a_wrong_value():
    (message,) = messages(flag("kube-apiserver", "anonymous-auth", equals("true"), "allows everybody"))
    assert message.endswith("allows everybody")
    assert messages(flag("kube-apiserver", "anonymous-auth", equals("false"), "x")) == []
    assert len(messages(flag("kube-apiserver", "other", equals(""), "x"))) == 1


def test_settings_of_kubelets():
    assert len(messages(kubelet("read-only-port", differs("0"), "x"), KUBELET)) == 1
    assert messages(kubelet("read-only-port", equals("0"), "x"), KUBELET) == []


@pytest.mark.parametrize(
    ("is_wrong", "value", "expected"),
    [
        (equals("a", None), "a", True),
        (equals("a", None), None, True),
        (equals("a"), "b", False),
        (differs("a"), "a", False),
        (differs("a"), None, True),
        (lists("A"), "A,B", True),
        (lists("A"), "AB", False),
        (lists("A"), None, False),
        (omits("A"), "B", True),
        (omits("A"), "A,B", False),
        (omits("A"), None, True),
    ],
)
def test_conditions(is_wrong, value, expected):
    assert is_wrong(value) is expected


@pytest.mark.parametrize(
    ("value", "is_weak"),
    [
        (None, False),
        ("", False),
        ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_CHACHA20_POLY1305_SHA256", False),
        ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_RSA_WITH_AES_128_GCM_SHA256", True),
        ("TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", True),
    ],
)
def test_weak_ciphers(value, is_weak):
    assert lists_weak_ciphers(value) is is_weak
