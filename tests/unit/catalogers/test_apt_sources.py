"""The archives that an image names as the origin of its packages."""

import pytest
from tests.support.reading import MemoryFile

from careen.catalogers.apt_sources import read
from careen.model.inventory import PackageArchive

LINES = """# deb http://commented.example/debian bookworm main
deb [arch=amd64 signed-by=/x.gpg] https://mirror.example/debian/ bookworm main contrib # main
deb-src https://mirror.example/debian bookworm-updates main
deb cdrom:[Debian GNU/Linux 12]/ bookworm main
deb file:/srv/debian bookworm main
deb http://user:secret@mirror.example/debian bookworm main
deb http://[::1]/debian bookworm main
deb http://mirror.example:8080 ./
deb
"""
PARAGRAPHS = """# the security updates
Types: deb
URIs: http://mirror.example/debian-security ftp://mirror.example/
Suites: bookworm-security trixie-security
Components: main

Types: deb deb-src
URIs: https://mirror.example/off
Suites: bookworm
Enabled: no
"""


def found(path, text):
    return list(read(MemoryFile(path, text if isinstance(text, bytes) else text.encode())))


def test_lines():
    assert found("etc/apt/sources.list", LINES) == [
        PackageArchive("https://mirror.example/debian", ("bookworm", "bookworm-updates")),
        PackageArchive("http://mirror.example:8080", ("./",)),
    ]


def test_paragraphs():
    assert found("etc/apt/sources.list.d/debian.sources", PARAGRAPHS) == [
        PackageArchive("http://mirror.example/debian-security", ("bookworm-security", "trixie-security"))
    ]


@pytest.mark.parametrize("data", [b"", b"\xff\0deb", b"deb [" * 1000, b"deb http://" + b"a" * 600 + b" x y"])
def test_files_without_an_archive(data):
    assert found("etc/apt/sources.list", data) == []


def test_their_number_is_bounded():
    with pytest.raises(ValueError, match="100 archives"):
        found("etc/apt/sources.list", "".join(f"deb http://h{number}.example/ s c\n" for number in range(200)))
