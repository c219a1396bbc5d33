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
