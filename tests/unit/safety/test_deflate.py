import sys
import zlib

import pytest

from careen.safety.deflate import deflated, inflated

DATA = b"runtime.main\0" * 1000


@pytest.mark.parametrize("missing", [(), ("isal", "isal.igzip_lib")], ids=["isal", "zlib"])
def test_what_one_library_writes_the_other_reads(monkeypatch, missing):
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    small = deflated(DATA)
    assert len(small) < len(DATA) // 10
    assert zlib.decompress(small) == inflated(small) == DATA
    with pytest.raises(ValueError):
        inflated(small[:-8] + b"12345678")
