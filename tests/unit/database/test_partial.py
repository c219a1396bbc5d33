"""A part that somebody removes or cuts while it is written is never taken for whole."""

import pytest

from careen.database.partial import Version, partial_of
from careen.database.workers import Gate


@pytest.mark.parametrize("harm", ["removed", "cut"])
@pytest.mark.parametrize("last", ["write", "finish"])
def test_a_part_without_its_head_is_refused(tmp_path, harm, last):
    part = partial_of(tmp_path, "https://x.test/y", "y", Gate())
    part.begin(Version("https://x.test/y", validator='"1"'), keep=True)
    part.write(b"head")
    if harm == "removed":
        part.data.unlink()
    else:
        part.data.write_bytes(b"he")
    with pytest.raises(OSError):
        part.write(b"tail") if last == "write" else part.finish()
    assert not part.whole
