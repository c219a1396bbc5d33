import pytest

from careen.formats.shell.downloads import checks_file, read_download, runs_input


@pytest.mark.parametrize(
    ("text", "urls", "output", "insecure"),
    [
        ("curl -fsSLo a https://x/a", ("https://x/a",), "a", False),
        ("curl -fsSL https://x/a", ("https://x/a",), "-", False),
        ("curl -LO -k https://x/a", ("https://x/a",), None, True),
        ("curl -H 'A: b' --output=c https://x/a", ("https://x/a",), "c", False),
        ("wget -qO- https://x/a", ("https://x/a",), "-", False),
        ("wget --no-check-certificate https://x/a", ("https://x/a",), None, True),
        ("aria2c -o b --check-certificate=false https://x/a", ("https://x/a",), "b", True),
    ],
)
def test_downloads(text, urls, output, insecure):
    got = read_download(text.replace("'", "").replace("A: b", "A:b").split())
    assert got is not None
    assert (got.urls, got.output, got.insecure) == (urls, output, insecure)


def test_what_downloads_nothing():
    assert read_download(()) is None
    assert read_download(("apt-get", "install", "curl")) is None


@pytest.mark.parametrize(
    "text", ["sha256sum -c -", "sha512sum --check x", "gpg --verify a b", "gpgv a", "cosign verify-blob a"]
)
def test_checks(text):
    assert checks_file(text.split())


@pytest.mark.parametrize("text", ["sha256sum x", "gpg --dearmor", "openssl version", "cat -c"])
def test_no_checks(text):
    assert not checks_file(text.split())


@pytest.mark.parametrize("text", ["sh", "bash -s -- --yes", "bash -", "python3 -", "/bin/sh -eux", "perl", "bash -o pipefail"])
def test_who_runs_what_it_reads(text):
    assert runs_input(text.split())


@pytest.mark.parametrize("text", ["bash x.sh", "bash -c x", "python3 -c x", "tar xz", "node app.js"])
def test_who_does_not(text):
    assert not runs_input(text.split())
