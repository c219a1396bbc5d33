import pytest
from msgspec.structs import replace

from careen.app.platforms import reports_of
from careen.app.session import Session
from careen.config import Settings
from careen.errors import InputError, UsageError
from tests.support.images import make_image, make_index, make_layer, write_oci_layout


def image(platform, name):
    return make_image([make_layer({"etc/os-release": f"ID={name}\n".encode()})], platform=platform)


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Settings(cache_dir=tmp_path / "cache", offline=True, refresh="never", scanners=("config",), all_platforms=True)


def scan(settings):
    with Session(settings) as session:
        return reports_of("./layout", session, settings, lambda *_: None)


def test_a_report_for_each_platform_with_the_state_of_all(settings, tmp_path):
    images = [image("linux/amd64", "debian"), image("linux/arm64", "alpine")]
    write_oci_layout(tmp_path / "layout", make_index(images, attestations=False))
    reports = scan(settings)
    assert [str(report.image.platform) for report in reports] == ["linux/amd64", "linux/arm64"]
    for report in reports:
        assert [state.platform for state in report.verdict.platforms] == ["linux/amd64", "linux/arm64"]


@pytest.mark.parametrize("other", ["linux/amd64", "Linux/x86_64"])  # engines take both for the same
def test_two_images_for_one_platform_leave_the_verdict_incomplete(settings, tmp_path, other):
    images = [image("linux/amd64", "debian"), image(other, "alpine")]
    write_oci_layout(tmp_path / "layout", make_index(images, attestations=False))
    [report] = scan(settings)
    assert report.verdict.exit_code == 3
    assert "by its digest" in report.verdict.platforms[1].reason


def test_without_a_choice_there_is_one_report(settings, tmp_path):
    write_oci_layout(tmp_path / "layout", image("linux/amd64", "debian"))
    assert len(scan(settings)) == 1
    assert len(scan(replace(settings, all_platforms=False, platform="linux/amd64"))) == 1


def test_errors(settings, tmp_path):
    with pytest.raises(UsageError, match="exclude each other"):
        scan(replace(settings, platform="linux/amd64"))
    with pytest.raises(InputError):
        scan(settings)
