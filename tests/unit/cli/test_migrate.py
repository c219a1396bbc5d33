import json
import tomllib
from pathlib import Path

import pytest

from careen.policy.ignore_files import read_ignores

TRIVY = """severity: [HIGH, CRITICAL]
exit-code: 1
scan:
  skip-dirs: ["**/node_modules"]
registry:
  username: me
  password: hunter2
timeout: 1h2m3s
unheard-of: 1
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_settings_of_trivy(careen_command, here):
    Path("trivy.yaml").write_text(TRIVY)
    code, out, err = careen_command("migrate", "trivy.yaml")
    assert code == 0
    assert tomllib.loads(out) == {
        "severity": ["high", "critical"],
        "fail_on": ["high"],
        "exclude": ["**/node_modules"],
        "registry_username": "me",
        "max_seconds": 3723.0,
    }
    assert "trivy.yaml:9: unheard-of: Careen has no such setting" in err
    assert "trivy.yaml:7: registry.password: " in err
    assert "hunter2" not in out + err
    assert [*here.glob("*careen*")] == []


def test_rules_and_settings_of_grype(careen_command, here):
    Path(".grype.yaml").write_text(
        "fail-on-severity: high\nignore:\n- {vulnerability: CVE-1, package: {name: openssl, type: deb}, reason: 'a \"b\"'}\n"
        "- {vulnerability: CVE-2, namespace: x}\n"
    )
    code, _, err = careen_command("migrate", ".grype.yaml", "--write")
    assert code == 0
    assert ".grype.yaml:4: the rule is skipped: Careen cannot evaluate namespace" in err
    assert tomllib.loads(Path("careen.toml").read_text()) == {"fail_on": ["high"]}
    written = Path(".careen.yaml").read_text()
    (rule,) = read_ignores(written, "x")
    assert (rule.id, rule.package, rule.purl, rule.reason) == ("CVE-1", "openssl", "pkg:deb/*", 'a "b"')
    assert "# not carried over: .grype.yaml:4" in written


def test_nothing_is_replaced(careen_command, here):
    Path(".trivyignore").write_text("CVE-1\n")
    Path(".careen.yaml").write_text("mine")
    code, out, err = careen_command("migrate", ".trivyignore", "--write")
    assert (code, out) == (2, "")
    assert ".careen.yaml exists already" in err
    assert Path(".careen.yaml").read_text() == "mine"
    assert careen_command("migrate", ".trivyignore", "--write", "--force")[0] == 0
    assert "CVE-1" in Path(".careen.yaml").read_text()


def test_ids_of_checks_become_ours(careen_command, here):
    Path(".trivyignore").write_text("# accepted by the platform team\nAVD-DS-0002 exp:2030-01-01\nCVE-2021-1234\n")
    code, out, err = careen_command("migrate", ".trivyignore")
    assert code == 0
    first, second, third = read_ignores(out, "x")
    assert [(rule.id, rule.kinds, str(rule.until)) for rule in (first, second)] == [
        ("DKR-001", {"misconfiguration"}, "2029-12-31"),  # Trivy's rule ends when the day begins
        ("DKR-022", {"misconfiguration"}, "2029-12-31"),
    ]
    assert (third.id, third.kinds) == ("CVE-2021-1234", frozenset())
    assert ".trivyignore:2: AVD-DS-0002 is DKR-001 and DKR-022, which may report more: careen explain AVD-DS-0002" in err


def test_rules_of_hadolint(careen_command, here):
    Path(".hadolint.yaml").write_text(
        "ignored: [DL3057, DL1]\noverride: {error: [DL3020], never: [DL3020]}\n"
        "failure-threshold: warning\nlabel-schema: {a: b}\n"
    )
    _, out, err = careen_command("migrate", ".hadolint.yaml")
    found = tomllib.loads(out)
    assert found["checks_off"] == ["DKR-021"]
    assert [text.rpartition("=")[2] for text in found["check_severity"]] == ["high"] * len(found["check_severity"])
    assert found["fail_on"] == ["config:medium"]
    assert ".hadolint.yaml:1: Careen has no check like DL1" in err
    assert "label-schema" in err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".trivyignore", "CVE-1 exp:2030-01-01\n"),
        (".trivyignore.yaml", "vulnerabilities: [{id: CVE-1, paths: [a/**], statement: why}]\n"),
        ("osv-scanner.toml", '[[IgnoredVulns]]\nid = "CVE-1"\nreason = "why"\n'),
        (".snyk", "ignore:\n  CVE-1:\n  - 'a > b@1':\n      reason: why\n      expires: 2030-01-01T00:00:00Z\n"),
    ],
)
def test_ignore_files(careen_command, here, name, text):
    Path(name).write_text(text)
    code, out, _ = careen_command("migrate", name)
    assert code == 0
    theirs, ours = read_ignores(text, "x"), read_ignores(out, "x")
    assert [(rule.id, rule.until, rule.paths, rule.package, rule.reason) for rule in ours] == [
        (rule.id, rule.until, rule.paths, rule.package, rule.reason) for rule in theirs
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"\xff\xfe\x00", "is not text"),
        (b"- a\n- b\n", "the top level is not a mapping"),
        (b"a: &a [*a]\n", ""),
        (b"{" * 5000, ""),
        (b"x" * (4 << 20) + b"y", "is over 4 MiB"),
    ],
    ids=["binary", "a list", "a cycle", "deep", "long"],
)
def test_a_hostile_file_is_refused(careen_command, here, text, message):
    Path("trivy.yaml").write_bytes(text)
    code, out, err = careen_command("migrate", "trivy.yaml")
    assert (code, out) == (2, "")
    assert message in err
    assert len(err) < 1000


def test_text_of_the_file_cannot_leave_its_place(careen_command, here):
    odd = 'a\n"]\x1b[31m\u2028\nfail_on = []'
    Path("trivy.yaml").write_text(json.dumps({"vex": odd, "severity": ["HIGH"], "odd\x1b[2J": 1}))
    _, out, err = careen_command("migrate", "trivy.yaml")
    assert tomllib.loads(out)["severity"] == ["high"]
    assert "fail_on" not in tomllib.loads(out)
    assert "\x1b" not in out + err


def test_no_file(careen_command, here):
    assert careen_command("migrate", "trivy.yaml")[0] == 2
    assert careen_command("migrate")[0] == 2
