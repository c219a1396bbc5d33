"""``careen check`` as a whole, over files in memory and a knowledge of its own."""

import io
import json
from datetime import UTC, datetime
from functools import cache

import pytest
from msgspec.structs import replace

from careen.checks.kind import Rules, SourceFile
from careen.checks.tuning import Tuning, tuned
from careen.database.memory import MemoryDatabase
from careen.model.advisory import Advisory, DatabaseInfo, NamespaceInfo, Range, SourceInfo, Support
from careen.model.finding import ExposedSecret
from careen.pipeline.assessment import Assessment, Matcher
from careen.pipeline.file_secrets import with_secrets
from careen.pipeline.files import check_files, report_of_files
from careen.plugins import Cataloger, Check, ReportOptions, VersionScheme, load
from careen.policy.gates import ANY, OF_IMAGES, read_gate
from careen.policy.policy import Policy
from careen.reports.sarif import REPORTER as SARIF
from careen.reports.table import REPORTER as TABLE

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DOCKERFILE = """\
FROM rockylinux:9
ARG SERVER=8.0.30-1.el9
RUN yum install -y https://repo.example/mysql-community-release-el9.rpm \\
 && yum install -y \\
      mysql-server-${SERVER} \\
      httpd-2.4.53 \\
      nano
# careen:ignore DKR-001 it has to
USER root
"""


@cache
def checks_of(kind):
    return tuple(one for folder in kind.folders for one in load(f"careen.checks.{folder}", "CHECK", Check))


class Scored(Matcher):
    """The records of vulnerabilities were fetched, but for some."""

    unfetched: tuple[str, ...] = ()

    def matched(self, inventory, policy, today):
        return super().matched(inventory, policy, today)[0], self.unfetched


def matcher(unfetched=()):
    def advisory(id, package, fixed):
        return Advisory(id, "test", "rocky:9", package, (Range(fixed=fixed),), fixed_versions=(fixed,))

    knowledge = MemoryDatabase(
        (
            advisory("CVE-1", "mysql-server", "8.0.32-1.el9"),
            advisory("CVE-2", "httpd", "2.4.53-7.el9"),
            advisory("CVE-3", "httpd", "2.4.57-1.el9"),
            advisory("CVE-4", "nano", "9-1.el9"),
            NamespaceInfo("rocky:9", "test", 4, 3),
            Support("rocky:9", "2032-05-31"),
        ),
        DatabaseInfo("db", "2026-11-24", (SourceInfo("test", "2026-11-23", 4),)),
    )
    schemes = {one.name: one for one in load("careen.versions", "VERSION_SCHEME", VersionScheme)}
    kinds = {one.ecosystem.purl_type: one.ecosystem for one in load("careen.catalogers", "CATALOGER", Cataloger)}
    return Scored(knowledge, schemes, kinds, unfetched=unfetched)


def report(*files, policy=Policy(), tuning=Tuning(), by=None, rules=Rules()):  # noqa: B008
    checked = check_files([SourceFile(path, text) for path, text in files], lambda kind: tuned(checks_of(kind), tuning), rules)
    return report_of_files(".", checked, (), replace(by or Assessment(matcher=matcher()), policy=policy), NOW)


def vulnerabilities(found):
    return {one.id: one for one in found.findings if one.id.startswith("CVE-")}


def test_pinned_packages_are_assessed_before_the_build_on_their_line():
    found = vulnerabilities(report(("app/Dockerfile", DOCKERFILE)))
    assert set(found) == {"CVE-1", "CVE-2", "CVE-3"}
    assert (found["CVE-1"].location.path, found["CVE-1"].location.line, found["CVE-1"].layer) == ("app/Dockerfile", 5, None)
    assert found["CVE-1"].confidence == "likely"
    assert found["CVE-2"].confidence == "possible"  # the newest release of 2.4.53 may have the fix
    assert found["CVE-3"].confidence == "likely"  # no release of it can


def test_unpinned_and_unresolved_packages_are_reported():
    found = report(("Dockerfile", DOCKERFILE))
    assert {(reason.code, reason.packages) for reason in found.coverage.reasons} >= {("unpinned", 1), ("unresolved", 1)}
    assert found.coverage.verdict == "partially_assessed"
    (alias,) = [one for one in found.findings if one.id == "DKR-004"]
    assert alias.location.line == 3
    assert alias.message.endswith("mysql-community-release for el9, version unknown")


def test_a_finding_that_a_comment_suppresses_stays_visible():
    found = report(("Dockerfile", DOCKERFILE))
    assert not [one for one in found.findings if one.id == "DKR-001"]
    (settled,) = found.suppressed
    assert (settled.finding.id, settled.by.kind, settled.by.source, settled.by.reason) == (
        "DKR-001",
        "comment",
        "Dockerfile:8",
        "it has to",
    )


