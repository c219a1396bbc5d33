"""Manifests that shell scripts apply."""

import pytest
from tests.support.work import ends

from careen.checks.applied_manifests import applied_manifests
from careen.checks.kind import Rules, SourceFile
from careen.pipeline.files import check_files
from careen.plugins import Check, Place, load

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostPID: true, containers: []}\n"


def text_of(text, path="a.sh"):
    return [file.text for file in applied_manifests(SourceFile(path, text), {})]


@pytest.mark.parametrize(
    "text",
    [
        f"kubectl apply -f - <<EOF\n{POD}EOF\n",
        f"kubectl -n shop create -f - << 'END'\n{POD}END\nls\n",
        f"cat <<EOF | kubectl apply -f -\n{POD}EOF\n",
        f'oc replace -f - <<"EOF"\n{POD}EOF',
        f"kubectl apply -f - <<EOF\n{POD}",
    ],
)
def test_here_documents(text):
    (found,) = text_of(text)
    assert found.startswith(f"---\n{POD}")
    assert "EOF" not in found and "ls" not in found


def test_lines_and_tabs_are_kept():
    found = text_of("#!/bin/sh\n\nkubectl apply -f - <<-EOF\n\tapiVersion: v1\n\tkind: Pod\n\tEOF\n", "deploy")
    assert found == ["\n\n---\napiVersion: v1\nkind: Pod\n\n"]


@pytest.mark.parametrize(
    "text",
    [
        "kubectl apply -f a.yaml\n",
        f"# kubectl apply -f - <<EOF\n{POD}EOF\n",
        f"cat > a.yaml <<EOF\n{POD}EOF\n",
        "kubectl apply -f - <<EOF\nkind: Pod\nEOF\n",
        f"kubectl apply -f - <<<EOF\n{POD}EOF\n",
    ],
)
def test_others(text):
    assert text_of(text) == []


def test_no_other_file_than_a_script():
    assert text_of(f"kubectl apply -f - <<EOF\n{POD}EOF\n", "README.md") == []


def test_a_script_is_checked_as_its_manifests_are():
    checks = [check for check in load("careen.checks.kubernetes", "CHECK", Check) if check.id == "K8S-002"]
    file = SourceFile("a.sh", f"set -e\nkubectl apply -f - <<EOF\n{POD}EOF\n", named=True)
    checked = check_files([file], lambda kind: checks if kind.name == "kubernetes" else [], Rules())
    (finding,) = checked.outcome.findings
    assert (finding.location.path, finding.location.line, checked.outcome.unknowns) == ("a.sh", 6, ())


def test_hostile_scripts():
    with ends():
        for part in ("cat <<EOF\n", "kubectl ", "<<", "kubectl apply <<EOF\napiVersion\nEOF\n", "kubectl apply <<A "):
            text_of(part * 200_000)


def kubernetes_findings(*files):
    checks = [check for check in load("careen.checks.kubernetes", "CHECK", Check) if check.id in ("K8S-002", "K8S-003")]
    checked = check_files(files, lambda kind: checks if kind.name == "kubernetes" else [], Rules())
    found = [(finding.id, finding.location.path, finding.location.line) for finding in checked.outcome.findings]
    return found, [f"{unknown.evidence.path}: {unknown.reason}" for unknown in checked.outcome.unknowns]


def test_pods_of_a_jenkinsfile_need_no_version_and_kind():
    text = "podTemplate(yaml: '''\nspec:\n  hostPID: true\n''') { }\npodTemplate(yaml: '''spec:\n  hostIPC: true''') { }\n"
    assert kubernetes_findings(SourceFile("Jenkinsfile", text)) == (
        [("K8S-002", "Jenkinsfile", 3), ("K8S-003", "Jenkinsfile", 6)],
        [],
    )


def test_a_pod_of_arguments_beside_one_of_text():
    text = "a(yaml: '''spec:\n  hostPID: true''')\npodTemplate(volumes: [],\n containers: []) { }\n"
    (file,) = applied_manifests(SourceFile("Jenkinsfile", text), {})
    assert file.text.split("\n")[:4] == ["spec:", "  hostPID: true", '--- {"metadata": {}, "spec": {}, }', ""]


def test_a_file_with_a_pod_is_checked_as_the_jenkinsfile_names_it():
    jenkinsfile = SourceFile("ci/Jenkinsfile", "pipeline { agent { kubernetes { yamlFile 'pods/a.yaml' } } }")
    pod = SourceFile("pods/a.yaml", "spec: {hostPID: true}")
    assert kubernetes_findings(jenkinsfile, pod) == ([("K8S-002", "pods/a.yaml", 1)], [])
    manifest = SourceFile("ci/pods/a.yaml", f"{POD}")
    assert kubernetes_findings(jenkinsfile, manifest) == ([("K8S-002", "ci/pods/a.yaml", 4)], [])
    assert kubernetes_findings(jenkinsfile) == (
        [],
        ["ci/Jenkinsfile: line 1: the pod in pods/a.yaml is not among the checked files"],
    )


def test_a_file_with_a_pod_that_several_name_is_checked_once():
    text = "pipeline { agent { kubernetes { yamlFile 'a.yaml' } } }"
    files = [SourceFile("Jenkinsfile", text), SourceFile("Jenkinsfile.b", text), SourceFile("a.yaml", "spec: {}")]
    counts = Check("K8S-999", "", "low", "", "", (), lambda manifests: [Place(str(len(manifests.pods)))])
    checked = check_files(files, lambda kind: [counts] if kind.name == "kubernetes" else [], Rules())
    assert [finding.message for finding in checked.outcome.findings] == ["1"]


def test_a_jenkinsfile_that_cannot_be_read_is_reported_once():
    nested = SourceFile("Jenkinsfile", f"podTemplate(yamlFile: 'a', b: {'[' * 100}")
    found, unknowns = kubernetes_findings(nested)
    assert (found, unknowns) == ([], ["Jenkinsfile: calls nested over 50 deep"])
