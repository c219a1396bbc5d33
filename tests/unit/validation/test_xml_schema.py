import pytest

pytest.importorskip("lxml")

from tests.support.valid_documents import cyclonedx_xml

from careen.errors import UsageError
from careen.validation import xml_schema
from careen.validation.xml_schema import MAX_DEPTH, root_of, xml_problems


def found(data):
    return list(xml_problems("cyclonedx-xml", "bom-1.6.xsd", data))


def test_the_root_is_that_of_the_document():
    assert root_of(cyclonedx_xml()) == ("http://cyclonedx.org/schema/bom/1.6", "bom")


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("<component><name>x</name></component>", "Element 'component': The attribute 'type' is required but missing."),
        ('<component type="library"/>', "Element 'component': Missing child element(s). Expected is one of ( supplier, "),
        ('<component type="x"><name>x</name></component>', "Element 'component', attribute 'type': [facet 'enumeration']"),
    ],
)
def test_a_problem_has_its_line(inside, message):
    problem = found(cyclonedx_xml(inside=inside))[0]
    assert problem.place == "line 5"
    assert problem.message.startswith(message)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "document type"),
        (b"<a>" * (MAX_DEPTH + 2), "levels"),
        (b"<a", "not XML"),
    ],
)
def test_what_could_expand_or_is_too_deep_is_refused(data, reason):
    with pytest.raises(ValueError, match=reason):
        root_of(data)


def test_what_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr(xml_schema, "find_spec", lambda name: None)
    xml_schema._schema.cache_clear()
    with pytest.raises(UsageError, match="lxml"):
        found(cyclonedx_xml())