def test_a_comment_suppresses_findings_of_its_own_file():
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\nspec:\n  hostPID: true%s\n  containers: [{name: a, image: b}]\n"
    files = (
        ("a.yaml", pod % ("a", " # careen:ignore K8S-002 a debugger") + "# careen:ignore-file K8S-023 built here\n"),
        ("b.yaml", pod % ("b", "")),
    )
    found = report(*files)
    assert {(one.finding.id, one.finding.location.path) for one in found.suppressed} == {
        ("K8S-002", "a.yaml"),
        ("K8S-023", "a.yaml"),
    }
    assert {"K8S-002", "K8S-023"} <= {one.id for one in found.findings if one.location.path == "b.yaml"}


def test_files_of_several_kinds_are_in_one_report():
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: b}]\n"
    compose = "services:\n  a:\n    image: b\n    privileged: true\n"
    found = report(
        ("Dockerfile", "FROM a"), ("pod.yaml", pod), ("compose.yaml", compose), ("bad.yaml", "apiVersion: v1\na: [\n")
    )
    assert {one.id.partition("-")[0] for one in found.findings} >= {"DKR", "K8S", "CMP"}
    assert found.coverage.files == 4
    (unknown,) = found.unknowns
    assert unknown.evidence.path == "bad.yaml"


def test_an_override_lies_over_its_file():
    files = (
        ("compose.yaml", "services:\n  a:\n    image: b\n    privileged: true\n"),
        ("compose.override.yaml", "services:\n  a:\n    privileged: false\n"),
        ("other/compose.yaml", "services:\n  a:\n    extends:\n      file: base.yaml\n      service: z\n"),
        ("other/base.yaml", "services:\n  z:\n    image: b\n    privileged: true\n"),
    )
    found = [one for one in report(*files).findings if one.id == "CMP-001"]
    assert [one.location.path for one in found] == ["other/base.yaml"]


def test_files_in_one_line_are_followed_too():
    base = "services:\n  z:\n    image: b\n    privileged: true\n"
    files = (
        ("compose.yaml", "services:\n  a:\n    extends: {file: base.yaml, service: z}\n    privileged: false\n"),
        ("base.yaml", base),
        ("other/compose.yaml", "include: [x.yaml, 'more/y.yaml']\nservices:\n  a:\n    image: b\n"),
        ("other/x.yaml", base),
        ("other/more/y.yaml", base.replace("z", "y")),
    )
    found = report(*files)
    assert [one.location.path for one in found.findings if one.id == "CMP-001"] == ["other/x.yaml", "other/more/y.yaml"]
    assert not found.unknowns


def test_a_dockerfile_within_a_compose_file():
    text = """\
services:
  a:
    build:
      dockerfile_inline: |
        FROM debian:12
        # careen:ignore DKR-007 a test
        RUN curl -k https://a.example/x.sh | sh

        USER root
  b:
    build: {dockerfile_inline: "FROM alpine:latest\\nUSER 1"}
"""
    found = report(("compose.yaml", text))
    places = {(one.id, one.location.path, one.location.line) for one in found.findings}
    assert {("DKR-005", "compose.yaml", 7), ("DKR-001", "compose.yaml", 9), ("DKR-023", "compose.yaml", 11)} <= places
    assert [(one.finding.id, one.by.source) for one in found.suppressed] == [("DKR-007", "compose.yaml:6")]
    assert found.coverage.files == 1


def test_gates_and_tuning():
    text = "FROM debian:12@sha256:" + "0" * 64 + "\nUSER 1\nRUN cd /a\n"
    strict = Policy(fail_on=(read_gate("high", ANY),))
    assert report(("Dockerfile", text), policy=strict).verdict.exit_code == 0
    louder = report(("Dockerfile", text), policy=strict, tuning=Tuning(severities={"DKR-038": "high"}))
    assert louder.verdict.exit_code == 1
    off = report(("Dockerfile", text), policy=strict, tuning=Tuning(off=frozenset({"DKR-038"}), severities={"DKR-038": "high"}))
    assert off.verdict.exit_code == 0
    also = report(("Dockerfile", "FROM debian:12\nUSER 1\nHEALTHCHECK NONE"), tuning=Tuning(on=frozenset({"DKR-024"})))
    assert [one.id for one in also.findings] == ["DKR-024"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pod.json", '{"kind": "Pod", "apiVersion": "v1", "spec":'),
        ("pod.yaml", "apiVersion: v1\nkind: Pod\n{{ if .x }}\nspec: {}\n{{ end }}\n"),
        ("a.tf", 'resource "aws_s3_bucket" "b" {\n'),
    ],
)
def test_a_gate_is_open_if_nothing_could_be_read(path, text):
    def exit_code(*files):
        checked = check_files([SourceFile(path, text) for path, text in files], checks_of, Rules())
        by = Assessment(policy=Policy(fail_on=(read_gate("config:critical"),)), scanners=frozenset(("config",)))
        return report_of_files("dir", checked, (), by, NOW).verdict.exit_code

    assert exit_code((path, text)) == 3
    assert exit_code((path, text), ("Dockerfile", "FROM scratch\nUSER 1\n")) == 0


