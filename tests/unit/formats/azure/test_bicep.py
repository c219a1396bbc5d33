"""Files of Bicep."""

import pytest
from tests.support.work import ends

from careen.errors import FileLimitError
from careen.formats.azure.bicep import is_bicep, read

HEAD = """\
param p string = 'pv'
@secure()
@description('a text with } and \\'quotes\\'')
param none string
param big object = {
  a: [ 1, 2 ]
}
var v = '${p}-x'
var loop = '${pool}'
var pool = loop
"""


def value(text):
    (resource,) = read(f"{HEAD}resource r 'A/b@2020-01-01' = {{\n  name: 'n'\n  x: {text}\n}}\n").resources
    assert resource.values.line_of("x") == 13
    return resource.values["x"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("v", "pv-x"),
        ("'a${v}b${'c${p}'}'", "apv-xbcpv"),
        (r"'it\'s \${no} \u{1F600}\n'", "it's ${no} 😀\n"),
        ("'''\n a 'b' ${p}\n'''", " a 'b' ${p}\n"),
        ("true ? 'a' : 'b'", "a"),
        ("p == 'pv'\n    ? 'a'\n    : 'b'", "a"),
        ("p != 'pv' || false", False),
        ("!(p == 'x') && true", True),
        ("big.a[1]", 2),
        ("big.?a[?0]", 1),
        ("big['a'][0]", 1),
        ("toUpper(p)", "PV"),
        ("[\n 1\n 'b', true\n]", [1, "b", True]),
        ("{ a: 1, 'b-c': null }", {"a": 1, "b-c": None}),
        ("none", "${none}"),
        ("'${none}:latest'", "${none}:latest"),
        ("loop", "${loop}"),
        ("other.properties.x", "${other.properties.x}"),
        ("other::child.x", "${other.child.x}"),
        ("none!", "${none}"),
        ("-1", "${-}"),
        ("1 + 2", "${+}"),
        ("[for i in range(0, 2): { n: 'a${i}' }]", [{"n": "a${i}"}]),
        ("sys.toLower('A')", "a"),
        ("p ?? 'x'", "pv"),
    ],
)
def test_expressions(text, found):
    assert value(text) == found


def test_resources():
    text = """\
targetScope = 'resourceGroup'
resource site 'Microsoft.Web/sites@2022-03-01' = {
  name: 'site'
  resource settings 'config' = {
    name: 'appsettings'
  }
  properties: { resource: 'a property' }
}
resource there 'Microsoft.App/x@1' existing = { name: 'there' }
resource off 'A/b@1' = if (false) { name: 'off' }
resource on 'A/b@1' = if (there.id == 'x') {
  name: 'on'
}
resource many 'A/b@1' = [for (x, i) in [ 'a: b' ]: if (i == 0) {
  name: 'many${i}'
}]
output o string = site.id
module m 'br:h.example/m:1' = { name: 'm' }
module n './n.bicep' = { name: 'n' }
resource o 'A/c@1' = shared
"""
    found = read(text)
    assert [(each.type, each.name, each.values.line) for each in found.resources] == [
        ("microsoft.web/sites", "site", 2),
        ("microsoft.web/sites/config", "appsettings", 4),
        ("a/b", "on", 11),
        ("a/b", "many${i}", 14),
    ]
    assert found.resources[0].values["properties"] == {"resource": "a property"}
    assert found.elsewhere == (("the module br:h.example/m:1", 18), ("a resource a/c", 20))


@pytest.mark.parametrize(
    ("text", "is_one"), [("param x string", True), ("\nresource a 'b@1' = {}", True), ("# Bicep\n", False), ("", False)]
)
def test_what_is_bicep(text, is_one):
    assert is_bicep(text) is is_one


@pytest.mark.parametrize(
    "text", ["resource", "resource a", "resource a 'b", "resource a 'b@1' = {", "param = =", "var x = [", "'", "}"]
)
def test_what_does_not_end(text):
    assert len(read(text).resources) <= 1


def test_hostile_text():
    parts = (
        "{",
        "[",
        "(",
        "'${",
        "'",
        "'''",
        "!",
        "a.",
        "a[",
        "x ? ",
        "x == ",
        "var a = ",
        "resource a 'b' = {\n",
        "[for ",
        "@",
        "/*",
        "-",
    )
    with ends():
        for part in parts:
            for head in ("", "var x = ", "resource a 'b@1' = "):
                for count in (60, 20_000):
                    try:
                        read(head + part * count)
                    except FileLimitError:
                        pass
