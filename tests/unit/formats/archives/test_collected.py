import pytest

from careen.formats.archives import collected
from careen.formats.archives.collected import Collected


def test_the_whole_file_is_read_at_its_end():
    scanner = Collected(lambda stream: [stream.seek(0), stream.read()])
    for chunk in (b"PK", b"", b"\3\4"):
        scanner.feed(chunk)
    assert list(scanner.facts()) == [0, b"PK\3\4"]


def test_a_file_that_is_too_large(monkeypatch):
    monkeypatch.setattr(collected, "MAX_BYTES", 3)
    scanner = Collected(lambda stream: [])
    scanner.feed(b"abc")
    with pytest.raises(ValueError, match="larger than"):
        scanner.feed(b"d")