def test_registries():
    found = report(("Dockerfile", "FROM ghcr.example/a:1"), rules=Rules(("docker.io",)))
    assert "DKR-003" in {one.id for one in found.findings}


def test_without_a_database_the_checks_still_run():
    found = report(("Dockerfile", DOCKERFILE), by=Assessment())
    assert "no_database" in {reason.code for reason in found.coverage.reasons}
    assert found.verdict.exit_code == 0
    assert {one.id for one in found.findings} >= {"DKR-004"}
    assert not report(("Dockerfile", "FROM a"), by=Assessment(scanners=frozenset())).coverage.reasons


def test_coverage_is_that_of_a_scan():
    unscored = Assessment(matcher=matcher(unfetched=("CVE-1", "CVE-3")))
    gate = Policy(fail_on=(read_gate("critical", OF_IMAGES),))
    found = report(("Dockerfile", DOCKERFILE), policy=gate)
    assert (found.verdict.exit_code, found.coverage.data_of) == (0, "2026-11-23")
    found = report(("Dockerfile", DOCKERFILE), policy=gate, by=unscored)
    assert found.verdict.exit_code == 3
    assert "unscored" in {one.code for one in found.coverage.reasons}
    knowing = replace(gate, unknown_as="low")
    assert report(("Dockerfile", DOCKERFILE), policy=knowing, by=unscored).verdict.exit_code == 0


def test_table_and_sarif():
    found = report(("app/Dockerfile", DOCKERFILE))
    out = io.StringIO()
    TABLE.write(found, out, ReportOptions())
    assert "4 packages will be installed, 2 in a known version" in out.getvalue()
    assert "rpm: app/Dockerfile:5" in out.getvalue()
    out = io.StringIO()
    SARIF.write(found, out, ReportOptions())
    (run,) = json.loads(out.getvalue())["runs"]
    places = {one["ruleId"]: one["locations"][0]["physicalLocation"] for one in run["results"]}
    assert places["CVE-1"]["region"]["startLine"] == 5
    assert places["DKR-004"]["artifactLocation"] == {"uri": "app/Dockerfile", "uriBaseId": "%SRCROOT%"}


def test_compose_files_in_a_cycle_are_checked_and_the_cycle_is_reported():
    one = "include:\n  - b.yaml\nservices:\n  a: {image: x, privileged: true}\n"
    two = "include:\n  - compose.yaml\nservices:\n  b: {image: y, extends: b}\n"
    found = report(("compose.yaml", one), ("b.yaml", two))
    assert "a" in {finding.message.split()[1] for finding in found.findings}
    reasons = [unknown.reason for unknown in found.unknowns]
    assert len(reasons) == 2
    assert all("refers back to this file" in reason for reason in reasons)


def test_two_inline_dockerfiles_of_the_same_text_have_findings_of_their_own():
    build = "    build:\n      dockerfile_inline: |\n        FROM debian:latest\n        RUN cd /a\n"
    text = f"services:\n  a:\n{build}  b:\n{build}"
    found = [one for one in report(("compose.yaml", text)).findings if one.id == "DKR-022"]
    assert len(found) == 2
    assert len({one.fingerprint for one in found}) == 2
    alone = [one for one in report(("compose.yaml", f"services:\n  a:\n{build}")).findings if one.id == "DKR-022"]
    assert {one.fingerprint for one in alone} < {one.fingerprint for one in found}  # that of the first stays


def test_credentials_are_found_in_what_is_checked():
    text = (
        "FROM debian:12\n"
        "RUN git clone https://u: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@github.com/a/b\n"
        "# careen:ignore aws-access-key-id of a test account\n"
        "RUN echo AKIAQYLPMN5HHHFPZAM2\n"
        'ENV API_TOKEN="9f86d081884c7d659a2feaa0c55ad015"\n'
        "USER 1\n"
    )
    files = [SourceFile("Dockerfile", text), SourceFile("values.yaml", "token: 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\n")]
    checked = with_secrets(check_files(files, lambda kind: tuned(checks_of(kind), Tuning()), Rules()), files)
    by = Assessment(Policy(fail_on=(read_gate("secret:high"),)), scanners=frozenset())
    found = report_of_files(".", checked, (), by, NOW)
    secrets = [(one.id, one.location.path, one.location.line) for one in found.findings if isinstance(one, ExposedSecret)]
    assert secrets == [("github-personal-access-token", "Dockerfile", 2)]  # DKR-010 reports API_TOKEN
    assert [(one.finding.id, one.by.source, one.by.reason) for one in found.suppressed] == [
        ("aws-access-key-id", "Dockerfile:3", "of a test account")
    ]
    assert found.verdict.exit_code == 1
    out = io.StringIO()
    TABLE.write(found, out, ReportOptions())
    assert "ghp_…(redacted)" in out.getvalue()
    assert "wWPw5k4a" not in out.getvalue()
