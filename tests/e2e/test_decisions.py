"""What people do with findings: rules, VEX, gates, baselines, explanations, differences and remedies, on one image."""

import json
import re
import shutil
import subprocess
import sys

import pytest
from tests.support.command import ADVISORIES, ROOT, Shell
from tests.support.images import make_image, make_layer, write_docker_archive

sys.path.insert(0, str(ROOT / "examples"))  # has what builds the demonstration

DEMO = ROOT / "examples" / "demo" / "image.tar"
KNOWN = ("--offline", "--quiet", "--advisories", ADVISORIES)
ENOUGH = (
    "--accept",
    "no_advisories",
    "--accept",
    "no_exploit_data",
    "--accept",
    "no_lifecycle_data",
)  # these advisories alone are the knowledge here
LOG4SHELL = "CVE-2021-44228"


@pytest.fixture(scope="module", autouse=True)
def demonstration():
    """What ``make scan`` leaves there, for a checkout without a run of it."""
    from build_demo import build

    assert build() == DEMO


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    return Shell(tmp_path_factory.mktemp("decisions"))


def report(shell, *flags, image=DEMO):
    finished = shell.run("scan", image, *KNOWN, *ENOUGH, "--format", "json", *flags)
    assert finished.stderr == ""
    return json.loads(finished.stdout), finished.returncode


def ids(findings):
    return {one["id"] for one in findings}


def vulnerabilities(report):
    return [one for one in report["findings"] if one["kind"] == "vulnerability"]


@pytest.fixture(scope="module")
def plain(shell):
    return report(shell)[0]


RULES = {
    ".trivyignore": f"{LOG4SHELL}\n",
    ".trivyignore.yaml": f"vulnerabilities:\n  - id: {LOG4SHELL}\n    statement: no look-ups\n",
    ".grype.yaml": f"ignore:\n  - vulnerability: {LOG4SHELL}\n    package: {{name: '.*:log4j-core'}}\n",
    "osv-scanner.toml": f'[[IgnoredVulns]]\nid = "{LOG4SHELL}"\nreason = "no look-ups"\n',
    ".snyk": f"version: v1.25.0\nignore:\n  {LOG4SHELL}:\n    - '*': {{reason: no look-ups}}\n",
    ".careen.yaml": f"ignore:\n  - id: {LOG4SHELL}\n    path: opt/**\n    owner: shop team\n    until: 2999-01-01\n",
}


@pytest.mark.parametrize("name", RULES)
def test_rules_of_any_scanner(shell, plain, name):
    rules = shell.home / f"rules{name}"
    rules.write_text(RULES[name])
    found, code = report(shell, "--ignore-file", rules, "--fail-on", "kev")
    (aside,) = found["suppressed"]
    assert aside["finding"]["id"] == LOG4SHELL
    assert aside["by"]["kind"] == "ignore"
    assert aside["by"]["source"].startswith(str(rules))
    assert ids(found["findings"]) == ids(plain["findings"]) - {LOG4SHELL}
    assert code == 0


def test_several_rules_files(shell):
    one, two = shell.home / "one", shell.home / "two"
    one.write_text(f"{LOG4SHELL}\n")
    two.write_text("CVE-2021-45046\n")
    assert ids(one["finding"] for one in report(shell, "--ignore-file", one, "--ignore-file", two)[0]["suppressed"]) == {
        LOG4SHELL, "CVE-2021-45046",
    }  # fmt: skip


