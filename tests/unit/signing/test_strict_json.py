import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careen.signing.refusals import RefusedError
from careen.signing.strict_json import strict_object

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=9), VALUES, max_size=4))
@settings(max_examples=60)
def test_what_json_writes_is_read(document):
    assert strict_object(json.dumps(document).encode()) == document


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"a": 1, "a": 2}', "occurs twice"),
        (b'{"a": {"b": [{"c": 1, "c": 1}]}}', "occurs twice"),
        (b'{"a": 1, "\\u0061": 2}', "occurs twice"),
        (b"[]", "not a JSON object"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1} x', "not JSON"),
        (b'{"a": "\xff"}', "not JSON"),
        (b'{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_what_readers_could_take_differently_is_refused(data, why):
    with pytest.raises(RefusedError, match=why) as error:
        strict_object(data)
    assert error.value.code == "malformed"
