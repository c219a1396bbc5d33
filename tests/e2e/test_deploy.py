"""The manifests that come with Careen pass its own checks, and allow what its commands ask for."""

from pathlib import Path

import yaml

from careen.app.checking import check
from careen.app.exposing import exposure
from careen.clusters.objects import RESOURCES
from careen.config import Settings

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "kubernetes"


def objects(name):
    return list(yaml.safe_load_all((DEPLOY / name).read_text()))


def allowed(role):
    return {
        (group, resource): set(rule["verbs"])
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


def test_they_have_no_finding(tmp_path):
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

    job = next(each for each in objects("agent.yaml") if each["kind"] == "CronJob")
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert container["args"][0] == "agent"
    assert parser().read(container["args"][1:]).once
