import pytest
from tests.support.reading import read_files

from careen.catalogers.opkg import CATALOGER

STATUS = """\
Package: busybox
Version: 1.36.1
{status}

Package: dropbear
Version: 2022.83
Status: install user installed
"""


@pytest.mark.parametrize(
    ("status", "is_there", "is_reported"),
    [
        ("Status: install user installed", True, False),
        ("Status: install user half-configured", True, False),
        ("Status: deinstall ok not-installed", False, False),
        ("Status: install user something", True, True),
        ("Status: install user installed not-installed", True, False),
        ("Architecture: mips", True, True),
    ],
)
def test_only_a_known_state_hides_a_package(status, is_there, is_reported):
    found = read_files(CATALOGER, {"usr/lib/opkg/status": STATUS.format(status=status).encode()})
    assert {one.name for one in found.packages} == ({"busybox", "dropbear"} if is_there else {"dropbear"})
    assert len(found.unknowns) == is_reported
