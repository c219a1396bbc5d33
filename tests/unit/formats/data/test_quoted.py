import tomllib

from hypothesis import given
from hypothesis import strategies as st

from careen.formats.data.quoted import quoted
from careen.formats.data.yaml_document import read


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_both_formats_read_it_back(text):
    assert tomllib.loads(f"a = {quoted(text)}")["a"] == text
    assert read(f"a: {quoted(text)}")[0]["a"] == text
