"""Whatever the object is, its images are found or it has none."""

import base64

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from careen.server.interfaces.admission.decide import Answer
from careen.server.interfaces.admission.review import MAX_WARNINGS, Asked, images_in, response_of

KEYS = st.sampled_from(
    ("spec", "template", "jobTemplate", "containers", "initContainers", "ephemeralContainers", "volumes", "image", "reference")
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=30,
)


@given(JSON)
def test_any_object_is_read(object):
    for named in images_in(object):
        value = object
        for part in named.pointer.split("/")[1:]:
            value = value[int(part)] if isinstance(value, list) else value[part]
        assert value == named.image


@given(JSON, st.sampled_from(("containers", "initContainers", "ephemeralContainers")))
def test_no_other_content_hides_a_container(other, name):
    spec = {**(other if isinstance(other, dict) else {}), name: [other, {"image": "hidden"}]}
    for object in ({"spec": spec}, {"spec": {"template": {"spec": spec}}}, {"template": {"spec": spec}, "spec": other}):
        assert "hidden" in {named.image for named in images_in(object)}


def test_many_warnings_are_cut_off():
    answer = Answer(True, warnings=tuple(f"{number} " + "x" * 1000 for number in range(100)))
    warnings = msgspec.json.decode(response_of(Asked("u", "n", ()), answer))["response"]["warnings"]
    assert len(warnings) == MAX_WARNINGS + 1
    assert all(len(text.encode()) <= 256 for text in warnings)
    assert warnings[-1] == "and 80 more"


def test_a_patch_is_in_base64():
    answer = Answer(True, patch=({"op": "replace", "path": "/x", "value": "y"},))
    response = msgspec.json.decode(response_of(Asked("u", "n", ()), answer))["response"]
    assert msgspec.json.decode(base64.b64decode(response["patch"])) == list(answer.patch)
