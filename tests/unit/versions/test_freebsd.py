import itertools

import pytest

from careen.versions.freebsd import key

# Each is older than the next.
ORDER = [
    ["1.0.a1", "1.0.alpha2", "1.0.b1", "1.0.b2", "1.0.pre1", "1.0.rc1", "1.0", "1.0.1", "1.1"],
    ["1.0alpha1", "1.0beta1", "1.0pre2", "1.0rc1", "1.0", "1.0_1", "1.0_2", "1.0_10", "1.0.1", "1.0a", "1.0b"],
    ["9.9.9", "1.0,1", "1.1_2,1", "0.1,2"],
    ["0.10.0", "0.10.1", "0.11", "1"],
    ["2.0.20220101", "2.0.20220102"],
    ["1.0+1", "1.0+2"],
    ["1.0.1+2", "1.0.2+1"],
]


@pytest.mark.parametrize("versions", ORDER, ids=lambda versions: versions[0])
def test_order(versions):
    for one, other in itertools.combinations(versions, 2):
        assert key(one) < key(other), (one, other)


EQUAL = [("1.0", "1.0.0"), ("1.0", "1.0_0"), ("1.0", "1.0,0"), ("1.0.rc1", "1.0.r1"), ("1.0-1", "1.0.1")]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_equal(one, other):
    assert key(one) == key(other)


@pytest.mark.parametrize("text", ["", "_1", ",1", "1.0 2", "1.0_x", "1.0,a"])
def test_refuses_other_text(text):
    with pytest.raises(ValueError):
        key(text)
