import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.valid_documents import cyclonedx, cyclonedx_xml, every

pytest.importorskip("jsonschema_rs")
pytest.importorskip("lxml")

from careen.validation.document import KINDS, MAX_BYTES, validate

DOCUMENTS = every()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_valid_document_says_what_it_is(name):
    kind, syntax = name.split(" ", 1)
    found = validate(DOCUMENTS[name])
    assert (found.kind, found.syntax, found.problems) == (kind, syntax, ())


def test_every_kind_is_recognised():
    assert {name.split()[0] for name in DOCUMENTS} == set(KINDS)


def test_a_kind_that_is_given_is_not_guessed():
    assert validate(b'{"digest": "x"}', "oci-descriptor").problems
    with pytest.raises(ValueError, match="unknown kind of document"):
        validate(b'{"digest": "x"}')


@pytest.mark.parametrize(
    "data", [b"", b"null", b"[]", b"{}", b"hello", b"<a/>", b"{" * 9, b"[" * 100_000, b"\0\1", b'{"a":' * 100_000]
)
def test_what_is_no_document_is_one_clear_error(data):
    with pytest.raises(ValueError) as refused:
        validate(data)
    assert str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_document_is_bounded():
    with pytest.raises(ValueError, match="over 64 MiB"):
        validate(b" " * (MAX_BYTES + 1))
    deep = b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "x": ' + b"[" * 250 + b"]" * 250 + b"}"
    with pytest.raises(ValueError, match="nested"):
        validate(deep)


def test_of_a_large_document_some_problems_are_named():
    components = [{"type": "library", "name": str(number)} for number in range(20_000)]
    assert validate(json.dumps(cyclonedx(components=components)).encode()).valid
    components[3]["type"] = "x"
    assert [problem.place for problem in validate(json.dumps(cyclonedx(components=components)).encode()).problems] == [
        "/components/3/type"
    ]
    components[3]["type"], components[19_999]["type"] = "library", "x"
    assert [problem.place for problem in validate(json.dumps(cyclonedx(components=components)).encode()).problems] == [
        "/components/19999/type"
    ]


def test_many_problems_of_xml_have_no_lines():
    (missing, *_) = validate(cyclonedx_xml(inside="<component/>")).problems
    assert missing.place == "line 5"
    assert {problem.place for problem in validate(cyclonedx_xml(inside="<component/>" * 500)).problems} == {"/"}


@given(data=st.data(), name=st.sampled_from(sorted(DOCUMENTS)))
@settings(max_examples=300)
def test_a_damaged_document_is_valid_invalid_or_refused(data, name):
    document = bytearray(DOCUMENTS[name])
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(document)))
        until = data.draw(st.integers(at, min(len(document), at + 40)))
        pieces = st.sampled_from(
            [b"", b"null", b"[]", b"{}", b"-1", b"1e999", b'"', b"<", b"\xff", b'"\\ud800"', b"9" * 30, b"[[["]
        )
        document[at:until] = data.draw(pieces)
    with suppress(ValueError):
        assert validate(bytes(document)).kind in KINDS


@given(data=st.data(), name=st.sampled_from(sorted(name for name in DOCUMENTS if "JSON" in name)))
@settings(max_examples=300)
def test_a_value_of_another_type_breaks_nothing(data, name):
    document = json.loads(DOCUMENTS[name])
    places = []
    waiting = [document]
    while waiting:
        holder = waiting.pop()
        for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
            places.append((holder, key))
            if isinstance(holder[key], dict | list):
                waiting.append(holder[key])
    holder, key = data.draw(st.sampled_from(places))
    holder[key] = data.draw(st.sampled_from([None, True, -5, 1e308, "", [], {}, ["a", 1], {"x": {"y": []}}, "a" * 5000]))
    with suppress(ValueError):
        assert validate(json.dumps(document).encode()).kind in KINDS
