import io
import struct

import pytest
from tests.support import rpmdb

from careen.catalogers.rpm.ndb import blobs
from careen.formats.packages.rpm_header import read_header

HEADERS = [rpmdb.package(f"p{n}", files=[f"/usr/bin/{n}"] * n) for n in range(1, 6)]


def names(content):
    faults = []
    return [read_header(blob).name for blob in blobs(io.BytesIO(content), faults)], faults


def test_packages():
    assert names(rpmdb.ndb(HEADERS)) == (["p1", "p2", "p3", "p4", "p5"], [])


def test_free_slots_are_skipped():
    content = bytearray(rpmdb.ndb(HEADERS))
    struct.pack_into("<III", content, 32 + 16 + 4, 0, 0, 0)
    assert names(bytes(content)) == (["p1", "p3", "p4", "p5"], [])


@pytest.mark.parametrize(("at", "value"), [(4, 99), (8, 1 << 20), (8, 257), (12, 1)])
def test_a_slot_that_points_astray_costs_its_package(at, value):
    content = bytearray(rpmdb.ndb(HEADERS))
    struct.pack_into("<I", content, 32 + 16 + at, value)
    found, faults = names(bytes(content))
    assert found == ["p1", "p3", "p4", "p5"]
    assert len(faults) == 1


def test_slots_that_share_a_blob_end_soon():
    content = bytearray(rpmdb.ndb(HEADERS))
    slot = content[32:48]
    content[32:4096] = slot * (4064 // 16)
    found, faults = names(bytes(content))
    assert len(found) < 60
    assert faults == ["packages that overlap"]


@pytest.mark.parametrize(
    "content", [b"", b"RpmP", bytes(64), b"RpmP" + struct.pack("<7I", 1, 0, 1, 0, 0, 0, 0), rpmdb.ndb(HEADERS)[:4000]]
)
def test_nonsense_is_refused(content):
    with pytest.raises(ValueError):
        names(content)
