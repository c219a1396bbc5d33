"""What users of other scanners type: it runs, or the answer is one line to type, which then runs.

The lines were written from the habits of Trivy's and Grype's users, before the help of Careen was read.
"""

import json
import shlex

import pytest
from tests.support.command import ADVISORIES, Shell
from tests.support.images import make_image, make_layer, write_docker_archive, write_oci_layout

STATUS = b"""Package: libssl3
Status: install ok installed
Architecture: amd64
Source: openssl
Version: 3.0.11-1~deb12u2
"""
IMAGE = make_image(
    (
        make_layer({"etc/os-release": b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n', "var/lib/dpkg/status": STATUS}),
        make_layer({"app/node_modules/lodash/package.json": b'{"name": "lodash", "version": "4.17.15"}'}),
    ),
)
SBOM = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "components": [{"type": "library", "name": "lodash", "version": "4.17.15", "purl": "pkg:npm/lodash@4.17.15"}],
}
LOCK = {"name": "app", "lockfileVersion": 3, "packages": {"node_modules/lodash": {"version": "4.17.15"}}}
POD = """apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {containers: [{name: a, image: a, securityContext: {privileged: true}}]}
"""


@pytest.fixture
def shell(tmp_path):
    """In a folder with what the lines name."""
    shell = Shell(tmp_path / "home", CAREEN_OFFLINE="true", CAREEN_ADVISORIES=str(ADVISORIES), CAREEN_ACCEPT="no_advisories")
    home = shell.home
    write_docker_archive(home / "app.tar", IMAGE)
    write_oci_layout(home / "layout", IMAGE)
    (home / "app.cdx.json").write_text(json.dumps(SBOM))
    (home / ".trivyignore").write_text("CVE-2021-23337\n")
    (home / "vex.json").write_text(json.dumps({"@context": "https://openvex.dev/ns/v0.2.0", "@id": "a", "statements": []}))
    for folder in ("project/node_modules/lodash", "deploy"):
        (home / folder).mkdir(parents=True)
    (home / "project/package-lock.json").write_text(json.dumps(LOCK))
    (home / "project/node_modules/lodash/package.json").write_text('{"name": "lodash", "version": "4.17.15"}')
    (home / "project/Dockerfile").write_text("FROM debian:12\nUSER app\n")
    (home / "deploy/pod.yaml").write_text(POD)
    return shell


def typed(shell, line, stdin=None):
    """How the line ends; if its answer is a line to type, how that one ends, and the line."""
    finished = shell.run(*shlex.split(line), stdin=stdin)
    assert "Traceback" not in finished.stderr
    answer = [text for text in finished.stderr.splitlines() if text.startswith("hint: type: careen ")]
    if not answer:
        return finished, ""
    assert (finished.returncode, finished.stdout) == (2, "")
    exact = answer[0].removeprefix("hint: type: careen ")
    for part in exact.split(" && careen "):
        finished = shell.run(*shlex.split(part), stdin=stdin)
    return finished, exact


# The line, the exact answer ("" if it runs as it is), the exit code, a word of what it prints.
TRIVY = [
    ("image --severity HIGH,CRITICAL --input app.tar", "", 0, "lodash"),
    ("image --exit-code 1 --severity HIGH,CRITICAL --ignore-unfixed --input app.tar",
     "scan app.tar --fail-on high --severity HIGH,CRITICAL --ignore-unfixed", 1, "lodash"),
    ("image -f json -o results.json --input app.tar", "", 0, ""),
    ("image --input app.tar --no-progress -q", "", 0, "lodash"),
    ("fs --scanners vuln,secret,misconfig --skip-dirs node_modules --skip-files notes.txt project",
     "scan ./project --scanners vuln,secret --skip-dirs node_modules --skip-files notes.txt && careen check ./project", 0, ""),
    ("config ./deploy", "", 0, "K8S-001"),
    ("sbom app.cdx.json", "", 0, "lodash"),
    ("image --format cyclonedx --output sbom.json --input app.tar", "", 0, ""),
    ("image --ignorefile .trivyignore --vex vex.json -q --input app.tar", "", 0, "suppressed"),
    ("image --skip-db-update --offline-scan --no-progress --list-all-pkgs --pkg-types os,library --timeout 5m --input app.tar",
     "scan app.tar --refresh never --offline --no-progress --max-seconds 300", 0, "lodash"),
]  # fmt: skip
GRYPE = [
    ("./app.tar", "", 0, "lodash"),
    ("docker-archive:app.tar -o json --fail-on high", "scan docker-archive:app.tar --format json --fail-on high", 1, "lodash"),
    ("dir:project --exclude './node_modules/**'", "", 0, "lodash"),
    ("scan -", "", 0, "lodash"),
    ("sbom:app.cdx.json -o table", "scan sbom:app.cdx.json --format table", 0, "lodash"),
    ("oci-dir:layout --only-fixed -o sarif --file out.sarif",
     "scan oci-dir:layout --ignore-unfixed --format sarif --output out.sarif", 0, ""),
    ("pkg:npm/lodash@4.17.15", "", 0, "lodash"),
    ("oci-archive:app.tar --platform linux/amd64 -q", "", 0, "lodash"),
    ("docker-archive:app.tar --by-cve --add-cpes-if-none --scope all-layers", "scan docker-archive:app.tar", 0, "lodash"),
    ("db search CVE-2021-23337", "explain CVE-2021-23337", 0, "lodash"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "exact", "code", "word"), [*TRIVY, *GRYPE], ids=lambda value: str(value)[:40])
def test_it_ends_right_or_with_the_exact_line(shell, line, exact, code, word):
    stdin = (shell.home / "app.cdx.json").read_bytes() if line.endswith("-") else None
    finished, answer = typed(shell, line, stdin)
    assert answer == exact
    assert finished.returncode == code, finished.stderr
    assert word in finished.stdout


def test_the_files_are_written(shell):
    typed(shell, "image -f json -o results.json --input app.tar")
    assert json.loads((shell.home / "results.json").read_text())["schema"] == "careen.report/1"
    typed(shell, "image --format cyclonedx --output sbom.json --input app.tar")
    assert json.loads((shell.home / "sbom.json").read_text())["bomFormat"] == "CycloneDX"


def test_a_line_that_is_read_otherwise_is_shown(shell):
    assert "careen: read as: careen scan app.tar -s HIGH\n" in shell.run("image", "-i", "app.tar", "-s", "HIGH").stderr
    assert "read as" not in shell.run("image", "-i", "app.tar", "--quiet").stderr


def test_an_sbom_that_is_converted_names_the_scan(shell):
    assert "careen scan app.cdx.json" in shell.run("sbom", "app.cdx.json").stderr


def test_what_is_left_out_is_reported(shell):
    finished = shell.run("scan", "./project", "--exclude", "node_modules", "--format", "json")
    reasons = json.loads(finished.stdout)["coverage"]["reasons"]
    assert [reason["code"] for reason in reasons if reason["code"] == "excluded"] == ["excluded"]
    assert "nothing is left out" in shell.run("scan", "app.tar", "--exclude", "node_modules").stderr


def test_secrets_of_the_line_are_not_shown(shell):
    finished = shell.run("image", "--password", "hunter2-secret", "--token=other-secret", "nginx")
    assert "secret" not in finished.stderr.replace("secrets", "")
    assert "CAREEN_REGISTRY_PASSWORD" in finished.stderr


@pytest.mark.parametrize(
    "line",
    [
        "repo https://git.example/app.git",
        "k8s --report summary cluster",
        "clean --all",
        "image --download-db-only",
        "vm disk.img",
        "server --listen 127.0.0.1:1",
        "image app --compliance docker-cis-1.6.0",
        "image app --format template --template @contrib/html.tpl",
        "cves app",
        "container test app --severity-threshold=high",
        "db check",
        "explain --id CVE-2021-1",
        "recommendations app",
    ],
)
def test_what_is_otherwise_here_has_a_line_to_type(shell, line):
    finished = shell.run(*line.split())
    assert finished.returncode == 2
    assert "hint: type: careen " in finished.stderr
