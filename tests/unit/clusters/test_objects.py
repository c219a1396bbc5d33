"""The objects of a cluster give the findings that the same objects give as files."""

import json
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from tests.support.cluster import Cluster, workloads

from careen.app.checking import check, check_cluster, objects_of
from careen.app.exposing import exposure
from careen.clusters.access import Access
from careen.config import Settings
from careen.errors import CredentialsError, InputError

SCANNERS = ("config", "secret")


@pytest.fixture
def settings(tmp_path):
    return Settings(cache_dir=tmp_path / "cache", scanners=SCANNERS)


@contextmanager
def served(objects, **options):
    with Cluster(objects, **options) as cluster:
        yield cluster, Access("test", cluster.url, token="t0ken")


def what(report):
    """Each finding without its file and lines, which a file and a cluster do not share."""
    found = (finding for finding in report.findings)
    return Counter((finding.id, finding.severity, getattr(finding, "message", "")) for finding in found)


def test_500_workloads_as_files_and_as_a_cluster(settings, tmp_path):
    objects = workloads(500)
    file = tmp_path / "objects.yaml"
    file.write_text(yaml.safe_dump_all(objects))
    as_file = check([str(file)], settings)
    with served(objects) as (cluster, access):
        live = check_cluster(access, (), settings)
        assert not any("secret" in path or "configmap" in path for path in cluster.paths)
    assert len(live.findings) > 2000
    assert what(live) == what(as_file)
    assert live.coverage.verdict == as_file.coverage.verdict
    assert live.verdict.exit_code == 0


def test_exposure_of_a_cluster_and_of_files(settings, tmp_path, monkeypatch):
    """Files with the names of the objects, since paths of the same likelihood are in the order of their names."""
    monkeypatch.chdir(tmp_path)
    objects = workloads(40)
    for each in objects:
        place = Path(each["metadata"].get("namespace", "-"), each["kind"].lower())
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{each['metadata']['name']}.json").write_text(json.dumps(each, indent=1))
    with served(objects) as (_, access):
        live = exposure([], settings, cluster=("cluster test", objects_of(access, (), settings)))
    as_files = exposure(["."], settings)
    assert len(live.paths) > 100
    assert [(path.severity, path.start, path.target) for path in live.paths] == [
        (path.severity, path.start, path.target) for path in as_files.paths
    ]
    assert [path.id for path in live.paths] == [path.id for path in as_files.paths]


def test_a_list_that_is_denied_makes_the_check_incomplete(settings):
    with served(workloads(8), denied={"/apis/networking.k8s.io/v1/networkpolicies"}) as (_, access):
        report = check_cluster(access, (), settings)
    assert [unknown.evidence.path for unknown in report.unknowns] == ["/apis/networking.k8s.io/v1/networkpolicies"]
    assert report.coverage.verdict != "assessed"


def test_one_namespace(settings):
    with served(workloads(20)) as (cluster, access):
        found = objects_of(access, ("team1",), settings)
    places = {file.path.partition("/")[0] for file in found.files}
    assert places == {"team1", "-"}
    assert [file.path for file in found.files if file.path.startswith("-/")] == ["-/namespace/team1.json"]
    assert "/api/v1/namespaces/team1/pods" in cluster.paths


def test_what_a_controller_or_kubernetes_has_made_is_left_out(settings):
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a", "uid": "1", "controller": True}
    objects = [
        {
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": {"name": "a-1", "namespace": "x", "ownerReferences": [owner]},
        },
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "alone", "namespace": "x"}},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
            "metadata": {"name": "cluster-admin", "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}},
        },
    ]  # fmt: skip
    with served(objects) as (_, access):
        assert [file.path for file in objects_of(access, (), settings).files] == ["x/pod/alone.json"]


def test_pages_and_one_that_has_expired(settings):
    with served(workloads(60), page=7) as (cluster, access):
        cluster.gone = 1
        whole = objects_of(access, (), settings)
    with served(workloads(60)) as (_, access):
        assert objects_of(access, (), settings) == whole


def test_a_cluster_that_gives_nothing(settings):
    with served(workloads(4), tokens=("other",)) as (_, access), pytest.raises(CredentialsError):
        objects_of(access, (), settings)
    from tests.support.cluster import PLURALS

    with (
        served(workloads(4), denied=PLURALS.values()) as (_, access),
        pytest.raises(InputError, match="no object of the cluster"),
    ):
        objects_of(access, (), settings)
