"""Paths of a host."""

import pytest

from careen.formats.services.host_path import is_sensitive, plain


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("//etc", "/etc"),
        ("/./etc/", "/etc"),
        ("/srv/../etc", "/etc"),
        ("/../..", "/"),
        ("/", "/"),
        ("//", "/"),
        ("./data/", "./data"),
        ("~/.ssh/", "~/.ssh"),
        ("", "/"),
    ],
)
def test_the_plain_form(path, expected):
    assert plain(path) == expected


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/etc", "/etc/shadow", "/usr/local/bin", "/etc/localtimes", "/etc/timezone/x"),
        *(
            "~",
            "~/.ssh",
            "~deploy/.aws",
            "$HOME/.kube",
            "${HOME}/.docker/config.json",
            "/home/a/.ssh/id_rsa",
            "/home",
            "/Users/a",
        ),
    ],
)
def test_what_is_sensitive(path):
    assert is_sensitive(path)


@pytest.mark.parametrize(
    "path",
    [
        "/srv",
        "/etc/localtime",
        "/usr/share/zoneinfo/UTC",
        "/run/docker.sock",
        "~/app",
        "/home/a/app",
        "./.ssh",
        "/etcetera",
        "/opt",
    ],
)
def test_what_is_not(path):
    assert not is_sensitive(path)
