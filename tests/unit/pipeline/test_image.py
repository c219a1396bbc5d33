"""From an inventory to a report, over a small world of advisories."""

import io
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, advisory, deb, info, knowledge, pypi

from careen.checks.run import Outcome
from careen.formats.dockerfile.reader import read_dockerfile
from careen.model.finding import Location
from careen.model.image import BaseImage, Image, ImageConfig, Layer
from careen.model.inventory import Inventory
from careen.pipeline import image as pipeline
from careen.pipeline.assessment import Assessment, Matcher
from careen.pipeline.image import report_of, with_vendors
from careen.pipeline.image_checks import check_image
from careen.plugins import Check, Place
from careen.policy.gates import read_gate
from careen.policy.policy import Policy

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
RECORDS = (
    advisory("CVE-2026-0001", "3.0.13-1", severity="critical"),
    advisory("CVE-2026-0002", "4.2.3", "PyPI", "django", severity="low", source="osv"),
    info(unfixed=True),
    info("PyPI", "osv", unfixed=True),
)
LAYERS = tuple(Layer(index, f"sha256:{index:064x}", "", 10, f"RUN {index}", io.BytesIO) for index in range(2))
IMAGE = Image("shop:1", "image", "sha256:1", None, ImageConfig(), LAYERS)
INVENTORY = Inventory(DEBIAN, (deb(), pypi()), files=9)
CHECK = Check("IMG-999", "t", "high", "w", "f", (), lambda document: [Place("p", path="etc/x")], kind="image")


def assessment(*records, **changes):
    matcher = Matcher(knowledge(*(records or RECORDS)), SCHEMES, ECOSYSTEMS)
    return Assessment(**{"matcher": matcher, "scanners": frozenset(("vuln",)), **changes})


def ids(report):
    return [finding.id for finding in report.findings]


def test_match_and_assess():
    report = report_of(IMAGE, INVENTORY, assessment(), NOW)
    assert sorted(ids(report)) == ["CVE-2026-0001", "CVE-2026-0002"]
    assert report.created == "2026-06-01T12:00:00Z"
    assert report.coverage.verdict == "assessed"
    assert report.verdict.exit_code == 0
    assert report_of(IMAGE, INVENTORY, assessment(policy=Policy(fail_on=(read_gate("high"),))), NOW).verdict.passed is False


def test_without_a_database_no_report_passes():
    report = report_of(IMAGE, INVENTORY, Assessment(scanners=frozenset(("vuln",))), NOW)
    assert (report.findings, report.verdict.passed, report.verdict.exit_code) == ((), False, 3)
    assert report.coverage.verdict == "not_assessed"


def test_vulnerabilities_that_were_not_asked_for_are_not_missing():
    report = report_of(IMAGE, INVENTORY, Assessment(scanners=frozenset(("secret",))), NOW)
    assert (report.verdict.exit_code, [reason.code for reason in report.coverage.reasons]) == (0, ["not_asked"])


def test_secrets_of_the_configuration():
    image = replace(IMAGE, config=ImageConfig(env=("TOKEN=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",)))
    assert ids(report_of(image, INVENTORY, Assessment(scanners=frozenset(("secret",))), NOW)) == [
        "github-personal-access-token"
    ]
    assert ids(report_of(image, INVENTORY, Assessment(scanners=frozenset(("config",))), NOW)) == []


def test_checks_of_the_image():
    report = report_of(IMAGE, INVENTORY, Assessment(scanners=frozenset(("config",)), checks=(CHECK,)), NOW)
    assert [(finding.id, finding.location.path) for finding in report.findings] == [("IMG-999", "etc/x")]
    assert check_image(IMAGE, INVENTORY, (), NOW.date(), "") == Outcome()


def test_gates_pass_over_layers_of_the_base_that_was_named():
    gate = Policy(fail_on=(read_gate("critical"),), exclude_base=True)
    base = BaseImage("debian:12", None, 1, "known layers")
    inside = report_of(IMAGE, INVENTORY, assessment(policy=gate, base=base), NOW)
    assert (inside.base, inside.base_excluded) == (base, True)
    assert [rule.passed for rule in inside.verdict.rules if rule.rule.startswith("fail-on")] == [True]
    outside = report_of(IMAGE, INVENTORY, assessment(policy=gate), NOW)
    assert [rule.passed for rule in outside.verdict.rules if rule.rule.startswith("fail-on")] == [False]


def test_vex_in_the_image_counts_if_the_user_wants_it(monkeypatch):
    asked = []
    monkeypatch.setattr(pipeline, "stated_inside", lambda inventory: asked.append(1) or ())
    report_of(IMAGE, INVENTORY, assessment(), NOW)
    assert asked == []
    report_of(IMAGE, INVENTORY, assessment(policy=Policy(image_vex=True)), NOW)
    assert asked == [1]


def test_the_line_of_the_dockerfile_that_installs_a_package():
    dockerfile = read_dockerfile("FROM debian:12\nRUN pip install django==4.2.1\n", "Dockerfile")
    image = replace(IMAGE, layers=(LAYERS[0], replace(LAYERS[1], instruction=Location("Dockerfile", 2, 2))))
    report = report_of(image, INVENTORY, assessment(dockerfile=dockerfile), NOW)
    lines = {finding.id: finding.location.line if finding.location else None for finding in report.findings}
    assert lines == {"CVE-2026-0001": None, "CVE-2026-0002": 2}


def test_an_archive_that_gave_nothing_is_a_reason():
    report = report_of(IMAGE, INVENTORY, assessment(unread_archives=("it is gone",)), NOW)
    assert "unread_archive" in {reason.code for reason in report.coverage.reasons}


def test_old_data_fails_a_gate_unless_its_age_is_allowed():
    gate = Policy(fail_on=(read_gate("kev"),))
    late = datetime(2026, 12, 1, tzinfo=UTC)
    codes = [
        {
            reason.code
            for reason in report_of(IMAGE, INVENTORY, assessment(policy=gate, max_age_days=days), late).coverage.reasons
        }
        for days in (14, None)
    ]
    assert codes[0] - codes[1]


@pytest.mark.parametrize(("vendor", "expected"), [("unknown", "distribution"), ("third_party", "third_party")])
def test_a_known_vendor_stays(vendor, expected):
    package = replace(deb(), vendor=vendor)
    assert with_vendors(Inventory(DEBIAN, (package,))).packages[0].vendor == expected


def test_build_steps_are_shown_without_their_secrets():
    step = "RUN |1 DB_PASSWORD=correcthorse /bin/sh -c make"
    image = replace(IMAGE, layers=(replace(LAYERS[0], created_by=step),))
    shown = {
        scanner: report_of(image, INVENTORY, Assessment(scanners=frozenset((scanner,))), NOW).image.layers[0].created_by
        for scanner in ("secret", "config")
    }
    assert shown == {"secret": "RUN |1 DB_PASSWORD=…(redacted) /bin/sh -c make", "config": step}
