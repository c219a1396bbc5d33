"""The outlines of catalogers, which are read before their import, equal the catalogers."""

import pytest

from careen import contents
from careen.app import outlines
from careen.plugins import Cataloger, load


def test_the_outlines_are_those_of_the_catalogers(update):
    if update:
        outlines.OUTLINES.write_bytes(outlines.outlines())
    assert outlines.OUTLINES.read_bytes() == outlines.outlines(), "make golden writes them"


@pytest.fixture
def later(tmp_path, monkeypatch):
    """The catalogers with a file of outlines of their own, and notes beside it."""
    place = tmp_path / "outlines.json"
    place.write_bytes(outlines.OUTLINES.read_bytes())
    monkeypatch.setattr(outlines, "OUTLINES", place)
    monkeypatch.setattr(contents, "_note", lambda name: str(tmp_path / "notes" / name))
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


@pytest.fixture
def imported(monkeypatch):
    """How often all catalogers were asked what they want."""
    asked, made = [], outlines.outlines()
    monkeypatch.setattr(outlines, "outlines", lambda: asked.append(1) or made)
    return asked


def of_content(monkeypatch, key, built=False):
    monkeypatch.setattr(outlines, "contents", lambda: contents.Contents({"x.py": key}, built, key))


def test_in_a_source_tree_they_are_compared_once_for_each_content(later, imported, monkeypatch):
    for key, times in (("1", 1), ("1", 1), ("2", 2), ("1", 3), ("1", 3)):  # the last one alone is noted
        of_content(monkeypatch, key)
        assert any(one.whole for one in outlines.catalogers())
        assert len(imported) == times


def test_as_they_were_built_they_are_not_compared(later, imported, monkeypatch):
    of_content(monkeypatch, "1", built=True)
    assert any(one.whole for one in outlines.catalogers())
    assert not imported


def test_outlines_that_are_not_those_of_the_catalogers_are_never_used(later, imported, monkeypatch):
    of_content(monkeypatch, "1")
    outlines.catalogers()
    later.write_bytes(later.read_bytes().replace(b"dpkg/status", b"dpkg/other1"))
    for _ in range(2):
        assert all(one.whole is None for one in outlines.catalogers())
    assert len(imported) == 3


@pytest.mark.parametrize("content", [None, b"", b"[{}]", b'[{"module": 1}]'])
def test_without_outlines_all_are_imported(later, content):
    later.write_bytes(content) if content is not None else later.unlink()
    assert outlines.catalogers() == load("careen.catalogers", "CATALOGER", Cataloger)
