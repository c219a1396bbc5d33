import pytest
from tests.support.work import ends

from careen.formats.data.yaml_file import MAX_DEPTH, yaml_document, yaml_documents


def test_every_scalar_is_its_text():
    assert yaml_document(b"a: 1.10\nb: true\nc:\nd: [~, 0x1f, '2']\n") == {
        "a": "1.10", "b": "true", "c": "", "d": ["~", "0x1f", "2"]}  # fmt: skip


def test_documents_in_order():
    assert yaml_documents(b"--- {a: 1}\n--- [b]\n--- c\n") == [{"a": "1"}, ["b"], "c"]
    assert yaml_document(b"") is None


def test_the_last_of_equal_keys_and_no_keys_that_are_collections():
    assert yaml_document(b"{a: 1, a: 2, [b]: 3, <<: {c: 4}}") == {"a": "2", "<<": {"c": "4"}}


def test_an_alias_is_the_object_of_its_anchor():
    found = yaml_document(b"a: &x {b: 1}\nc: *x\n")
    assert found["a"] is found["c"]


@pytest.mark.parametrize(
    "data",
    [
        b"a: [",
        b"a: &x [*x]\n",
        b"*nothing",
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b"[" * 1_000_000,
        b"a: &x 1\nb: [" + b"*x, " * 1001 + b"]\n",
        b"a: \xff\xff",
        b"--- &x a\n--- *x\n",
    ],
)
def test_refused(data):
    with pytest.raises(ValueError):
        yaml_documents(data)


def test_aliases_of_aliases_stay_small():
    lines = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 40)]
    with ends():
        assert len(yaml_document("\n".join(lines).encode())) == 40


def test_a_tag_constructs_nothing():
    assert yaml_document(b"!!python/object/apply:os.system ['true']") == ["true"]
