import pytest
from tests.support.reading import read_all, read_files

from careen.catalogers.yarn import CATALOGER


def found(*lines):
    content = "# yarn lockfile v1\n\n" + "\n".join(lines) + "\n"
    return [(package.name, package.version) for package in read_all(CATALOGER, {"app/yarn.lock": content.encode()})]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("a@^1.0.0:", '  version "1.2.3"'), ("a", "1.2.3")),
        (('"@s/a@^1.0.0", "@s/a@^1.1.0":', '  version "1.2.3"'), ("@s/a", "1.2.3")),
        (('"a@^1.0.0":', '  "version" "1.2.3"', '  "resolved" "https://h.example/a/-/a-1.2.3.tgz"'), ("a", "1.2.3")),
        (('"alias@npm:real@^1.0.0":', '  version "1.2.3"'), ("real", "1.2.3")),
        (('"alias@npm:@s/real@^1.0.0":', '  version "1.2.3"'), ("@s/real", "1.2.3")),
        (("a@^1:", '  version "1.2.3"', '  resolved "https://h.example/@fork/a/-/a-1.2.3.tgz#f"'), ("@fork/a", "1.2.3")),
        (('"a@npm:^1.0.0":', "  version: 1.2.3", '  resolution: "a@npm:1.2.3"'), ("a", "1.2.3")),
        (('"a@npm:1 || 2":', "  version: 1.2.3", '  resolution: "a@npm:1.2.3"'), ("a", "1.2.3")),
        (
            ('"a@patch:a@npm%3A^1#x":', "  version: 1.2.3", '  resolution: "a@patch:a@npm%3A1.2.3#x::version=1.2.3"'),
            ("a", "1.2.3"),
        ),
        (
            ('"a@https://g.example/a.git":', "  version: 1.2.3", '  resolution: "a@https://g.example/a.git#commit=f"'),
            ("a", "1.2.3"),
        ),
    ],
)
def test_entries(lines, expected):
    assert found(*lines) == [expected]


@pytest.mark.parametrize(
    "lines",
    [
        ("a@file:./a:", '  version "1.2.3"'),
        ('"a@link:../a":', '  version "0.0.0"'),
        ('"a@workspace:.":', "  version: 0.0.0-use.local", '  resolution: "a@workspace:."'),
        ('"a@portal:../a::locator=x":', "  version: 1.0.0", '  resolution: "a@portal:../a::locator=x"'),
        ("a@../a:", '  version "1.2.3"'),
        ("a@nothing:1:", '  version "1.2.3"'),
        ("__metadata:", "  version: 8"),
    ],
)
def test_left_out(lines):
    assert found(*lines) == []


def test_another_file_is_an_error():
    assert read_files(CATALOGER, {"yarn.lock": b"hello\n"}).unknowns
    assert not read_files(CATALOGER, {"yarn.lock": b"# yarn lockfile v1\n\n\n"}).unknowns
