import pytest
from tests.support.reading import read_files

from careen.catalogers.dpkg import CATALOGER
from careen.formats.packages import unreadable_parts
from careen.model.package import Source

STATUS = """\
Package: openssl
Status: install ok installed
Architecture: amd64
Version: 3.0.11-1
{second}

Package: bash
Status: install ok installed
Architecture: amd64
Version: 5.2.15-2
"""


@pytest.mark.parametrize(
    "second", ["Version: 9.9", "version: 9.9", "Version: 3.0.11-1", "Package: nothing", "Status: deinstall ok config-files"]
)
def test_a_field_that_dpkg_refuses_to_read_twice_is_reported(second: str) -> None:
    found = read_files(CATALOGER, {"var/lib/dpkg/status": STATUS.format(second=second).encode()})
    assert {(one.name, one.version) for one in found.packages} == {("openssl", "3.0.11-1"), ("bash", "5.2.15-2")}
    [unknown] = found.unknowns
    assert second.partition(":")[0] in unknown.reason
    assert not read_files(CATALOGER, {"var/lib/dpkg/status": STATUS.format(second="Section: x").encode()}).unknowns


def of_state(line: str) -> tuple[set[str], int]:
    text = STATUS.format(second="Section: x").replace("Status: install ok installed", line, 1)
    found = read_files(CATALOGER, {"var/lib/dpkg/status": text.encode()})
    return {one.name for one in found.packages}, len(found.unknowns)


@pytest.mark.parametrize(
    ("line", "is_there", "is_reported"),
    [
        ("Status: install ok Installed", True, False),
        ("Status: install\tok\tinstalled", True, False),
        ("Status: install reinstreq half-configured", True, False),
        ("Status: deinstall ok config-files", False, False),
        ("Status: purge ok Not-Installed", False, False),
        ("Status: install ok instaled", True, True),  # dpkg refuses the whole file
        ("Status: install ok\n installed", True, True),
        ("Status:", True, True),
        ("Status: install ok installed config-files", True, True),
        ("Status : install ok installed", True, False),
    ],
)
def test_only_a_known_state_hides_a_package(line: str, is_there: bool, is_reported: bool) -> None:
    assert of_state(line) == ({"openssl", "bash"} if is_there else {"bash"}, is_reported)


def test_names_are_in_lower_case_as_dpkg_reads_them() -> None:
    text = "Package : OpenSSL\nStatus: install ok installed\nVersion: 3.0RC1\nSource: OpenSSL (3.0RC1)\n"
    [found] = read_files(CATALOGER, {"var/lib/dpkg/status": text.encode()}).packages
    assert (found.name, found.version, found.source) == ("openssl", "3.0RC1", Source("openssl", "3.0RC1"))


def test_an_update_that_is_not_in_the_status_file_yet_is_read() -> None:
    new = "Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:1.3\n"
    files = {"var/lib/dpkg/status": STATUS.format(second="Section: x").encode(), "var/lib/dpkg/updates/0001": new.encode()}
    found = read_files(CATALOGER, files | {"var/lib/dpkg/updates/tmp.i": new.replace("zlib1g", "half-written").encode()})
    assert {one.name for one in found.packages} == {"openssl", "bash", "zlib1g"}
    assert found.unknowns == []


def test_what_is_too_long_to_be_read_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    text = STATUS.format(second="Section: x").encode()
    for size in (len(text), len(text) + 1):
        monkeypatch.setattr(unreadable_parts, "MAX_BYTES", size)
        assert read_files(CATALOGER, {"var/lib/dpkg/status": text}).unknowns == []
    monkeypatch.setattr(unreadable_parts, "MAX_BYTES", text.index(b"Package: bash"))
    found = read_files(CATALOGER, {"var/lib/dpkg/status": text})
    assert [one.name for one in found.packages] == ["openssl"]
    [unknown] = found.unknowns
    assert "the rest was not read" in unknown.reason
