"""The source packages that Chisel's manifest does not name."""

import json

import pytest
from tests.support.reading import read_all

from careen.catalogers.chisel import CATALOGER

WALL = "var/lib/chisel/manifest.wall"


def source_of(name, version):
    lines = [{"jsonwall": "1.0", "schema": "1.0"}, {"kind": "package", "name": name, "version": version, "arch": "amd64"}]
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    (package,) = read_all(CATALOGER, {WALL: data})
    return (package.source.name, package.source.version) if package.source else None


@pytest.mark.parametrize(
    ("name", "version", "source"),
    [
        ("libssl3t64", "3.0.13-0ubuntu3.4", "openssl"),
        ("zlib1g", "1:1.3.dfsg-3.1ubuntu2", "zlib"),
        ("libstdc++6", "14-20240412-0ubuntu1", "gcc-14"),
        ("libpq5", "16.4-0ubuntu0.24.04.2", "postgresql-16"),
        ("libpython3.12-stdlib", "3.12.3-1ubuntu0.5", "python3.12"),
        ("python3.12-minimal", "3.12.3-1ubuntu0.5", "python3.12"),
        ("aspnetcore-runtime-8.0", "8.0.11-0ubuntu1~24.04.1", "dotnet8"),
        ("openjdk-17-jre-headless", "17.0.13+11-2ubuntu1~24.04", "openjdk-17"),
    ],
)
def test_the_source_of_a_usual_package(name, version, source):
    assert source_of(name, version) == (source, version)


def test_a_package_of_the_name_of_its_source():
    assert source_of("openssl", "3.0.13-0ubuntu3.4") is None
    assert source_of("libssl", "1") is None
