from careen.formats.data.xml_tree import xml_tree
from careen.validation.by_schema import from_xml, typed

SCHEMA = {
    "properties": {
        "name": {"type": "string"},
        "yes": {"type": "boolean"},
        "number": {"type": "integer"},
        "list": {"type": "array", "items": {"properties": {"yes": {"type": "boolean"}}}},
    }
}


def test_texts_get_the_type_of_the_schema():
    value = {"name": "true", "yes": "true", "number": "-7", "list": [{"yes": "false"}], "other": "1"}
    assert typed(SCHEMA, value) == {"name": "true", "yes": True, "number": -7, "list": [{"yes": False}], "other": "1"}


def test_what_does_not_fit_stays_as_it_is():
    assert typed(SCHEMA, {"yes": "perhaps", "number": "1.5"}) == {"yes": "perhaps", "number": "1.5"}


def test_an_element_repeated_is_a_list():
    root = xml_tree(b"<a><name>x</name><list><yes>true</yes></list><list><yes>false</yes></list><other>1</other></a>")
    assert from_xml(SCHEMA, root) == {"name": "x", "list": [{"yes": True}, {"yes": False}], "other": "1"}
    assert from_xml(SCHEMA, xml_tree(b"<a><name>x</name><name>y</name></a>")) == {"name": ["x"]}
