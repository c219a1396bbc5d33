import pytest

from careen.catalogers.golang.go_mod import GoMod, Requirement, read_go_mod, read_go_sum, read_vendored

TEXT = """
// a comment
module "example.com/x" // Deprecated: no more

go 1.22.0
toolchain go1.22.5

require example.com/single v1.0.0
require(
	example.com/a v1.0.0 // indirect
	// example.com/comment v9.9.9
	`example.com/quoted` v1.1.0
	example.com/b/v2 v2.0.0
	example.com/c v1.0.0

)
require example.com/excluded v0.9.0
exclude (
	example.com/excluded v0.9.0
	example.com/a v0.9.0
)
replace (
	example.com/a => example.com/fork v1.0.1
	example.com/b/v2 v2.0.0 => ./b
	example.com/c v9.9.9 => example.com/other v1.0.0
)
retract [v1.0.0, v1.1.0]
"""


def test_requirements_with_their_replacements():
    assert read_go_mod(TEXT) == GoMod(
        "example.com/x",
        True,
        (
            Requirement("example.com/single", "v1.0.0"),
            Requirement("example.com/fork", "v1.0.1"),
            Requirement("example.com/quoted", "v1.1.0"),
            Requirement("example.com/b/v2", ""),
            Requirement("example.com/c", "v1.0.0"),
        ),
        toolchain="1.22.5",
        least="1.22.0",
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("go 1.22", ("", "")),
        ("go 1.20.3", ("", "")),
        ("go 1.21.0", ("", "1.21.0")),
        ("go 1.22.0\ntoolchain default", ("", "1.22.0")),
        ("toolchain go1.23.1", ("1.23.1", "")),
    ],
)
def test_toolchain_and_the_least_that_may_build_it(lines, expected):
    found = read_go_mod(f"module x\n{lines}\n")
    assert (found.toolchain, found.least) == expected


def test_vendored_modules():
    text = "# a.example/x v1.0.0\n## explicit; go 1.17\na.example/x\na.example/x/y\n# b.example/z v0.1.0 => ../z\nb.example/z\n"
    text += "# c.example/old v1.0.0 => c.example/new v1.1.0\nc.example/old\n# d.example/rule => d.example/other v3.0.0\n"
    assert read_vendored(text) == (
        Requirement("a.example/x", "v1.0.0"),
        Requirement("b.example/z", ""),
        Requirement("c.example/new", "v1.1.0"),
    )


def test_module_in_a_block():
    assert read_go_mod("module (\n  example.com/x\n)\n").module == "example.com/x"


@pytest.mark.parametrize(("line", "complete"), [("", False), ("go 1.16", False), ("go 1.17", True), ("go 2.0", True)])
def test_since_when_indirect_requirements_are_listed(line, complete):
    assert read_go_mod(f"module x\n{line}\n").complete == complete


@pytest.mark.parametrize("text", ["", "nonsense\n", "\0" * 100, "(" * 1000])
def test_nonsense_is_not_a_go_mod(text):
    with pytest.raises(ValueError):
        read_go_mod(text)


def test_sums():
    text = "a v1.0.0 h1:x=\na v1.0.0/go.mod h1:x=\n\na v1.1.0 h1:x=\nb v1.0.0/go.mod h1:x=\nb v2.0.0/go.mod h1:x=\n"
    text += "a v1.2.0/go.mod h1:x=\n"
    assert read_go_sum(text) == ((Requirement("a", "v1.1.0"),), (Requirement("b", "v2.0.0"),))


@pytest.mark.parametrize("text", ["a v1.0.0\n", "a v1.0.0 md5:x\n", "\0\n"])
def test_nonsense_is_not_a_go_sum(text):
    with pytest.raises(ValueError):
        read_go_sum(text)
