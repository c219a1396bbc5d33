"""What another writer of YAML wrote reads back, with lines that are there."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from careen.formats.data import yaml_document

TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text("abc :#-'\"\n\\{}[]&*!|>é", max_size=8),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text("abcd", min_size=1, max_size=3), below, max_size=4),
    max_leaves=20,
)


@given(TREES, st.booleans())
def test_what_another_writer_wrote_reads_back(tree, flow):
    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=True)
    (document,) = yaml_document.read(text)
    assert document == tree
    lines = text.count("\n") + 1
    for _, node in yaml_document.walk(document) if isinstance(document, dict | list) else ():
        assert 1 <= node.line <= node.end_line <= lines
