"""A Session over a list of packages and private advisories: no network, no image."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from careen.app.session import Session, report_or_scan
from careen.config import Settings
from careen.errors import DatabaseError, InputError, UsageError
from careen.formats.scans.other_scan import read_other
from tests.support.images import make_image, make_layer, write_docker_archive
from tests.unit.layers.test_integrity import OTHER, PROGRAM, debian

PACKAGES = "pkg:pypi/django@3.2.0\npkg:pypi/requests@2.31.0\n"
RECORD = {
    "id": "CVE-2030-0001",
    "modified": "2030-01-01T00:00:00Z",
    "summary": "made up",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "django"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.2.9"}]}],
        }
    ],
}


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "advisories").mkdir()
    (tmp_path / "advisories" / "one.json").write_text(json.dumps(RECORD))
    (tmp_path / "list.purls").write_text(PACKAGES)
    return Settings(cache_dir=tmp_path / "cache", offline=True, advisories=tmp_path / "advisories", refresh="never")


def test_a_scan(settings):
    with Session(settings) as session:
        report = session.scan("./list.purls")
        again = session.scan("./list.purls")
    assert [(finding.id, finding.package_name, finding.fix.versions) for finding in report.findings] == [
        ("CVE-2030-0001", "django", ("3.2.9",))
    ]
    assert (report.image.kind, report.image.opened) == ("sbom", "sbom:list.purls")
    assert again.findings == report.findings


def test_without_any_advisories_nothing_passes(settings):
    with Session(replace(settings, advisories=None)) as session:
        report = session.scan("./list.purls")
        with pytest.raises(DatabaseError, match="no advisory database"):
            session.fix("./list.purls")
    assert (report.verdict.exit_code, report.verdict.passed, report.database) == (3, False, None)
    with Session(replace(settings, advisories=None, scanners=("secret",))) as session:
        report = session.scan("./list.purls")
    assert (report.verdict.exit_code, [reason.code for reason in report.coverage.reasons]) == (0, ["not_asked", "sbom_only"])


@pytest.mark.parametrize("gate", ["secret", "config:high", "integrity", "kev,secret:low"])
def test_a_condition_that_an_sbom_cannot_meet_is_an_error(settings, gate):
    with Session(replace(settings, fail_on=(gate,))) as session, pytest.raises(UsageError, match="an SBOM contains no files"):
        session.scan("./list.purls")


@pytest.mark.parametrize(("licence", "code"), [("GPL-3.0-only", 1), ("MIT", 0)])
def test_a_condition_about_licences_looks_at_those_that_an_sbom_states(settings, licence, code):
    component = {
        "type": "library",
        "name": "x",
        "version": "1",
        "purl": "pkg:npm/x@1",
        "licenses": [{"license": {"id": licence}}],
    }
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [component]}
    Path("bom.json").write_text(json.dumps(document))
    asked = replace(settings, scanners=("licence",), licence_deny=("GPL-*",), fail_on=("licence",))
    with Session(asked) as session:
        assert session.scan("./bom.json").verdict.exit_code == code


def test_licences_without_a_rule_about_them_are_a_warning(settings, caplog):
    Session(replace(settings, scanners=("licence",), licence_deny=("AGPL-*",))).__exit__()
    assert caplog.text == ""
    Session(replace(settings, scanners=("licence",))).__exit__()
    assert "no licence can be a finding without --licence-deny" in caplog.text


def test_an_sbom_without_any_licence_passes_no_condition_about_them(settings):
    asked = replace(settings, scanners=("licence",), fail_on=("licence",))
    with Session(asked) as session, pytest.raises(UsageError, match="this SBOM states no licence"):
        session.scan("./list.purls")


@pytest.mark.parametrize(("gate", "code"), [("high", 3), ("any:low", 3), ("vulnerability", 3)])
def test_a_condition_that_counts_vulnerabilities_is_not(settings, gate, code):
    with Session(replace(settings, fail_on=(gate,))) as session:
        assert session.scan("./list.purls").verdict.exit_code == code


def test_an_explanation_of_what_is_found_and_of_what_is_not(settings):
    with Session(settings) as session:
        found = session.explain("./list.purls", "CVE-2030-0001", "django")[1]
        absent = session.explain("./list.purls", "CVE-2030-0001", "requests")[1]
    assert [explained.outcome for explained in found.of_packages] == ["found"]
    assert [explained.outcome for explained in absent.of_packages] != ["found"]


def test_a_plan_names_the_upgrade_that_fixes(settings):
    with Session(settings) as session:
        report, plan = session.fix("./list.purls")
    assert (plan.before, plan.after) == (len(report.findings), 0)
    assert [(upgrade.package, upgrade.to) for action in plan.actions for upgrade in action.upgrades] == [("django", "3.2.9")]


def test_another_scanners_report_is_compared_while_the_advisories_are_open(settings):
    other = {
        "SchemaVersion": 2,
        "Results": [
            {
                "Type": "pip",
                "Vulnerabilities": [
                    {
                        "VulnerabilityID": "CVE-2030-0002",
                        "PkgName": "requests",
                        "InstalledVersion": "2.31.0",
                        "PkgIdentifier": {"PURL": "pkg:pypi/requests@2.31.0"},
                    }
                ],
            }
        ],
    }
    with Session(settings) as session:
        found = session.reconcile("./list.purls", read_other(json.dumps(other).encode()))
    assert [entry.id for entry in found.theirs] == ["CVE-2030-0002"]
    assert [entry.id for entry in found.ours] == ["CVE-2030-0001"]


def test_with_a_baseline_gates_count_what_is_new(settings, tmp_path):
    (tmp_path / "before.purls").write_text("pkg:pypi/requests@2.31.0\n")
    gate = replace(settings, fail_on=("critical",), unknown_as="critical", db_max_age="off")
    with Session(replace(gate, baseline="./before.purls")) as session:
        assert [finding.change for finding in session.scan("./list.purls").findings] == ["introduced"]
    with Session(replace(gate, baseline="./list.purls")) as session:
        assert [finding.change for finding in session.scan("./list.purls").findings] != ["introduced"]


def test_an_image_is_read_and_each_layer_is_reported_once(settings, tmp_path):
    layers = [make_layer({"etc/os-release": b"ID=debian\nVERSION_ID=12\n"}), make_layer({"etc/hosts": b"x"})]
    write_docker_archive(tmp_path / "image.tar", make_image(layers))
    seen = []
    with Session(settings) as session:
        image, inventory = session.inventory("./image.tar", on_delta=seen.append)
        assert session.inventory(image)[1] == inventory  # from the store: no layer is read
        session.inventory(image, on_delta=seen.append)
    assert len(seen) == 2
    assert inventory.distribution.id == "debian"


def test_a_session_for_another_platform_shares_the_store(settings):
    with Session(replace(settings, all_platforms=True)) as session:
        other = session.on("linux/arm64")
        assert other._settings.platform == "linux/arm64"
        assert (other._settings.all_platforms, session._settings.all_platforms) == (False, True)
        assert other._store is session._store


def test_a_file_with_nothing_to_assess(settings, tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    with Session(settings) as session, pytest.raises(InputError, match="nothing in"):
        session.scan("./notes.txt")


def test_settings_that_make_no_sense_end_before_any_work(settings):
    with pytest.raises(UsageError):
        Session(replace(settings, fail_on=("hgih",)))
    with pytest.raises(UsageError):
        Session(replace(settings, checks_off=("DKR-9999",)))


def test_the_findings_of_a_report_or_of_a_scan(settings, tmp_path):
    scanned = report_or_scan("./list.purls", replace(settings, fail_on=("critical",)))
    assert len(scanned.findings) == 1
    (tmp_path / "broken.json").write_text('{"schema": 1')
    with pytest.raises(InputError, match=r"broken\.json"):
        report_or_scan("./broken.json", settings)


def test_a_list_of_files_compares_programs_whatever_the_scanners_are(settings, tmp_path):
    files = debian({"bin/bash": OTHER}, listed={"bin/bash": PROGRAM})
    write_docker_archive(tmp_path / "image.tar", make_image([make_layer(files)]))
    with Session(replace(settings, scanners=("vuln",))) as session:
        listed, ledger = session.files("./image.tar")
    assert ([file.path for file in listed if file.state == "modified"], ledger.modified) == (["bin/bash"], 1)


def test_a_source_tree_names_the_files_that_another_command_reads(settings, tmp_path):
    shop = tmp_path / "shop"
    (shop / "deploy").mkdir(parents=True)
    (shop / "requirements.txt").write_text("django==3.2.0\n")
    (shop / "deploy" / "Dockerfile").write_text("FROM scratch\n")
    with Session(settings) as session:
        named = [reason for reason in session.scan(str(shop)).coverage.reasons if reason.code == "container_files"]
        (shop / "deploy" / "Dockerfile").unlink()
        without = session.scan(str(shop)).coverage.reasons
    assert [reason.subjects for reason in named] == [("deploy/Dockerfile",)]
    assert "container_files" not in [reason.code for reason in without]