def test_vex_written_applies_to_this_image_and_no_other(shell, plain, tmp_path):
    made = shell.run(
        "vex", "create", DEMO, *KNOWN, "--id", LOG4SHELL, "--status", "not_affected",
        "--justification", "vulnerable_code_cannot_be_controlled_by_adversary", "--author", "us", "--output", "v.json",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    found, code = report(shell, "--vex", "v.json", "--fail-on", "kev")
    assert ids(found["findings"]) == ids(plain["findings"]) - {LOG4SHELL}
    assert found["suppressed"][0]["by"] == {
        "kind": "vex", "source": "v.json", "reason": "vulnerable_code_cannot_be_controlled_by_adversary", "expires": None,
        "owner": "us", "status": "not_affected",
    }  # fmt: skip
    assert code == 0
    other = write_docker_archive(
        tmp_path / "other.tar",
        make_image((make_layer({"app/node_modules/lodash/package.json": b'{"name": "lodash", "version": "4.17.15"}'}),)),
    )
    stated = json.loads((shell.home / "v.json").read_text())
    stated["statements"][0]["vulnerability"] = {"name": "CVE-2021-23337"}
    stated["statements"][0]["products"][0]["subcomponents"] = [{"@id": "pkg:npm/lodash"}]
    (shell.home / "other.json").write_text(json.dumps(stated))
    assert report(shell, "--vex", "other.json", image=other)[0]["suppressed"] == []
    assert ids(one["finding"] for one in report(shell, "--vex", "other.json")[0]["suppressed"]) == {"CVE-2021-23337"}


def test_vex_from_ignores(shell):
    (shell.home / "accepted").write_text(f'{LOG4SHELL} reason="no look-ups"\nCVE-2021-45046\n')
    rules = ("--from-ignores", "--ignore-file", "accepted", "--status", "not_affected")
    made = shell.run("vex", "create", DEMO, "--offline", "--advisories", ADVISORIES, *rules)
    (statement,) = json.loads(made.stdout)["statements"]
    assert (statement["vulnerability"]["name"], statement["impact_statement"]) == (LOG4SHELL, "no look-ups")
    assert "the rule for CVE-2021-45046 has no reason and is skipped" in made.stderr


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--id", "CVE-1999-0001", "--status", "fixed"), "CVE-1999-0001 is not found in"),
        (("--id", LOG4SHELL, "--status", "not_affected"), "not_affected needs a --justification"),
        (("--id", LOG4SHELL, "--status", "affekted"), "--status: invalid choice"),
        (("--status", "fixed"), "no statement: name a finding"),
        (("--from-ignores", "--status", "fixed"), "--from-ignores has no rules to read"),
        (("--id", LOG4SHELL, "--status", "fixed", "--justification", "component_not_presnt"), "not a justification of OpenVEX"),
    ],
)
def test_empty_vex_is_refused(shell, flags, message):
    finished = shell.run("vex", "create", DEMO, *KNOWN, *flags)
    assert finished.returncode == 2
    assert message in finished.stderr


@pytest.mark.parametrize(
    ("gates", "code"),
    [
        (["kev"], 0),
        (["kev:low", "critical"], 1),
        (["misconfiguration"], 1),
        (["risk=99.9"], 0),
        (["fixable:critical"], 1),
        (["epss=1"], 0),
        (["secret"], 0),
        (["high,secret"], 1),
    ],
)
def test_gates(shell, gates, code):
    found, exit_code = report(shell, *(flag for gate in gates for flag in ("--fail-on", gate)))
    conditions = ",".join(gates).split(",")
    assert exit_code == code
    assert [rule["rule"] for rule in found["verdict"]["rules"]] == [f"fail-on {gate}" for gate in conditions]


def test_an_unknown_gate_is_refused(shell):
    finished = shell.run("scan", DEMO, *KNOWN, "--fail-on", "fixable:hgih")
    assert finished.returncode == 2
    assert "did you mean high?" in finished.stderr


def test_only_new_findings_fail_the_gate(shell, plain):
    document = json.loads(json.dumps(plain))
    base = shell.home / "base.json"
    base.write_text(json.dumps(document))
    found, code = report(shell, "--baseline", base, "--fail-on", "low")
    assert code == 0
    assert {one["change"] for one in vulnerabilities(found)} == {None}
    document["findings"] = [one for one in plain["findings"] if one["id"] != LOG4SHELL]
    base.write_text(json.dumps(document))
    found, code = report(shell, "--baseline", base, "--fail-on", "low")
    assert code == 1
    assert {(one["id"], one["change"]) for one in found["findings"] if one["change"]} == {(LOG4SHELL, "disclosed")}
    assert "1 newly disclosed" in found["verdict"]["rules"][0]["rule"]
    assert report(shell, "--baseline", DEMO, "--fail-on", "low")[1] == 0
    assert shell.run("scan", DEMO, *KNOWN, "--baseline", ADVISORIES / "README.md", "--fail-on", "low").returncode in (2, 3)


