import pytest

from careen.errors import UsageError
from careen.images.platforms import host_platform, parse_platform
from careen.model.image import Platform


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("linux/amd64", Platform("linux", "amd64")),
        ("linux/arm/v7", Platform("linux", "arm", "v7")),
        ("linux/arm/7", Platform("linux", "arm", "v7")),
        ("Linux/ARM64/v8", Platform("linux", "arm64", "v8")),
        ("linux/x86_64", Platform("linux", "amd64")),
        ("linux/aarch64", Platform("linux", "arm64")),
        ("arm64", Platform("linux", "arm64")),
        ("armhf", Platform("linux", "arm", "v7")),
        ("windows/amd64", Platform("windows", "amd64")),
    ],
)
def test_platforms_are_read(text, platform):
    assert parse_platform(text) == platform


@pytest.mark.parametrize("text", ["", "/", "linux/", "linux//v7", "a/b/c/d", "amd46", "linux/am d64", "linux/../x", "é/é"])
def test_an_invalid_platform_is_refused(text):
    with pytest.raises(UsageError) as caught:
        parse_platform(text)
    assert caught.value.exit_code == 2
    assert "linux/amd64" in caught.value.hint


@pytest.mark.parametrize(
    ("machine", "platform"),
    [
        ("x86_64", Platform("linux", "amd64")),
        ("AMD64", Platform("linux", "amd64")),
        ("arm64", Platform("linux", "arm64")),
        ("aarch64", Platform("linux", "arm64")),
        ("armv7l", Platform("linux", "arm", "v7")),
        ("i686", Platform("linux", "386")),
        ("s390x", Platform("linux", "s390x")),
    ],
)
@pytest.mark.parametrize("system", ["Linux", "Darwin", "Windows"])
def test_the_host_is_linux_everywhere(monkeypatch, machine, platform, system):
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("platform.system", lambda: system)
    assert host_platform() == platform
    assert parse_platform("linux") == platform
