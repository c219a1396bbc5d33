import json

import pytest
from msgspec.structs import replace

from careen.app.checking import check
from careen.config import Settings
from careen.errors import InputError, UsageError

DOCKERFILE = "FROM debian:12\nRUN pip install django==3.2.0\nENV TOKEN=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\n"


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    return Settings(cache_dir=tmp_path / "cache", offline=True, refresh="never")


def kinds(report):
    return {type(finding).__name__ for finding in report.findings}


def test_misconfigurations_secrets_and_what_the_build_installs(settings):
    report = check(["."], settings)
    assert kinds(report) == {"Misconfiguration", "ExposedSecret"}
    assert [package.purl for package in report.inventory.packages] == ["pkg:pypi/django@3.2.0"]
    assert "no_database" in {reason.code for reason in report.coverage.reasons}
    assert (report.image.reference, report.image.kind) == (".", "files")


def test_what_fixes_the_packages_that_a_build_installs(settings, tmp_path):
    affected = [
        {"package": {"ecosystem": "PyPI", "name": "django"}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
        for events in ([{"introduced": "0"}, {"fixed": "3.2.5"}], [{"introduced": "4.0"}, {"fixed": "4.0.2"}])
    ]
    (tmp_path / "advisories").mkdir()
    (tmp_path / "advisories" / "one.json").write_text(json.dumps({"id": "CVE-2021-1", "affected": affected}))
    report = check(["."], replace(settings, advisories=tmp_path / "advisories"))
    (action,) = report.plan.actions
    assert [(upgrade.package, upgrade.to, upgrade.removes) for upgrade in action.upgrades] == [("django", "3.2.5", 1)]
    assert any(repair.kind == "secret" for repair in report.plan.repairs)


def test_only_what_is_asked_for(settings):
    assert kinds(check(["."], replace(settings, scanners=("secret",)))) == {"ExposedSecret"}
    assert kinds(check(["."], replace(settings, scanners=("config",)))) == {"Misconfiguration"}
    assert check(["."], replace(settings, scanners=("vuln",))).findings == ()


def test_commands_are_checked_as_files(settings):
    report = check([], settings, commands=["docker run --privileged app:1"])
    assert report.image.reference == "--run"
    assert {finding.location.path for finding in report.findings} == {"--run"}


def test_nothing_to_check(settings, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="nothing to check in empty"):
        check(["empty"], settings)


def test_a_wrong_setting_ends_before_files_are_read(settings):
    with pytest.raises(UsageError):
        check(["missing"], replace(settings, checks_on=("DKR-9999",)))


def test_controls_of_a_view(settings):
    report = check(["."], replace(settings, compliance="cis-docker-1.6"))
    assert report.compliance.controls
    assert check(["."], settings).compliance is None
