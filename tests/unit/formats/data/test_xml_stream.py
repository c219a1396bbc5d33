import bz2
import gzip

import pytest

from careen.formats.data.xml_stream import elements, elements_of

TEXT = b'<r xmlns:x="urn:x"><x:a id="1"><b>one</b><c><b>two</b></c></x:a><d/><x:a id="2"> text </x:a></r>'


def read(tmp_path, data, names=("a",), limit=1 << 20):
    (tmp_path / "file").write_bytes(data)
    return list(elements(tmp_path / "file", frozenset(names), limit))


@pytest.mark.parametrize("stored", [TEXT, gzip.compress(TEXT, mtime=0), bz2.compress(TEXT)])
def test_one_small_tree_after_another(tmp_path, stored):
    first, second = read(tmp_path, stored)
    assert (first.attributes, second.text.strip()) == ({"id": "1"}, "text")
    assert [one.text for one in first.below("b")] == ["one", "two"]
    assert (first.value("c", "b"), first.value("c", "absent")) == ("two", "")


@pytest.mark.parametrize(
    "data",
    [
        b"<a><b></a>",
        b"<a>",
        b"no xml",
        b"",
        b'<!DOCTYPE r [<!ENTITY x "y">]><r><a>&x;</a></r>',
        b"<r>" + b"<n>" * 100 + b"</n>" * 100 + b"</r>",
        gzip.compress(TEXT, mtime=0)[:-20],
    ],
)
def test_other_data_is_a_value_error(tmp_path, data):
    with pytest.raises(ValueError, match=r"XML|early"):
        read(tmp_path, data)


def test_the_inflated_size_is_bounded(tmp_path):
    with pytest.raises(ValueError, match="inflates to more than"):
        read(tmp_path, gzip.compress(b"<r>" + b" " * (3 << 20) + b"</r>"), limit=1 << 20)


def test_a_dtd_that_is_elsewhere_is_named_and_not_fetched(tmp_path):
    named = b'<!DOCTYPE r SYSTEM "http://elsewhere.example/r.dtd"><r><a>1</a></r>'
    assert [one.text for one in elements_of(named, frozenset("a"))] == ["1"]
    outside = b'<!DOCTYPE r [<!ENTITY more SYSTEM "file:///etc/passwd">]><r><a>1</a>&more;</r>'
    assert [one.text for one in elements_of(outside, frozenset("a"))] == ["1"]
    file = tmp_path / "feed"
    file.write_bytes(outside)
    assert [one.text for one in elements(file, frozenset("a"), 1000, named_dtd=True)] == ["1"]
    with pytest.raises(ValueError, match="DTD"):
        list(elements(file, frozenset("a"), 1000))


@pytest.mark.parametrize("declared", [b'<!ENTITY x "y">', b"<!ENTITY % p 'q'>", b"<!ENTITY % p SYSTEM 'q'>"])
def test_entities_of_its_own_are_refused(declared):
    with pytest.raises(ValueError, match="declares entities"):
        elements_of(b"<!DOCTYPE r [" + declared + b"]><r><a>1</a></r>", frozenset("a"))


def test_an_unknown_encoding(tmp_path):
    file = tmp_path / "feed"
    file.write_bytes(b'<?xml version="1.0" encoding="utf-08"?><r/>')
    with pytest.raises(ValueError, match="well-formed"):
        list(elements(file, frozenset("r"), 1000))
