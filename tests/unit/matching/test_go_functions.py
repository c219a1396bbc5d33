"""Names of functions as symbols. The names are those of programs that Go 1.19 and 1.24 built."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.matching.go_functions import Functions, symbol_path, symbols

# Of one program: functions of a package "vuln", inlined into main where the compiler could.
NAMES = b"""
example.com/app/vuln.(*G[go.shape.string]).Put
example.com/app/vuln.(*T).Bad
example.com/app/vuln.(*T).Bad-fm
example.com/app/vuln.Def
example.com/app/vuln.Def.deferwrap1
example.com/app/vuln.Gen[go.shape.int]
example.com/app/vuln.Go.func1
example.com/app/vuln.Small
example.com/app/vuln.T.Val
example.com/app/vuln.init.func1
main.main
main.main-range1
main.main.(*G[go.shape.string]).Clog.func5
main.main.(*T).Clo.func3
main.main.Closure.func1
main.main.Nest.outer2.Closure3.func6
main.main.T.Clov.func4
main.main.main.Nest.outer2.Closure3.func6.func7.deferwrap1
main.main.func8
golang.org/x/net/http2.(*Framer).ReadFrame.func1
type:.eq.example.com/other.T
vendor/golang.org/x/net/idna.(*Profile).ToASCII
gopkg.in/yaml%2ev3.(*Decoder).Decode
main.use[example.com/only/argument.T]
""".replace(b"\n", b"\0")  # fmt: skip


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (b"F", {"F"}),
        (b"(*T).M", {"T", "T.M"}),
        (b"T.M", {"T", "T.M"}),
        (b"F.func1", {"F"}),
        (b"F.func1.2", {"F"}),
        (b"F.func1.gowrap2", {"F"}),
        (b"F.gowrap1", {"F"}),
        (b"F.deferwrap1", {"F"}),
        (b"F-range1", {"F"}),
        (b"F.func2-range1", {"F"}),
        (b"(*T).M-fm", {"T", "T.M"}),
        (b"(*T).M.func1", {"T", "T.M"}),
        (b"F[...]", {"F"}),
        (b"F[...].func1", {"F"}),
        (b"F[go.shape.struct { a/b.X[int]; Y string }]", {"F"}),
        (b"(*T[...]).M", {"T", "T.M"}),
        (b"T[...].M", {"T", "T.M"}),
        (b"init.0", {"init"}),
        ("Größe".encode(), {"Größe"}),
        (b"", set()),
        (b"[[[[", set()),
        (b"F[[[[", {"F"}),
        (b"F.func1.G.func2", {"F"}),
        (b"(*T)", {"T"}),
    ],
)
def test_symbols(rest, expected):
    assert symbols(rest) == expected
    assert symbols(b"\0".join((b"A", rest, b"(*B).C.func1"))) == expected | {"A", "B", "B.C"}


def test_symbols_of_packages():
    found = Functions(NAMES, ["example.com/app/vuln", "golang.org/x/net/http2", "gopkg.in/yaml.v3", "example.com/app"])
    assert set(found.of("example.com/app/vuln")) == {
        *("G", "G.Put", "T", "T.Bad", "Def", "Gen", "Go", "Small", "T.Val", "init"),
    }
    assert set(found.of("golang.org/x/net/http2")) == {"Framer", "Framer.ReadFrame"}
    assert set(found.of("gopkg.in/yaml.v3")) == {"Decoder", "Decoder.Decode"}
    assert found.has_package("example.com/app/vuln")
    for absent in ("example.com/app", "not/asked", "example.com/other"):
        assert not found.of(absent)
        assert not found.has_package(absent)


def test_vendored_packages_of_the_standard_library_are_others():
    found = Functions(NAMES, ["golang.org/x/net/idna", "vendor/golang.org/x/net/idna"])
    assert not found.of("golang.org/x/net/idna")
    assert "Profile.ToASCII" in found.of("vendor/golang.org/x/net/idna")


def test_functions_that_closures_are_left_of():
    inlined = Functions(NAMES, []).inlined
    assert {"Closure", "Closure3", "outer2", "Nest", "Clo", "T.Clo", "T.Clov", "G.Clog"} <= inlined
    assert inlined.isdisjoint({"Bad", "T.Bad", "Def", "Go", "ReadFrame", "Framer.ReadFrame", "Small"})


def test_modules():
    found = Functions(
        NAMES, [], ["golang.org/x/net", "gopkg.in/yaml.v3", "example.com/app", "example.com/ap", "example.com/only"]
    )
    assert found.modules == {"golang.org/x/net", "gopkg.in/yaml.v3", "example.com/app"}
    below = Functions(b"\0gopkg.in/yaml.v3/sub.F\0github.com/x/y.G", [], ["gopkg.in/yaml.v3", "github.com/x/y", "github.com/x"])
    assert below.modules == {"gopkg.in/yaml.v3", "github.com/x/y"}
    packages = ["golang.org/x/net/html", "golang.org/x/net/http2"]
    assert Functions(b"\0golang.org/x/net/html/atom.F", packages, ["golang.org/x/net"]).modules == {"golang.org/x/net"}
    assert not Functions(b"\0golang.org/x/net/html/atom.F", packages, []).of("golang.org/x/net/html")


def test_modules_within_modules():
    names = b"\0github.com/aws/sdk/v2/s3.F"
    assert Functions(names, [], ["github.com/aws/sdk", "github.com/aws/sdk/v2"]).modules == {"github.com/aws/sdk/v2"}
    names += b"\0github.com/aws/sdk/v2x.F"
    assert "github.com/aws/sdk" in Functions(names, [], ["github.com/aws/sdk", "github.com/aws/sdk/v2"]).modules


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("net/http", b"net/http"),
        ("gopkg.in/yaml.v3", b"gopkg.in/yaml%2ev3"),
        ("example.com", b"example%2ecom"),
        ("example.com/a b/é%", b"example.com/a%20b/%c3%a9%25"),
    ],
)
def test_paths_in_symbols(package, expected):
    assert symbol_path(package) == expected


@given(st.lists(st.text("ab./()*[]-%\0" + "funcM1é", max_size=24), max_size=30))
def test_any_names_are_read(parts):
    names = b"".join(f"\0{part}".encode() for part in parts)
    found = Functions(names, ["a", "a/b", "main"], ["a", "a/b/c"])
    for symbols_of in (found.of("a"), found.of("a/b"), found.inlined):
        assert all(symbol for symbol in symbols_of)
    assert found.modules <= {"a", "a/b/c"}


@given(st.lists(st.sampled_from(["a", "b", "a.b", "fmt", "x%"]), min_size=1, max_size=4).map("/".join), st.data())
def test_each_package_that_is_asked_for_is_found(package, data):
    others = data.draw(st.lists(st.lists(st.sampled_from(["a", "b", "a.b"]), min_size=1, max_size=4).map("/".join)))
    names = b"\0" + symbol_path(package) + b".F"
    assert Functions(names, [*others, package]).of(package) == {"F"}
    assert Functions(names, others).of(package) == frozenset() or package in others


def test_a_program_without_names():
    empty = Functions(b"", ["a"], ["a"])
    assert not (empty.of("a") or empty.modules or empty.inlined)
