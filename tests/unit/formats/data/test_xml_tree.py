import pytest

from careen.formats.data.xml_tree import NO_ELEMENT, xml_tree

XML = b'<a xmlns:x="urn:x"><b x:id="1"> t </b><x:c><b/></x:c><b><d/></b></a>'


def test_elements_by_name_and_at_any_depth():
    root = xml_tree(XML)
    assert (root.tag, root.first("b").attributes, root.first("b").value) == ("a", {"id": "1"}, "t")
    assert [element.tag for element in root.below()] == ["b", "c", "b", "b", "d"]
    assert root.first("none") is NO_ELEMENT
    assert xml_tree(XML, "urn:y") is NO_ELEMENT


@pytest.mark.parametrize("data", [b"", b"text", b"<a>", b"<!DOCTYPE a><a/>", b"<a>" * 65 + b"</a>" * 65])
def test_anything_else_is_refused(data):
    with pytest.raises(ValueError, match="XML"):
        xml_tree(data)


def test_a_deep_document_is_read_if_the_limit_allows():
    assert len(list(xml_tree(b"<a>" * 400 + b"</a>" * 400, max_depth=512).below())) == 399