def test_the_difference_of_two_scans(shell, plain):
    one, two = shell.home / "one.json", shell.home / "two.json"
    one.write_text(json.dumps(plain))
    two.write_text(json.dumps({**plain, "findings": [f for f in plain["findings"] if f["id"] != LOG4SHELL]}))
    finished = shell.run("diff", two, one, "--fail-on", "low")
    assert finished.returncode == 1
    assert re.search(rf"^New, disclosed since \(1\)\n  critical +{LOG4SHELL}", finished.stdout, re.MULTILINE)
    blind = {"code": "no_advisories", "detail": "npm: no feed", "packages": 3, "subjects": ["npm"]}
    two.write_text(json.dumps({**plain, "findings": [], "coverage": {**plain["coverage"], "reasons": [blind]}}))
    finished = shell.run("diff", one, two, "--fail-on", "low")
    assert (finished.returncode, "(no_advisories: npm)" in finished.stdout.splitlines()[-1]) == (3, True)
    assert shell.run("diff", one, two, "--fail-on", "secret").returncode == 0
    two.write_text(json.dumps({**plain, "findings": [f for f in plain["findings"] if f["id"] != LOG4SHELL]}))
    finished = shell.run("diff", one, two, "--format", "json")
    assert finished.returncode == 0
    document = json.loads(finished.stdout)
    assert [(one["finding"]["id"], one["why"]) for one in document["gone"]] == [(LOG4SHELL, "withdrawn")]
    assert document["new"] == []
    assert shell.run("diff", one, DEMO, *KNOWN).stdout.splitlines()[1].endswith("0 new, 0 gone")
    broken = shell.home / "broken.json"
    broken.write_text('{"schema": ')
    assert shell.run("diff", one, broken, "--offline").returncode == 3


def test_an_explanation(shell):
    found = shell.run("explain", LOG4SHELL, DEMO, *KNOWN)
    assert found.returncode == 0
    assert "log4j-core 2.14.1: FOUND: 2.13.0 <= 2.14.1 < 2.15.0" in found.stdout
    assert "2.14.1 is not below 2.13.0, which introduced it, and below 2.15.0, which fixes it" in " ".join(found.stdout.split())
    assert max(map(len, found.stdout.splitlines())) <= 80  # the COLUMNS of the shell
    absent = shell.run("explain", LOG4SHELL, "lodash", DEMO, *KNOWN, "--format", "json")
    (explained,) = json.loads(absent.stdout)["judgements"]
    assert explained["outcome"] == "not_found"
    assert explained["why"] == "none of the sources names this vulnerability for this package"
    assert "No package of this image is called nothing" in shell.run("explain", LOG4SHELL, "nothing", DEMO, *KNOWN).stdout
    unknown = shell.run("explain", "CVE-1999-9", DEMO, *KNOWN).stdout
    assert "This id is not in the database" in " ".join(unknown.split())


TRIVY = {
    "ArtifactName": "demo",
    "Results": [
        {
            "Type": "jar",
            "Packages": [{"Name": "org.apache.logging.log4j:log4j-core"}, {"Name": "lodash"}],
            "Vulnerabilities": [
                {"VulnerabilityID": LOG4SHELL, "PkgName": "org.apache.logging.log4j:log4j-core", "InstalledVersion": "2.14.1"},
                {"VulnerabilityID": "CVE-2023-0001", "PkgName": "lodash", "InstalledVersion": "4.17.20"},
                {"VulnerabilityID": "CVE-2023-0002", "PkgName": "nowhere", "InstalledVersion": "1"},
            ],
        }
    ],
}


def test_the_reasons_of_differences(shell, plain):
    other = shell.home / "trivy.json"
    other.write_text(json.dumps(TRIVY))
    finished = shell.run("reconcile", DEMO, *KNOWN, "--with", other, "--format", "json")
    assert finished.returncode == 0, finished.stderr
    found = json.loads(finished.stdout)
    assert (found["scanner"], found["agreed"]) == ("trivy", 1)
    assert {(one["id"], one["reason"]) for one in found["theirs"]} == {
        ("CVE-2023-0001", "not_named"), ("CVE-2023-0002", "unknown_package"),
    }  # fmt: skip
    assert len(found["ours"]) == len(vulnerabilities(plain)) - 1
    assert "In trivy alone: package not in the inventory (1)" in shell.run("reconcile", DEMO, *KNOWN, "--with", other).stdout
    assert shell.run("reconcile", DEMO, *KNOWN, "--with", ADVISORIES / "README.md").returncode == 3


DOCKERFILE = """\
FROM debian:12
RUN python3 -m venv /opt/shop/venv && /opt/shop/venv/bin/pip install -r requirements.txt

RUN npm ci --prefix /opt/shop/web
COPY service.jar /opt/shop/lib/
COPY worker /opt/shop/
CMD ["/opt/shop/worker"]"""


