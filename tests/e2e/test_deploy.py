"""The manifests that come with Careen pass its own checks, and allow what its commands ask for."""

from pathlib import Path

import yaml

from careen.app.checking import check
from careen.app.exposing import exposure
from careen.clusters.objects import RESOURCES
from careen.config import Settings

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def objects(name):
    return list(yaml.safe_load_all((DEPLOY / "kubernetes" / name).read_text()))


def container_of(name, kind):
    spec = next(each for each in objects(name) if each["kind"] == kind)["spec"]
    (container,) = spec.get("jobTemplate", {"spec": spec})["spec"]["template"]["spec"]["containers"]
    return container


def allowed(role):
    return {
        (group, resource): set(rule["verbs"])
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


def test_they_have_no_finding_and_open_no_path(tmp_path):
    settings = Settings(cache_dir=tmp_path / "cache", scanners=("config", "secret"))
    report = check([str(DEPLOY)], settings)
    assert [(finding.id, finding.location.path) for finding in report.findings] == []
    assert report.unknowns == ()
    assert exposure([str(DEPLOY)], settings).paths == ()


def test_the_reader_may_list_what_is_read_and_nothing_else():
    (role,) = objects("cluster-reader.yaml")
    group = {"/api/v1": ""}
    asked = {(group.get(each.group, each.group.split("/")[-2]), each.plural) for each in RESOURCES}
    assert set(allowed(role)) == asked
    assert set().union(*allowed(role).values()) == {"list"}
    assert not {"secrets", "configmaps", "*"} & {resource for _, resource in allowed(role)}


def test_the_agent_may_list_pods_alone():
    role = next(each for each in objects("agent.yaml") if each["kind"] == "ClusterRole")
    assert allowed(role) == {("", "pods"): {"list"}}


def test_the_agents_words_are_flags():
    from careen.cli.agent import parser

    container = container_of("agent.yaml", "CronJob")
    assert container["args"][0] == "agent"
    assert parser().read(container["args"][1:]).once


def test_the_words_of_a_scan_are_flags():
    from careen.cli.scan import parser

    container = container_of("scan-job.yaml", "Job")
    assert container["args"][0] == "scan"
    assert parser().read(container["args"][1:]).fail_on == ["high"]


def test_the_words_of_the_server_are_flags():
    from careen.cli.serve import parser

    container = container_of("server.yaml", "StatefulSet")
    assert container["args"][0] == "serve"
    given = parser().read(container["args"][1:])
    assert (given.behind_proxy, given.listen) == (True, "0.0.0.0:8080")
    assert {mount["mountPath"] for mount in container["volumeMounts"]} >= {str(given.data), str(given.key_file.parent), "/tmp"}
