"""A Dockerfile before and after its build: the same vulnerability on the same line, and what packages by address are."""

import gzip
import json
import re

import pytest
from tests.support import packagefiles, rpmdb
from tests.support.images import make_image, make_layer, write_docker_archive
from tests.support.registry import Registry
from tests.support.servers import Answer, Server

from careen.cli.main import main

DOCKERFILE = """\
ARG SERVER=8.0.30-1.el9
FROM rockylinux:9
ARG SERVER
RUN yum install -y \\
    https://repo.example/mysql-community-minimal-release-el9.rpm \\
    https://repo.example/mysql-community-release-el9.rpm \\
 && yum-config-manager --enable mysql80 \\
 && yum install -y \\
    mysql-community-server-${SERVER} \\
    nano \\
 && yum clean all
USER 27
"""
RUN = (
    "RUN |1 SERVER=8.0.30-1.el9 /bin/sh -c yum install -y     https://repo.example/mysql-community-minimal-release-el9.rpm"
    "     https://repo.example/mysql-community-release-el9.rpm  && yum-config-manager --enable mysql80  && yum install -y"
    "     mysql-community-server-${SERVER}     nano  && yum clean all # buildkit"
)
HISTORY = [
    {"created_by": "ADD rootfs.tar.xz / # buildkit"},
    {"created_by": 'CMD ["/bin/bash"]', "empty_layer": True},
    {"created_by": "ARG SERVER=8.0.30-1.el9", "empty_layer": True},
    {"created_by": RUN},
    {"created_by": "USER 27", "empty_layer": True},
]
KEY = "8c718d3b5072e1f5"


