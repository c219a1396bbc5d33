"""``careen check`` as a user meets it: a tree, private advisories, exit codes, standard input."""

import io
import json
import sys

import pytest

from careen.cli.main import main

DOCKERFILE = """\
ARG SERVER=8.0.30-1.el9
FROM rockylinux:9
ARG SERVER
RUN yum install -y \\
    https://repo.example/mysql-community-minimal-release-el9.rpm \\
    https://repo.example/mysql-community-release-el9.rpm \\
 && yum-config-manager --enable mysql80 \\
 && yum install -y mysql-community-server-${SERVER} \\
 && yum clean all
USER 27
"""
ADVISORY = {
    "schema_version": "1.6.0",
    "id": "TEST-2026-1",
    "modified": "2026-01-01T00:00:00Z",
    "aliases": ["CVE-2026-0001"],
    "affected": [
        {
            "package": {"ecosystem": "Bitnami", "name": "mysql"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "8.0.32"}]}],
        }
    ],
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    (tmp_path / "app").mkdir()
    (tmp_path / "app/Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "own").mkdir()
    (tmp_path / "own/test.json").write_text(json.dumps(ADVISORY))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def checked(capsys, *arguments):
    code = main(["check", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_before_the_build_the_pinned_server_is_assessed_and_address_packages_are_unknown(tree, capsys):
    code, out, _ = checked(capsys, "app", "--offline", "--advisories", "own", "--format", "json", "--quiet")
    report = json.loads(out)
    assert (code, report["target"]["kind"]) == (0, "files")
    (finding,) = [one for one in report["findings"] if one["kind"] == "vulnerability"]
    assert "CVE-2026-0001" in (finding["id"], *finding["aliases"])
    assert finding["location"] == {"path": "app/Dockerfile", "line": 8, "end_line": 8}
    aliases = [one for one in report["findings"] if one["id"] == "DKR-004"]
    assert [one["location"]["line"] for one in aliases] == [5, 6]
    assert all(one["message"].endswith("for el9, version unknown") for one in aliases)
    versions = {one["name"]: one["version"] for one in report["packages"]}
    assert versions == {
        "mysql-community-minimal-release": "",
        "mysql-community-release": "",
        "mysql-community-server": "8.0.30-1.el9",
    }
    assert all(one["presence"] == "declared" for one in report["packages"])


def test_exit_codes(tree, capsys):
    assert checked(capsys, ".", "--offline", "--fail-on", "high", "--quiet")[0] == 3  # without a database for what it pins
    assert checked(capsys, ".", "--offline", "--scanners", "config", "--fail-on", "high", "--quiet")[0] == 1
    assert checked(capsys, ".", "--offline", "--scanners", "config", "--fail-on", "critical", "--quiet")[0] == 0
    assert checked(capsys, "app", "--offline", "--strict", "--quiet")[0] == 3
    code, _, err = checked(capsys, "own")
    assert (code, "nothing to check in own" in err) == (3, True)
    assert checked(capsys, "missing")[0] == 3
    code, _, err = checked(capsys, ".", "--checks-off", "nonsense")
    assert (code, "not the id of a check" in err) == (2, True)
    assert checked(capsys, ".", "--check-severity", "DKR-004=huge")[0] == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("compose.yaml", b"services: [\n"),
        ("pod.yaml", b"apiVersion: v1\nkind: Pod\nmetadata: [\n"),
        ("deploy.yaml", b"apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}-web\n"),
        ("binary.yaml", b"\0\1\2"),
        ("latin.json", b'{"apiVersion": "\xe9"}'),
        (".devcontainer/devcontainer.json", b'{"image": '),
    ],
)
def test_a_named_file_that_cannot_be_parsed_has_not_passed(tree, capsys, name, content):
    (tree / "bad" / name).parent.mkdir(parents=True)
    (tree / "bad" / name).write_bytes(content)
    flags = ("--offline", "--quiet", "--scanners", "config")
    code, out, _ = checked(capsys, f"bad/{name}", *flags, "--format", "json")
    report = json.loads(out)
    assert (code, report["verdict"]["exit_code"], report["verdict"]["passed"]) == (3, 3, False)
    assert [unknown["path"] for unknown in report["unknowns"]] == [f"bad/{name}"]
    assert "every file that was named read" in {rule["rule"] for rule in report["verdict"]["rules"]}
    (tree / "bad" / "Dockerfile").write_text("FROM debian:12\nUSER 1\n")
    code, out, _ = checked(capsys, "bad", *flags, "--format", "json")  # found in a folder: reported, and the rest is checked
    assert code == 0
    assert f"bad/{name}" in {unknown["path"] for unknown in json.loads(out)["unknowns"]}
    assert checked(capsys, f"bad/{name}", "bad/Dockerfile", *flags)[0] == 3


def test_scanners_and_settings(tree, capsys):
    code, out, _ = checked(capsys, "app", "--scanners", "config", "--checks-off", "DKR-004", "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert "DKR-004" not in {one["id"] for one in found["findings"]}
    assert {one["kind"] for one in found["findings"]} == {"misconfiguration"}
    code, out, _ = checked(capsys, "app", "--scanners", "config", "--allowed-registries", "quay.io", "--format", "json")
    assert "DKR-003" in {one["id"] for one in json.loads(out)["findings"]}


def test_commands_that_start_containers_are_checked(tree, capsys):
    (tree / "run.sh").write_text("#!/bin/sh\ndocker run \\\n  --privileged ghcr.example/app:1\n")
    flags = ["--scanners", "config", "--format", "json", "--quiet"]
    _, out, _ = checked(capsys, "run.sh", *flags, "--allowed-registries", "docker.io")
    found = {one["id"]: one["location"] for one in json.loads(out)["findings"]}
    assert found["CMP-001"] == {"path": "run.sh", "line": 3, "end_line": 3}
    assert found["CMP-072"]["line"] == 3
    code, out, _ = checked(capsys, "--run", "docker run -e DB_PASSWORD=hunter2 app:1", *flags, "--fail-on", "high")
    assert (code, "hunter2" in out) == (1, False)
    assert checked(capsys, "--run", "docker ps", *flags, "--strict")[0] == 3
    _, out, _ = checked(capsys, "app", *flags, "--allowed-images", "debian")
    assert "DKR-100" in {one["id"] for one in json.loads(out)["findings"]}


def test_pods_are_checked_by_the_standard_of_an_older_cluster(tree, capsys):
    (tree / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
        "spec: {securityContext: {sysctls: [{name: net.ipv4.tcp_rmem, value: '1'}]}, containers: [{name: a, image: a:1}]}\n"
    )
    for version, broken in (("1.31", True), ("v1.32", False)):
        _, out, _ = checked(capsys, "pod.yaml", "--scanners", "config", "--pss-version", version, "--format", "json", "--quiet")
        assert ("K8S-017" in {one["id"] for one in json.loads(out)["findings"]}) is broken
    assert checked(capsys, "pod.yaml", "--pss-version", "1.99")[0] == 2


def test_a_chart_is_rendered_and_checked(tree, capsys):
    (tree / "chart/templates").mkdir(parents=True)
    (tree / "chart/Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 1.0.0\n")
    (tree / "chart/templates/pod.yaml").write_text("apiVersion: v1\nkind: Pod\nspec: {hostPID: {{ .Values.x.y }}}\n")
    code, out, _ = checked(capsys, "chart", "--scanners", "config", "--quiet", "--strict")
    assert (code, "line 3: not rendered: nil pointer evaluating y" in out) == (3, True)
    (tree / "values.yaml").write_text("x: {y: true}\n")
    _, out, _ = checked(capsys, "chart", "--scanners", "config", "--helm-values", "values.yaml", "--format", "json", "--quiet")
    (found,) = [one for one in json.loads(out)["findings"] if one["id"] == "K8S-002"]
    assert found["location"] == {"path": "chart/templates/pod.yaml", "line": 3, "end_line": 3}
    _, out, _ = checked(capsys, "chart", "--scanners", "config", "--helm-set", "x.y=false", "--format", "json", "--quiet")
    assert "K8S-002" not in {one["id"] for one in json.loads(out)["findings"]}


@pytest.mark.parametrize("flags", [("--helm-set", "x"), ("--helm-values", "nowhere.yaml"), ("--helm-values", "list.yaml")])
def test_values_for_charts_that_cannot_be_read(tree, capsys, flags):
    (tree / "list.yaml").write_text("- 1\n")
    assert checked(capsys, ".", *flags)[0] == 2


def test_standard_input(tree, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"FROM debian\nRUN sudo make\n")))
    _, out, _ = checked(capsys, "-", "--scanners", "config", "--format", "json")
    assert {"DKR-002", "DKR-012"} <= {one["id"] for one in json.loads(out)["findings"]}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"apiVersion: v1\nkind: Pod\nspec: {hostPID: true}\n")))
    _, out, _ = checked(capsys, "-", "--scanners", "config", "--format", "json")
    assert "K8S-002" in {one["id"] for one in json.loads(out)["findings"]}


def test_a_file_of_unknown_kind_is_an_unknown(tree, capsys):
    code, out, _ = checked(capsys, "own/test.json", "app", "--scanners", "config", "--format", "json")
    assert (code, len(json.loads(out)["unknowns"])) == (0, 1)


def test_switching_off_an_unknown_check_is_an_error(tree, capsys):
    assert main(["check", "app", "--offline", "--checks-off", "DKR-21"]) == 2
    assert capsys.readouterr().err == "careen: error: there is no check DKR-21\nhint: did you mean DKR-021?\n"
    assert main(["check", "app", "--offline", "--scanners", "config", "--checks-off", "ACME-001,DKR-021"]) == 0


def test_lists_of_flags_may_have_commas(tree, capsys):
    (tree / "app/Dockerfile").write_text("FROM mirror.example.com/debian:12\nUSER 1\n")
    only = ["--allowed-registries", "docker.io,*.example.com", "--checks-off", "DKR-021,DKR-022"]
    assert main(["check", "app", "--scanners", "config", "--format", "json", *only]) == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []
