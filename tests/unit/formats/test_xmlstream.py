import bz2
import gzip

import pytest

from careen.formats.xmlstream import elements

TEXT = b'<r xmlns:x="urn:x"><x:a id="1"><b>one</b><c><b>two</b></c></x:a><d/><x:a id="2"> text </x:a></r>'


def read(tmp_path, data, names=("a",), limit=1 << 20):
    (tmp_path / "file").write_bytes(data)
    return list(elements(tmp_path / "file", frozenset(names), limit))


@pytest.mark.parametrize("stored", [TEXT, gzip.compress(TEXT), bz2.compress(TEXT)])
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
        gzip.compress(TEXT)[:-20],
    ],
)
def test_what_is_no_plain_xml_is_a_value_error(tmp_path, data):
    with pytest.raises(ValueError, match=r"XML|early"):
        read(tmp_path, data)


def test_the_inflated_size_is_bounded(tmp_path):
    with pytest.raises(ValueError, match="inflates to more than"):
        read(tmp_path, gzip.compress(b"<r>" + b" " * (3 << 20) + b"</r>"), limit=1 << 20)