def advisory(id, name, fixed, ecosystem="Rocky Linux:9", kind="ECOSYSTEM"):
    ranges = [{"type": kind, "events": [{"introduced": "0"}, {"fixed": fixed}]}]
    affected = [{"package": {"ecosystem": ecosystem, "name": name}, "ranges": ranges}]
    return {"schema_version": "1.6.0", "id": id, "modified": "2026-01-01T00:00:00Z", "affected": affected}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    (tmp_path / "app").mkdir()
    (tmp_path / "app/Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "own").mkdir()
    known = [
        advisory("CVE-2026-0001", "mysql", "8.0.32", "Bitnami", "SEMVER"),  # of the software, independent of its packager
        advisory("CVE-2026-2", "bash", "5.2-1.el9"),
        advisory("CVE-2026-3", "mysql-community-server", "8.0.99-1.el9"),  # of a build that this one is not
    ]
    for record in known:
        (tmp_path / "own" / f"{record['id']}.json").write_text(json.dumps(record))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def archive(tree):
    base = [rpmdb.package("bash", "5.1", "1.el9", vendor="Rocky Enterprise Software Foundation")]
    more = [
        rpmdb.package("mysql-community-server", "8.0.30", "1.el9", vendor="Oracle and/or its affiliates"),
        rpmdb.package("nano", "5.6", "5.el9", vendor="Rocky Enterprise Software Foundation"),
    ]
    release = b'ID="rocky"\nVERSION_ID="9.4"\n'
    layers = [
        make_layer({"etc/os-release": release, "var/lib/rpm/rpmdb.sqlite": rpmdb.sqlite(tree / "a.sqlite", base)}),
        make_layer({"var/lib/rpm/rpmdb.sqlite": rpmdb.sqlite(tree / "b.sqlite", base + more)}),
    ]
    return write_docker_archive(tree / "built.tar", make_image(layers, {"User": "27"}, history=HISTORY))


def report_of(capsys, *arguments):
    code = main([*map(str, arguments), "--offline", "--advisories", "own", "--format", "json", "--quiet"])
    out, _ = capsys.readouterr()
    assert code == 0
    return json.loads(out)


def vulnerabilities(report):
    found = (one for one in report["findings"] if one["kind"] == "vulnerability")
    return {(one["id"], one["package"].partition("@")[0]): one["location"] for one in found}


SERVER = ("CVE-2026-0001", "pkg:rpm/rocky/mysql-community-server")
BASH = ("CVE-2026-2", "pkg:rpm/rocky/bash")


def test_before_the_build_pinned_packages_are_assessed(tree, capsys):
    report = report_of(capsys, "check", "app")
    assert vulnerabilities(report) == {SERVER: {"path": "app/Dockerfile", "line": 9, "end_line": 9}}
    versions = {one["name"]: one["version"] for one in report["packages"]}
    assert versions == {
        "mysql-community-minimal-release": "",
        "mysql-community-release": "",
        "mysql-community-server": "8.0.30-1.el9",
        "nano": "",
    }
    messages = {one["location"]["line"]: one["message"] for one in report["findings"] if one["id"] == "DKR-004"}
    assert messages[5].endswith("mysql-community-minimal-release for el9, version unknown")
    assert messages[6].endswith("mysql-community-release for el9, version unknown")
    reasons = {one["code"]: one["packages"] for one in report["coverage"]["reasons"]}
    assert (reasons["unresolved"], reasons["unpinned"]) == (2, 1)


def test_after_the_build_findings_have_their_lines(tree, archive, capsys):
    report = report_of(capsys, "scan", archive, "--dockerfile", "app/Dockerfile")
    assert vulnerabilities(report) == {
        SERVER: {"path": "app/Dockerfile", "line": 9, "end_line": 9},
        BASH: {"path": "app/Dockerfile", "line": 2, "end_line": 2},
    }
    assert [layer["instruction"] for layer in report["layers"]] == [
        {"file": "app/Dockerfile", "line": 2, "end_line": 2},
        {"file": "app/Dockerfile", "line": 4, "end_line": 11},
    ]


def test_without_a_dockerfile_layers_have_their_history(tree, archive, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "1000")
    report = report_of(capsys, "scan", archive)
    assert set(vulnerabilities(report).values()) == {None}
    assert [(layer["instruction"], layer["created_by"]) for layer in report["layers"]][1] == (None, RUN)
    assert main(["scan", str(archive), "--offline", "--advisories", "own", "--quiet"]) == 0
    table = capsys.readouterr().out
    assert "LAYER 0: ADD rootfs.tar.xz /\n" in table
    assert "LAYER 1: RUN yum install -y https://repo.example/mysql-community-minimal" in table


def test_other_formats_have_the_lines(tree, archive, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "1000")
    flags = ("--dockerfile", "app/Dockerfile", "--offline", "--advisories", "own", "--quiet")
    assert main(["scan", str(archive), *flags]) == 0
    table = capsys.readouterr().out
    assert re.search(r"^mysql-community-server 8\.0\.30-1\.el9 (?:→ .*)? rpm: app/Dockerfile:9$", table, re.MULTILINE)
    assert re.search(r"^bash 5\.1-1\.el9 (?:→ .*)? rpm: app/Dockerfile:2$", table, re.MULTILINE)
    assert "LAYER 1: app/Dockerfile:4  RUN yum install" in table
    assert main(["scan", str(archive), *flags, "--format", "sarif"]) == 0
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    places = {one["ruleId"]: one["locations"][0]["physicalLocation"] for one in results if one["ruleId"].startswith("CVE")}
    assert places["CVE-2026-0001"]["region"]["startLine"] == 9
    assert places["CVE-2026-0001"]["artifactLocation"]["uri"].endswith("app/Dockerfile")


def test_another_dockerfile_is_ignored(tree, archive, capsys):
    (tree / "other").write_text("FROM debian:12\nRUN apt-get update\nCOPY a /b\n")
    flags = ("--offline", "--advisories", "own")
    assert main(["scan", str(archive), "--dockerfile", "other", *flags]) == 0
    assert "other is ignored: its instructions do not match the history of" in capsys.readouterr().err
    assert main(["scan", str(archive), "--dockerfile", "missing", *flags]) == 3
    assert "missing: No such file" in capsys.readouterr().err
    assert main(["fix", str(archive), "--dockerfile", "app/Dockerfile", *flags]) == 0


@pytest.fixture
def repository(tree):
    signed = packagefiles.signature_header(268, packagefiles.signature(KEY))
    named = {"vendor": "MySQL", "arch": "noarch"}
    minimal = rpmdb.package("mysql-community-minimal-release", "1", "2.el9", **named)
    release = rpmdb.package("mysql80-community-release", "9", "5.el9", ["/etc/yum.repos.d/mysql-community.repo"], **named)
    bodies = {"minimal-release": packagefiles.rpm(minimal), "community-release": packagefiles.rpm(release, signed)}

    def respond(request):
        body = next((body for name, body in bodies.items() if f"{name}-el9.rpm" in request.path), None)
        if request.path.startswith("/moved"):
            return Answer(302, headers={"Location": "http://169.254.169.254/latest/meta-data"})
        if body is None:
            return Answer(404)
        return Answer(206, body[: 1 << 20], {"Content-Range": f"bytes 0-{len(body) - 1}/{len(body)}"})

    with Server(respond) as server:
        yield server


def test_packages_by_address_are_resolved_before_the_build(tree, repository, capsys):
    text = DOCKERFILE.replace("https://repo.example", repository.url)
    (tree / "app/Dockerfile").write_text(text)
    report = report_of(capsys, "check", "app", "--resolve", "--resolve-hosts", f"127.0.0.1:{repository.port}")
    found = {one["name"]: (one["version"], one["vendor"]) for one in report["packages"]}
    assert found == {
        "mysql-community-minimal-release": ("1-2.el9", "unknown"),
        "mysql80-community-release": ("9-5.el9", "third_party"),
        "mysql-community-server": ("8.0.30-1.el9", "third_party"),
        "nano": ("", "third_party"),
    }
    messages = {(one["id"], one["location"]["line"]): one["message"] for one in report["findings"] if one["id"][:3] == "DKR"}
    assert messages["DKR-004", 5].endswith("it is mysql-community-minimal-release 1-2.el9 of MySQL, not signed")
    assert messages["DKR-004", 6].endswith(f"it is mysql80-community-release 9-5.el9 of MySQL, signed by key {KEY}")
    assert messages["DKR-008", 5].startswith("mysql-community-minimal-release 1-2.el9 holds no signature")
    assert messages["DKR-099", 6] == "mysql80-community-release 9-5.el9 brings etc/yum.repos.d/mysql-community.repo"
    assert vulnerabilities(report) == {SERVER: {"path": "app/Dockerfile", "line": 9, "end_line": 9}}
    assert all(request.headers["range"] == "bytes=0-1048575" for request in repository.requests)
    assert len(repository.requests) == 2


@pytest.mark.parametrize("listed", [(), ("--resolve-hosts", "*"), ("--resolve-hosts", "repo.example")])
def test_a_host_that_is_not_listed_is_not_asked(tree, repository, capsys, listed):
    (tree / "app/Dockerfile").write_text(DOCKERFILE.replace("https://repo.example", repository.url))
    report = report_of(capsys, "check", "app", "--resolve", *listed)
    assert repository.requests == []
    reasons = [one for one in report["coverage"]["reasons"] if one["code"] == "unread_address"]
    assert [one["packages"] for one in reasons] == [2]
    assert "was not contacted" in reasons[0]["detail"]
    assert vulnerabilities(report)[SERVER]["line"] == 9


def test_a_redirect_to_the_metadata_service_of_a_cloud_is_not_followed(tree, repository, capsys):
    (tree / "app/Dockerfile").write_text(DOCKERFILE.replace("https://repo.example", f"{repository.url}/moved"))
    report = report_of(capsys, "check", "app", "--resolve", "--resolve-hosts", "127.0.0.1", "--resolve-hosts", "*")
    details = [one["detail"] for one in report["coverage"]["reasons"] if one["code"] == "unread_address"]
    assert details
    assert all("169.254.169.254" in one for one in details)


def test_lock_files_of_the_context_are_assessed(tree, capsys):
    lock = {"lockfileVersion": 3, "packages": {"": {}, "node_modules/lodash": {"version": "4.17.15"}}}
    record = advisory("CVE-2020-8203", "lodash", "4.17.19", "npm", "SEMVER")
    (tree / "own/lodash.json").write_text(json.dumps(record))
    (tree / "app/Dockerfile").write_text("FROM node:22\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\n")
    report = report_of(capsys, "check", "app")
    assert vulnerabilities(report) == {}
    details = [one["detail"] for one in report["coverage"]["reasons"] if one["code"] == "unread_manifest"]
    assert details == ["app/Dockerfile:4: npm-shrinkwrap.json or package-lock.json is not in the build context"]
    (tree / "package-lock.json").write_text(json.dumps(lock))
    report = report_of(capsys, "check", "app", "--context", ".")
    assert vulnerabilities(report) == {
        ("CVE-2020-8203", "pkg:npm/lodash"): {"path": "app/Dockerfile", "line": 4, "end_line": 4}
    }
    (finding,) = [one for one in report["findings"] if one["kind"] == "vulnerability"]
    assert finding["paths"] == ["app/Dockerfile", "package-lock.json"]
    (tree / ".dockerignore").write_text("*.json\n")
    report = report_of(capsys, "check", "app", "--context", ".")
    assert vulnerabilities(report) == {}


def test_unpinned_packages_are_assessed_in_the_version_of_today(tree, capsys):
    known = advisory("CVE-2026-4", "openssl", "3.3.2-r0", "Alpine:v3.20")
    (tree / "own/alpine.json").write_text(json.dumps(known))
    index = b"P:openssl-dev\nV:3.3.1-r0\no:openssl\n\nP:other\nV:1-r0\no:other\n"
    body = gzip.compress(make_layer({"APKINDEX": index}))

    def respond(request):
        return Answer(200, body) if request.path == "/v3.20/main/x86_64/APKINDEX.tar.gz" else Answer(404)

    with Registry() as registry, Server(respond) as server:
        files = {
            "etc/os-release": b"ID=alpine\nVERSION_ID=3.20.1\n",
            "etc/apk/repositories": f"{server.url}/v3.20/main\n".encode(),
        }
        registry.push("library/alpine", "3.20", make_image((make_layer(files),)))
        text = f"FROM {registry.host}/library/alpine:3.20\nRUN apk add --no-cache \\\n  openssl-dev \\\n  nowhere\n"
        (tree / "app/Dockerfile").write_text(text)
        report = report_of(capsys, "check", "app", "--resolve", "--resolve-hosts", "127.0.0.1")
        assert vulnerabilities(report) == {
            ("CVE-2026-4", "pkg:apk/alpine/openssl-dev"): {"path": "app/Dockerfile", "line": 3, "end_line": 3}
        }
        reasons = {one["code"]: one["packages"] for one in report["coverage"]["reasons"]}
        assert (reasons["as_of_today"], reasons["unpinned"]) == (1, 1)
        report = report_of(capsys, "check", "app", "--resolve", "--resolve-hosts", registry.host)
        (reason,) = [one for one in report["coverage"]["reasons"] if one["code"] == "unread_repository"]
        assert (f"{server.host} was not contacted" in reason["detail"], reason["packages"]) == (True, 2)
        asked = len(server.requests)
        report = report_of(capsys, "check", "app")
        assert vulnerabilities(report) == {}
        assert len(server.requests) == asked
