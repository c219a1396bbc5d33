import pytest

from careen.formats.data.xml_parser import read_xml


def events(data, **options):
    seen = []
    read_xml(data, lambda name, given: seen.append((name, given)), lambda name: seen.append(f"/{name}"), seen.append, **options)
    return seen


def test_a_document_in_its_order():
    assert events(b'<a x="1">t<b/>u &amp; v</a>') == [("a", {"x": "1"}), "t", ("b", {}), "/b", "u & v", "/a"]


def test_names_with_their_space_or_their_prefix():
    data = b'<p:a xmlns:p="urn:x"/>'
    assert events(data)[1] == "/p:a"
    assert events(data, separator=" ")[1] == "/urn:x a"


@pytest.mark.parametrize(
    "data",
    [b"", b"<a>", b"text", b"<a/><b/>", b'<?xml version="1.0" encoding="none-such"?><a/>', b"<!DOCTYPE a><a/>",
     b'<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'],
)  # fmt: skip
def test_anything_else_is_refused(data):
    with pytest.raises(ValueError, match="XML"):
        events(data)
