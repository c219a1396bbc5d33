import pytest

from careen.formats.version_text.interval import Interval, intervals


def test_reads_bounds_and_whether_they_belong():
    assert intervals("[1.0,2.0)") == [Interval("1.0", "2.0", True, False)]
    assert intervals(" ( , 1.0 ] , [1.2] ") == [Interval("", "1.0", False, True), Interval("1.2", "1.2", True, True)]


def test_contains():
    interval = Interval("1", "3", False, True)
    assert [n for n in range(5) if interval.contains(n, int)] == [2, 3]
    assert Interval("", "", True, True).contains(7, int)


@pytest.mark.parametrize("text", ["1.0", "[1.0", "(1.0)", "[]", "[1.0) 2", "[1,[2]]", "[1,2)(3,4)"])
def test_refuses(text):
    with pytest.raises(ValueError, match="interval"):
        intervals(text)
