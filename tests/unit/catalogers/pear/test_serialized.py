import pytest
from tests.support.work import ends

from careen.catalogers.pear.serialized import MAX_DEPTH, php_value


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"i:-5;", -5),
        (b"b:1;", True),
        (b"d:0.5;", 0.5),
        (b"N;", None),
        (b's:2:"";";rest', '";'),
        (b's:3:"\xc3\xa9x";', "\u00e9x"),
        (b"a:0:{}", {}),
        (b'a:2:{i:0;s:1:"a";s:1:"k";a:1:{i:0;b:0;}}', {0: "a", "k": {0: False}}),
        (b'O:8:"stdClass":2:{s:1:"a";i:1;s:1:"b";R:2;}', {"a": 1, "b": None}),
    ],
)
def test_values(data, expected):
    assert php_value(data) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"}",
        b"x:1;",
        b's:9:"short";',
        b's:99999999999:"x";',
        b"a:1:{i:0;}",
        b"a:1:{a:0:{}i:1;}",
        b"a:1:{",
        b"d:abc;",
        b"a:1:{i:0;" * (MAX_DEPTH + 1),
    ],
)
def test_refused(data):
    with pytest.raises(ValueError):
        php_value(data)


def test_time_is_linear():
    data = b"a:200000:{" + b"".join(b"i:%d;i:1;" % number for number in range(200_000)) + b"}"
    with ends():
        assert len(php_value(data)) == 200_000