def test_a_remedy(shell, plain, tmp_path):
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    finished = shell.run("fix", DEMO, *KNOWN, "--dockerfile", tmp_path / "Dockerfile", "--format", "json")
    assert finished.returncode == 0, finished.stderr
    plan = json.loads(finished.stdout)
    assert plan["before"] == len(vulnerabilities(plain))
    assert plan["before"] - sum(action["removes"] for action in plan["actions"]) == plan["after"]
    assert sum(one["findings"] for one in plan["stays"]) == plan["after"]
    by_manager = {action["manager"]: action for action in plan["actions"]}
    assert "lodash@4.17.21" in by_manager["npm"]["command"]
    assert by_manager["npm"]["place"] == "/opt/shop/web"
    if shutil.which("patch") is None:
        pytest.skip("no patch here: what the diff does is not tested")
    applied = subprocess.run(["patch", "-p1"], input=plan["diff"], text=True, cwd=tmp_path, capture_output=True, check=False)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    lines = (tmp_path / "Dockerfile").read_text().splitlines()
    at = lines.index("RUN npm ci --prefix /opt/shop/web")
    assert lines[at + 1].startswith("RUN cd /opt/shop/web && npm install ")
    assert [line for line in lines if not line.startswith("RUN")] == [
        line for line in DOCKERFILE.splitlines() if not line.startswith("RUN")
    ]
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)  # the image was not built from the patched one
    text = shell.run("fix", DEMO, *KNOWN, "--dockerfile", tmp_path / "Dockerfile").stdout
    assert f"{plan['before']} vulnerabilities; {plan['after']} stay" in text
    assert "+++ b/Dockerfile" in text
    assert "actions" in json.loads(shell.run("fix", DEMO, *KNOWN, "--format", "json").stdout)
    assert shell.run("fix", DEMO, *KNOWN, "--format", "diff").returncode == 2
    (tmp_path / "Dockerfile").write_text(DOCKERFILE.replace("npm ci", "npm install"))
    for form in ("text", "json", "diff"):
        refused = shell.run("fix", DEMO, *KNOWN, "--dockerfile", tmp_path / "Dockerfile", "--format", form)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr.count("do not match the history") == 1
    assert shell.run("fix", DEMO, *KNOWN, "--dockerfile", tmp_path / "missing").returncode == 3


def everything_is_fine(purl):
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "timestamp": "2999-01-01T00:00:00Z",
        "statements": [{"vulnerability": {"name": "CVE-2021-23337"}, "products": [{"@id": purl}], "status": "not_affected"}],
    }


def test_rules_and_vex_of_an_image_do_not_apply_to_it(shell, tmp_path):
    lodash = b'{"name": "lodash", "version": "4.17.15"}'
    files = {
        "app/node_modules/lodash/package.json": lodash,
        "app/all.openvex.json": json.dumps(everything_is_fine("pkg:npm/lodash")).encode(),
        ".careen.yaml": b"ignore:\n  - package: '*'\n",
        "etc/config.toml": b"",
    }
    image = write_docker_archive(tmp_path / "image.tar", make_image((make_layer(files),)))
    found, code = report(shell, "--fail-on", "low", "--scanners", "vuln", image=image)
    assert code == 1
    assert found["suppressed"] == []
    (reason,) = [reason for reason in found["coverage"]["reasons"] if reason["code"] == "untrusted_rules"]
    assert ".careen.yaml" in reason["detail"]
    assert "app/all.openvex.json" in reason["detail"]
    text = shell.run("scan", image, *KNOWN).stdout
    assert "app/all.openvex.json" in text
    trusted, _ = report(shell, "--image-vex", image=image)
    (aside,) = trusted["suppressed"]
    assert (aside["finding"]["id"], aside["by"]["source"]) == ("CVE-2021-23337", "image:app/all.openvex.json")


def test_a_deleted_document_does_not_apply(shell, tmp_path):
    below = make_layer({"app/all.openvex.json": json.dumps(everything_is_fine("pkg:npm/lodash")).encode(), "a": b"x"})
    image = write_docker_archive(tmp_path / "image.tar", make_image((below, make_layer({"app/.wh.all.openvex.json": b""}))))
    codes = {reason["code"] for reason in report(shell, image=image)[0]["coverage"]["reasons"]}
    assert "untrusted_rules" not in codes
