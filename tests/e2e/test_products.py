"""Programs, plug-ins and packages assessed by their own projects' advisories: from the files of an image to the report."""

import json
import sqlite3
from contextlib import closing

import pytest
from tests.support import executables
from tests.support.command import Shell
from tests.support.feeds import whole_mirror
from tests.support.images import File, make_image, make_layer, write_docker_archive
from tests.support.jars import jar, manifest, maven


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    shell = Shell(tmp_path_factory.mktemp("products"))
    finished = shell.run("db", "update", "--from", whole_mirror(shell.home / "mirror"))
    assert finished.returncode == 0, finished.stderr
    return shell


def findings(shell, files):
    image = write_docker_archive(shell.home / "image.tar", make_image([make_layer(files)]))
    finished = shell.run("scan", image, "--offline", "--quiet", "--scanners", "vuln", "--format", "json")
    return {(one["id"], one["package_name"]): one for one in json.loads(finished.stdout)["findings"]}


def program(text):
    return File(executables.elf(text.encode() + b"\0"), 0o755)


def test_node_is_assessed_by_its_release_line(shell):
    found = findings(shell, {"usr/local/bin/node": program("node.js/v20.15.0")})
    assert found["CVE-2098-0001", "node"]["fix"]["versions"] == ["20.15.1"]
    assert found["CVE-2098-0001", "node"]["reason"] == "20.0.0 <= 20.15.0 < 20.15.1 (npm order, Node.js)"
    assert findings(shell, {"usr/local/bin/node": program("node.js/v20.15.1")}) == {}
    assert findings(shell, {"usr/local/bin/node": program("node.js/v18.20.4")}) == {}


def test_openssl_without_a_package_manager_is_assessed(shell):
    found = findings(shell, {"opt/lib/libcrypto.so.3": program("\0OpenSSL 3.3.1 4 Jun 2024")})
    assert found["CVE-2098-3001", "openssl"]["fix"]["versions"] == ["3.3.2"]
    assert found["CVE-2098-3001", "openssl"]["weaknesses"] == [{"id": "CWE-843", "name": ""}]


def test_dotnet_by_runtime_and_sdk(shell):
    def deps(name, version):
        target = ".NETCoreApp,Version=v8.0/linux-x64"
        document = {
            "runtimeTarget": {"name": target},
            "targets": {target: {}},
            "libraries": {f"{name}/{version}": {"type": "package"}},
        }
        return json.dumps(document).encode()

    runtime, sdk = "Microsoft.NETCore.App", "usr/share/dotnet/sdk"
    files = {
        f"usr/share/dotnet/shared/{runtime}/8.0.7/{runtime}.deps.json": deps(runtime, "8.0.7"),
        f"{sdk}/8.0.303/dotnet.deps.json": deps("Build", "1.0"),
        f"{sdk}/8.0.110/dotnet.deps.json": deps("Build", "1.0"),
    }
    found = findings(shell, files)
    assert {key: one["fix"]["versions"] for key, one in found.items()} == {
        (f"CVE-2098-100{number}", name): [fixed]
        for number in (1, 2)
        for name, fixed in (("dotnet-sdk", "8.0.307"), (f"{runtime}.Runtime.linux-x64", "8.0.8"))
    }
    assert {one["confidence"] for one in found.values()} == {"likely"}


def test_jenkins_and_its_plug_ins(shell):
    def war(version):
        core = jar(maven("org.jenkins-ci.main", "jenkins-core", version))
        return {"usr/share/jenkins/jenkins.war": jar({f"WEB-INF/lib/jenkins-core-{version}.jar": core})}

    def plugin(version):
        about = manifest(Short_Name="ship-log", Group_Id="org.example", Plugin_Version=version)
        return {"usr/share/jenkins/ref/plugins/ship-log.jpi": jar(about)}

    assert list(findings(shell, war("2.46.1"))) == [("core-2_57", "org.jenkins-ci.main:jenkins-core")]
    assert list(findings(shell, war("2.50"))) == [("core-2_57", "org.jenkins-ci.main:jenkins-core")]
    assert findings(shell, war("2.46.2")) == {}
    assert findings(shell, war("2.57")) == {}
    assert [id for id, _ in findings(shell, plugin("1.18"))] == ["SECURITY-9001", "SECURITY-9002"]
    assert [id for id, _ in findings(shell, plugin("1.19"))] == ["SECURITY-9002"]


