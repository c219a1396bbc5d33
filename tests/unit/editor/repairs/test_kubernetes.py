import yaml

from careen.editor.repairs.kubernetes import REPAIRS
from careen.editor.repairs.rows import At

TEXT = """\
apiVersion: v1
kind: Pod
spec:
  initContainers:
    - name: i
      image: x
  containers:
    - name: a
      image: x
    - name: b
      image: x
"""
POD = TEXT.splitlines()


def loaded(rows):
    return yaml.load("\n".join(rows), yaml.CSafeLoader)["spec"]


def test_the_container_of_the_finding():
    (made,) = REPAIRS["K8S-010"](POD, At(10, 10))
    assert loaded(made)["containers"] == [
        {"name": "a", "image": "x"},
        {"name": "b", "image": "x", "securityContext": {"allowPrivilegeEscalation": False}},
    ]


def test_the_pod_of_the_finding():
    (made,) = REPAIRS["K8S-025"](POD, At(4, 4))
    assert loaded(made)["automountServiceAccountToken"] is False


def test_capabilities_are_dropped_beside_others():
    rows = [*POD, "      securityContext: {capabilities: {drop: [NET_RAW]}}"]
    (made,) = REPAIRS["K8S-009"](rows, At(10, 10))
    assert loaded(made)["containers"][1]["securityContext"]["capabilities"]["drop"] == ["ALL", "NET_RAW"]
