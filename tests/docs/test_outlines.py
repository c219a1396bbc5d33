"""What catalogers want, as it is known before they are imported, is what they say themselves."""

import os

import pytest

from careen.app import outlines
from careen.plugins import Cataloger, load


def test_the_outlines_are_those_of_the_catalogers(update):
    if update:
        outlines.OUTLINES.write_bytes(outlines.outlines())
    assert outlines.OUTLINES.read_bytes() == outlines.outlines(), "make golden writes them"


@pytest.fixture
def later(tmp_path, monkeypatch):
    """The catalogers with a file of outlines made now, of another module than the real one."""
    place = tmp_path / "outlines.json"
    place.write_bytes(outlines.OUTLINES.read_bytes())
    monkeypatch.setattr(outlines, "OUTLINES", place)
    return place


def test_all_are_there_and_most_of_them_later(later):
    whole = load("careen.catalogers", "CATALOGER", Cataloger)
    found = outlines.catalogers()
    assert [one.name for one in found] == [one.name for one in whole]
    assert sum(one.whole is not None for one in found) > len(whole) - 5
    for one, real in zip(found, whole, strict=True):
        assert [reader.wants for reader in one.readers] == [reader.wants for reader in real.readers]
        assert (one.ecosystem, one.join is None, one.owns is None) == (real.ecosystem, real.join is None, real.owns is None)
        assert one is real or one.whole() is real


def test_one_that_was_edited_since_speaks_for_itself(later):
    long_ago = os.stat(outlines.__file__).st_mtime - 1e9
    os.utime(later, (long_ago, long_ago))
    assert all(one.whole is None for one in outlines.catalogers())


@pytest.mark.parametrize("content", [None, b"", b"[{}]", b'[{"module": 1}]'])
def test_without_outlines_all_are_imported(later, content):
    later.write_bytes(content) if content is not None else later.unlink()
    assert outlines.catalogers() == load("careen.catalogers", "CATALOGER", Cataloger)
