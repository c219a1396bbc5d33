import pytest

from careen.formats.packages.file_digests import may_be_program


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("usr/bin/ls", True),
        ("usr/lib/x86_64-linux-gnu/libc.so.6", True),
        ("opt/vendor/tool", True),
        ("usr/lib/python3/x.cpython-311.so", True),
        ("usr/lib/python3/x.py", False),
        ("usr/share/doc/bash/README", False),
        ("usr/local/bin/tool", False),
        ("etc/init.d/ssh", False),
        ("usr/lib/x.a", False),
    ],
)
def test_what_is_compared(path, expected):
    assert may_be_program(path) is expected
