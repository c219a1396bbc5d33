"""Claims of volumes that are a path of a node."""

import pytest
from tests.support.exposure import chains, exposure

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers: [{name: a, image: x, ports: [{containerPort: 80}], volumeMounts: [{name: v, mountPath: /h}]}]
  volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]
---
"""


def volume(spec):
    return f"apiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: disk}}\nspec: {{{spec}}}\n---\n"


def claim(spec="", namespace="default"):
    return (
        f"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: c, namespace: {namespace}}}\nspec: {{{spec}}}\n---\n"
    )


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        (volume("hostPath: {path: /}, claimRef: {name: c}") + claim(), True),
        (volume("hostPath: {path: /}") + claim("volumeName: disk"), True),
        (volume("hostPath: {path: /}, storageClassName: slow") + claim("storageClassName: slow"), True),
        (volume("local: {path: /etc/}, claimRef: {name: c, namespace: default}"), True),
        (volume("hostPath: {path: /}, claimRef: {name: c, namespace: other}") + claim(namespace="other"), False),
        (volume("hostPath: {path: /}, claimRef: {name: d}, storageClassName: slow") + claim("storageClassName: slow"), False),
        (volume("hostPath: {path: /}, storageClassName: slow") + claim("storageClassName: fast"), False),
        (volume("hostPath: {path: /}, storageClassName: slow") + claim("storageClassName: slow, volumeName: x"), False),
        (volume("hostPath: {path: /}"), False),
        (volume("nfs: {server: x, path: /}, claimRef: {name: c}"), False),
    ],
)
def test_a_claim_may_be_a_path_of_the_node(text, leaves):
    answer = exposure(POD + text)
    assert (chains(answer, "a") == ["a > node of the cluster"]) is leaves
