"""What a stranger tries first, in order, against images, a registry and an engine that lie on this machine."""

import json

import pytest
from tests.support.command import ADVISORIES, Shell
from tests.support.engine import Engine
from tests.support.images import make_image, make_layer, write_docker_archive
from tests.support.registry import Registry

STATUS = b"""Package: libssl3
Status: install ok installed
Architecture: amd64
Source: openssl
Version: 3.0.11-1~deb12u2

Package: bash
Status: install ok installed
Architecture: amd64
Version: 5.2.15-2+b2
"""
IMAGE = make_image(
    (
        make_layer({"etc/os-release": b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n', "var/lib/dpkg/status": STATUS}),
        make_layer({"app/node_modules/lodash/package.json": b'{"name": "lodash", "version": "4.17.15"}'}),
    ),
    history=[{"created_by": "FROM debian"}, {"created_by": "RUN npm install lodash"}],
)
KNOWN = ("--offline", "--advisories", ADVISORIES)


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path / "home")


@pytest.fixture
def archive(tmp_path):
    return write_docker_archive(tmp_path / "image.tar", IMAGE)


def one_line_and_a_hint(finished, code):
    assert finished.returncode == code, finished.stderr
    lines = finished.stderr.strip().splitlines()
    assert lines[0].startswith("careen: error: ")
    assert lines[1].startswith("hint: ")
    assert len(lines) == 2
    assert "Traceback" not in finished.stderr
    assert finished.stdout == ""
    return finished.stderr


def test_help_and_version(shell):
    finished = shell.run("--help")
    assert finished.returncode == 0
    assert "scan" in finished.stdout
    assert [line for line in finished.stdout.splitlines() if len(line) > 80] == []
    assert shell.run("--version").stdout.startswith("careen 0.")
    assert shell.run().returncode == 2
    assert max(map(len, shell.run("scan", "--help").stdout.splitlines())) <= 80


def test_a_wrong_flag_and_a_wrong_word(shell):
    assert "--fail-on" in one_line_and_a_hint(shell.run("scan", "x", "--fail-in", "high"), 2)
    assert "scan" in one_line_and_a_hint(shell.run("scna", "x"), 2)
    one_line_and_a_hint(shell.run("scan", "x", "--fail-on", "hihg"), 2)


def test_a_local_archive_by_its_path(shell, archive):
    finished = shell.run("scan", archive, *KNOWN)
    assert finished.returncode == 0, finished.stderr
    assert "libssl3" in finished.stdout
    assert "3.0.13-1~deb12u1" in finished.stdout or "3.0.1" in finished.stdout
    assert "lodash" in finished.stdout
    assert [line for line in finished.stdout.splitlines() if len(line) > 80] == []
    assert "\x1b" not in finished.stdout


def test_an_archive_on_standard_input(shell, archive):
    finished = shell.run("scan", "-", *KNOWN, "--format", "json", stdin=archive.read_bytes())
    report = json.loads(finished.stdout)
    assert {package["name"] for package in report["packages"]} == {"libssl3", "bash", "lodash"}


def test_json_has_layer_reason_and_fix(shell, archive):
    report = json.loads(shell.run("scan", archive, *KNOWN, "--format", "json").stdout)
    assert report["schema"] == "careen.report/1"
    lodash = [finding for finding in report["findings"] if finding.get("package") == "pkg:npm/lodash@4.17.15"]
    assert lodash
    assert {finding["layer"] for finding in lodash} == {1}
    assert all(finding["fix"]["state"] == "fixed" and finding["fix"]["versions"] for finding in lodash)
    assert all("4.17.15 < " in finding["reason"] for finding in lodash)
    assert report["layers"][1]["created_by"] == "RUN npm install lodash"
    assert report["coverage"]["verdict"] == "partially_assessed"  # a handful of advisories is no feed


def test_several_formats_at_once(shell, archive, tmp_path):
    finished = shell.run(
        "scan", archive, *KNOWN, "--format", "table", "--format", f"sarif={tmp_path / 'r.sarif'}",
        "--format", f"cyclonedx={tmp_path / 'r.cdx.json'}",
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    sarif = json.loads((tmp_path / "r.sarif").read_text())
    assert sarif["version"] == "2.1.0"
    assert sarif["runs"][0]["results"]
    bom = json.loads((tmp_path / "r.cdx.json").read_text())
    assert bom["bomFormat"] == "CycloneDX"
    assert bom["vulnerabilities"]


def test_a_gate(shell, archive):
    failed = shell.run("scan", archive, *KNOWN, "--fail-on", "low", "--accept", "no_advisories")
    assert failed.returncode == 1
    assert "FAILED (exit code 1): fail-on low (CVE-" in " ".join(failed.stdout.split())
    unsure = shell.run("scan", archive, *KNOWN, "--fail-on", "low")
    assert unsure.returncode == 3, "private advisories alone are no answer"
    assert "no_advisories: npm" in " ".join(unsure.stdout.split())


def test_an_ignore_file(shell, archive, tmp_path):
    report = json.loads(shell.run("scan", archive, *KNOWN, "--format", "json").stdout)
    rules = tmp_path / "ignore"
    accepted = ("--accept", "no_advisories", "--format", "json")
    rules.write_text("".join(f'{finding["id"]} reason="not used here"\n' for finding in report["findings"]))
    finished = shell.run("scan", archive, *KNOWN, "--ignore-file", rules, "--fail-on", "low", *accepted)
    after = json.loads(finished.stdout)
    assert finished.returncode == 0, finished.stderr
    assert not [finding for finding in after["findings"] if finding["kind"] == "vulnerability"]
    assert {entry["by"]["reason"] for entry in after["suppressed"]} == {"not used here"}


def test_a_second_scan_reads_no_layer_again(shell, archive):
    first = json.loads(shell.run("scan", archive, *KNOWN, "--format", "json").stdout)
    second = json.loads(shell.run("scan", archive, *KNOWN, "--format", "json").stdout)
    for report in (first, second):
        report.pop("created")
    assert first == second


def test_an_image_of_a_registry_needs_no_engine(shell):
    with Registry() as registry:
        registry.push("team/app", "1.0", IMAGE)
        finished = shell.run("scan", f"{registry.host}/team/app:1.0", *KNOWN, "--format", "json")
        report = json.loads(finished.stdout)
        assert report["target"]["digest"] == IMAGE.digest
        assert {package["name"] for package in report["packages"]} == {"libssl3", "bash", "lodash"}
        pulled = len(registry.asked("GET", "/blobs/"))
        assert shell.run("scan", f"{registry.host}/team/app:1.0", *KNOWN, "--quiet").returncode == 0
        assert len(registry.asked("GET", "/blobs/")) == pulled


def test_a_typo_in_the_name_and_a_wrong_password(shell):
    with Registry(auth="basic", anonymous=False) as registry:
        registry.push("team/app", "1.0", IMAGE)
        login = {"CAREEN_REGISTRY_USERNAME": "ann", "CAREEN_REGISTRY_PASSWORD": "s3cret"}
        ann, eve = Shell(shell.home, **login), Shell(shell.home, **{**login, "CAREEN_REGISTRY_PASSWORD": "wrong-one"})
        assert ann.run("scan", f"{registry.host}/team/app:1.0", *KNOWN, "--quiet").returncode == 0
        assert "1.0" in one_line_and_a_hint(ann.run("scan", f"{registry.host}/team/app:1.1", *KNOWN), 3)
        one_line_and_a_hint(ann.run("scan", f"{registry.host}/team/apq:1.0", *KNOWN), 3)
        assert "wrong-one" not in one_line_and_a_hint(eve.run("scan", f"{registry.host}/team/app:1.0", *KNOWN), 3)


def test_an_image_that_only_the_engine_has(tmp_path):
    with Engine(tmp_path / "docker.sock") as engine:
        engine.add("app:1", IMAGE)
        shell = Shell(tmp_path / "home", DOCKER_HOST=f"unix://{tmp_path / 'docker.sock'}")
        report = json.loads(shell.run("scan", "app:1", *KNOWN, "--format", "json").stdout)
        assert {package["name"] for package in report["packages"]} == {"libssl3", "bash", "lodash"}
        forced = shell.run("scan", "docker:app:2", *KNOWN)
        assert "app:2" in one_line_and_a_hint(forced, 3)


def test_without_a_network_and_a_database_nothing_passes(shell, tmp_path):
    ubuntu = make_layer({"etc/os-release": b'ID=ubuntu\nVERSION_ID="24.04"\n', "var/lib/dpkg/status": STATUS})
    archive = write_docker_archive(tmp_path / "image.tar", make_image((ubuntu,)))
    finished = shell.run("scan", archive, "--offline")
    assert finished.returncode == 3
    assert "careen db update" in finished.stdout + finished.stderr
    assert "No vulnerability found." not in finished.stdout
    report = json.loads(shell.run("scan", archive, "--offline", "--format", "json").stdout)
    assert report["coverage"]["verdict"] == "not_assessed"
    assert report["verdict"] == {"passed": False, "exit_code": 3, "rules": [], "platforms": []}
    assert len(report["packages"]) == 2


def test_without_a_network_and_a_database_debian_is_assessed_by_shipped_facts(shell, archive):
    finished = shell.run("scan", archive, "--offline")
    assert finished.returncode == 0, finished.stderr
    assert "there is no advisory database" in finished.stderr
    assert "facts shipped with Careen, of 2" in " ".join(finished.stdout.split())
    report = json.loads(shell.run("scan", archive, "--offline", "--format", "json").stdout)
    assert report["coverage"]["verdict"] == "partially_assessed"
    assert {reason["code"] for reason in report["coverage"]["reasons"]} >= {"archive_only", "no_advisories"}
    assert report["database"]["sources"][0]["name"] == "debian-archive"
    assert {"CVE-2023-5678", "CVE-2024-5535"} <= {finding["id"] for finding in report["findings"] if "package" in finding}
    assert shell.run("scan", archive, "--offline", "--strict").returncode == 3
    gated = shell.run("scan", archive, "--offline", "--fail-on", "high", "--scanners", "vuln")
    assert gated.returncode == 3, "these vulnerabilities are unrated"
    assert "--unknown-as" in gated.stdout
    accepted = ("--unknown-as", "high", "--accept", "no_advisories", "--accept", "stale_source")
    rated = shell.run("scan", archive, "--offline", "--fail-on", "high", "--scanners", "vuln", *accepted)
    assert rated.returncode == 1
    assert "CVE-2023-5678" in shell.run("explain", "CVE-2023-5678", archive, "--offline").stdout
    turned = shell.run("explain", archive, "CVE-2023-5678", "--offline")
    assert turned.returncode == 2 and f"careen explain CVE-2023-5678 {archive}" in turned.stderr


def test_every_platform(shell):
    from tests.support.images import make_index

    arm = make_image(IMAGE.tars, platform="linux/arm64")
    with Registry() as registry:
        registry.push("app", "1", make_index([IMAGE, arm]))
        finished = shell.run("scan", f"{registry.host}/app:1", "--all-platforms", *KNOWN)
        assert finished.returncode == 0, finished.stderr
        assert "linux/amd64" in finished.stdout
        assert "linux/arm64" in finished.stdout
        one = shell.run("scan", f"{registry.host}/app:1", "--platform", "linux/s390x", *KNOWN)
        assert "linux/arm64" in one_line_and_a_hint(one, 3)
