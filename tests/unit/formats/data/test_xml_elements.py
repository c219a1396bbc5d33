import pytest

from careen.formats.data.xml_elements import MAX_DEPTH, xml_elements


def test_children_before_parents():
    assert list(xml_elements(b'<p xmlns="urn:x"><a k="v"> t <b/> u </a></p>')) == [
        (("p", "a", "b"), {}, ""),
        (("p", "a"), {"k": "v"}, "t  u"),
        (("p",), {"xmlns": "urn:x"}, ""),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a>",
        b"text",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        b"<a>" * (MAX_DEPTH + 1),
        b"<?xml version='1.0' encoding='nothing'?><a/>",
        b"<a>&undefined;</a>",
    ],
)
def test_refused(data):
    with pytest.raises(ValueError):
        xml_elements(data)
