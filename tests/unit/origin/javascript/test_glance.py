import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from careen.origin.javascript.glance import glance  # noqa: E402
from careen.origin.sequences import grams  # noqa: E402
from careen.origin.spans import hash_of  # noqa: E402


def of(*names):
    return grams(np.array([hash_of(name) for name in names], np.uint64)).tolist()


def test_names_behind_points_in_their_order():
    code = b"first.alpha = this.beta(x.ab, y.gamma[0]).delta; z.$other; 1.5; 'a.epsilon'"
    assert glance(code).tolist() == of(b"alpha", b"beta", b"gamma", b"delta", b"epsilon")


def test_minified_code_has_those_of_its_source():
    source = b"target.first = source.second;\n\n  target .third (source.fourth ( ) );\n"
    assert (
        glance(source).tolist()
        == glance(b"a.first=b.second,a.third(b.fourth())").tolist()
        == of(b"first", b"second", b"third", b"fourth")
    )


@given(st.binary(max_size=300))
def test_any_bytes_are_read(data):
    assert glance(data).size <= max(data.count(b".") - 3, 0)
