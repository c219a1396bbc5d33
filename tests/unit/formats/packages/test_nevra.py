import pytest

from careen.formats.packages.nevra import parse_nevra


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("bash-5.1.8-6.el9.x86_64", ("bash", None, "5.1.8", "6.el9", "x86_64")),
        ("bash-5.1.8-6.el9.x86_64.rpm", ("bash", None, "5.1.8", "6.el9", "x86_64")),
        ("openssl-libs-1:3.0.7-27.el9.aarch64", ("openssl-libs", 1, "3.0.7", "27.el9", "aarch64")),
        ("1:openssl-libs-3.0.7-27.el9.aarch64", ("openssl-libs", 1, "3.0.7", "27.el9", "aarch64")),
        ("java-1.8.0-openjdk-0:1.8.0.402.b06-2.el8.noarch", ("java-1.8.0-openjdk", 0, "1.8.0.402.b06", "2.el8", "noarch")),
        ("foo-1~rc1-0.src.rpm", ("foo", None, "1~rc1", "0", "src")),
    ],
)
def test_parts(text, parts):
    assert tuple(parse_nevra(text)) == parts


def test_evr():
    assert parse_nevra("bash-5.1.8-6.el9.x86_64").evr == "5.1.8-6.el9"
    assert parse_nevra("vim-2:9.0-1.noarch").evr == "2:9.0-1"


@pytest.mark.parametrize(
    "text", ["", "bash", "bash-1.0", "bash-1.0-1", "1:bash-2:1.0-1.x86_64", "a/b-1-1.x", "-1-1.x", "a" * 1001]
)
def test_refuses(text):
    with pytest.raises(ValueError, match=r"NEVRA|version"):
        parse_nevra(text)
