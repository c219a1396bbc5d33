"""The images that run in a cluster, each with what a person calls its workload."""

import pytest

from careen.clusters.running import digest_of, images_of, workload_of

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("image_id", "digest"),
    [
        (f"docker-pullable://registry.example/app@{DIGEST}", DIGEST),
        (f"registry.example/app@{DIGEST}", DIGEST),
        (DIGEST, ""),
        (f"docker://{DIGEST}", ""),
        ("registry.example/app@sha256:short", ""),
        ("", ""),
    ],
)
def test_digests(image_id, digest):
    assert digest_of(image_id) == digest


@pytest.mark.parametrize(
    ("owner", "labels", "workload"),
    [
        (None, {}, "Pod/p"),
        (("ReplicaSet", "web-7d4b"), {"pod-template-hash": "7d4b"}, "Deployment/web"),
        (("ReplicaSet", "web-7d4b"), {}, "ReplicaSet/web-7d4b"),
        (("StatefulSet", "db"), {}, "StatefulSet/db"),
        (("Job", "report-29384756"), {}, "CronJob/report"),
        (("Job", "once"), {}, "Job/once"),
    ],
)
def test_workloads(owner, labels, workload):
    owners = [{"kind": owner[0], "name": owner[1], "controller": True}] if owner else []
    assert workload_of({"name": "p", "labels": labels, "ownerReferences": owners}) == workload


def test_containers_that_run():
    pod = {
        "metadata": {"name": "p", "namespace": "n"},
        "spec": {
            "initContainers": [{"name": "once", "image": "i:1"}, {"name": "side", "image": "s:1", "restartPolicy": "Always"}],
            "containers": [
                {"name": "a", "image": "a:1", "securityContext": {"privileged": True}},
                {"name": "b", "image": "b:1"},
            ],
        },
        "status": {
            "phase": "Running",
            "initContainerStatuses": [{"name": "once", "imageID": f"i@{DIGEST}", "state": {"terminated": {"exitCode": 0}}}],
            "containerStatuses": [{"name": "a", "imageID": f"a@{DIGEST}"}],
        },
    }
    assert [(each.reference, each.digest, each.privileged) for each in images_of(pod)] == [
        ("a:1", DIGEST, True), ("b:1", "", False), ("s:1", "", False),
    ]  # fmt: skip
    assert list(images_of({**pod, "status": {"phase": "Succeeded"}})) == []


@pytest.mark.parametrize(
    "pod", [{}, {"metadata": [], "spec": 1, "status": None}, {"spec": {"containers": [1, {"image": None}]}}]
)
def test_malformed_pods(pod):
    assert all(each.digest == "" for each in images_of(pod))