def test_kubernetes_by_the_component_that_a_program_is(shell):
    def built(name, version):
        modules = f"path\tk8s.io/kubernetes/cmd/{name}\nmod\tk8s.io/kubernetes\t{version}\t\n"
        return {f"usr/bin/{name}": File(executables.elf(writable=executables.inline("go1.22.1", modules)), 0o755)}

    found = findings(shell, built("kubelet", "v1.8.7"))
    assert found["CVE-2098-2003", "k8s.io/kubernetes"]["fix"]["versions"] == ["1.8.9"]
    assert found["CVE-2098-2003", "k8s.io/kubernetes"]["reason"].endswith("(semver order, Kubernetes)")
    assert ("CVE-2098-2003", "k8s.io/kubernetes") in findings(shell, built("kube-apiserver", "v1.8.8"))
    assert ("CVE-2098-2003", "k8s.io/kubernetes") not in findings(shell, built("kubectl", "v1.8.7"))
    assert ("CVE-2098-2001", "k8s.io/kubernetes") not in findings(shell, built("kubelet", "v1.24.3"))


def test_libraries_of_web_pages(shell):
    found = findings(shell, {"srv/node_modules/spinnaker/package.json": b'{"name": "spinnaker", "version": "2.0.3"}'})
    assert found["CVE-2098-5001", "spinnaker"]["fix"]["versions"] == ["2.0.4"]


def test_ebuilds_by_slot_and_revision(shell):
    def installed(*packages):
        files = {"etc/os-release": b"ID=gentoo\nPRETTY_NAME=Gentoo\n"}
        for package, slot in packages:
            files |= {f"var/db/pkg/{package}/CONTENTS": b"dir /usr\n", f"var/db/pkg/{package}/SLOT": slot.encode() + b"\n"}
        return {(id, name) for id, name in findings(shell, files)}

    assert installed(("app-misc/anchor-1.32-r3", "0")) == {(f"CVE-2098-400{n}", "app-misc/anchor") for n in (1, 2)}
    assert installed(("app-misc/anchor-1.32-r4", "0"), ("app-misc/anchor-1.33", "0/2")) == set()
    assert installed(("dev-lang/helm-8.1.15", "8.1")) == {(f"CVE-2098-400{n}", "dev-lang/helm") for n in (1, 2)}
    assert installed(("dev-lang/helm-7.4.9", "7.4"), ("dev-lang/helm-8.1.16", "8.1/16")) == set()
    assert {id for id, _ in installed(("app-misc/buoy-0.9", "0"))} == {"GLSA-209801-02"}


def test_packages_of_freebsd(shell, tmp_path):
    def installed(version):
        file = tmp_path / f"{version}.sqlite"
        with closing(sqlite3.connect(file)) as database:
            names = "id INTEGER PRIMARY KEY, origin, name, version, comment, desc, mtree_id, message, arch, maintainer"
            database.execute(f"CREATE TABLE packages ({names})")
            row = ("sea/anchor", "anchor", version, "", "", None, None, "FreeBSD:14:amd64", "ports@example.org")
            database.execute("INSERT INTO packages VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            database.commit()
        return findings(shell, {"var/db/pkg/local.sqlite": file.read_bytes()})

    found = installed("5.0.0_3")
    assert {id for id, _ in found} == {"CVE-2098-6001", "CVE-2098-6002"}
    assert found["CVE-2098-6001", "anchor"]["fix"]["versions"] == ["5.0.1"]
    assert {id for id, _ in installed("6.0.3_1,1")} == {"CVE-2098-6001", "CVE-2098-6002"}
    assert installed("5.0.1") == installed("6.0.3_2,1") == {}


def test_paid_support_of_ubuntu(shell):
    def installed(package, version, attached=False):
        paragraph = f"Package: {package}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n"
        files = {"etc/os-release": b'ID=ubuntu\nVERSION_ID="16.04"\n', "var/lib/dpkg/status": paragraph.encode()}
        if attached:
            status = b'{"services": [{"name": "esm-infra", "status": "enabled"}]}'
            files["var/lib/ubuntu-advantage/status.json"] = status
        return findings(shell, files)

    assert ("CVE-2098-0001", "cable") in installed("cable", "7.47.0-1ubuntu2.19+esm2")
    found = installed("cable", "7.47.0-1ubuntu2.19")["CVE-2098-0001", "cable"]
    assert (found["fix"]["state"], found["severity"]) == ("end_of_life", "medium")
    assert "+esm3 fixes it for customers of Ubuntu Pro" in found["reason"]
    assert (found["fix"]["versions"], found["paid_fix"]) == ([], "7.47.0-1ubuntu2.19+esm3")
    assert ("CVE-2098-0001", "cable") not in installed("cable", "7.47.0-1ubuntu2.19+esm3")
    found = installed("cable", "7.47.0-1ubuntu2.19", attached=True)["CVE-2098-0001", "cable"]
    assert found["fix"] == {"state": "fixed", "versions": ["7.47.0-1ubuntu2.19+esm3"]}
    states = {
        package: installed(package, "1.0")["CVE-2098-0002", package]["fix"]["state"] for package in ("bell", "cable", "davit")
    }
    assert states == {"bell": "deferred", "cable": "wont_fix", "davit": "open"}
