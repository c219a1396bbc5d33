"""Ranges of package managers, compared with their own schemes for versions in and around them."""

import pytest

from careen.advisories.gitlab.ranges import ranges_of
from careen.matching.keys import Key
from careen.matching.ranges import contains
from careen.model.advisory import Range
from careen.plugins import VersionScheme, load

SCHEMES = {one.name: one for one in load("careen.versions", "VERSION_SCHEME", VersionScheme)}
VERSIONS = [f"{major}.{minor}.{patch}" for major in range(5) for minor in (0, 1, 2, 3, 9) for patch in (0, 1, 4, 5)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("<1.2", "npm", [Range(None, "1.2")]),
        (">=1.0 <1.2||=2.0", "npm", [Range("1.0", "1.2"), Range("2.0", None, "2.0")]),
        (">= 1.0, <= 1.2 || >v2.1", "composer", [Range("1.0", None, "1.2"), Range("2.1", after=True)]),
        ("<=3.3", "npm", [Range(None, None, "3.3")]),
        (">=0", "npm", [Range()]),
        ("*", "composer", [Range()]),
        ("2.0.x || 2.1.x", "npm", [Range("2.0", "2.1"), Range("2.1", "2.2")]),
        ("1.2 - 1.4", "npm", [Range("1.2", None, "1.4")]),
        (">=1 !=1.5 <2", "python", [Range("1", "1.5"), Range("1.5", "2", after=True)]),
        (">=1 !=5 <2", "python", [Range("1", "2")]),
        (">=1 >=1.2 <3 <2 <=2.5", "npm", [Range("1.2", "2")]),
        ("==1!2.0", "python", [Range("1!2.0", None, "1!2.0")]),
        ("(,1.0]", "interval", [Range(None, None, "1.0")]),
        ("[,1.0)", "interval", [Range(None, "1.0")]),
        ("(,)", "interval", [Range()]),
        ("(1.0,2.0),[3.0]", "interval", [Range("1.0", "2.0", after=True), Range("3.0", None, "3.0")]),
        ("[1,2)[3,4]", "interval", [Range("1", "2"), Range("3", None, "4")]),
    ],
)
def test_ranges(text, language, expected):
    assert ranges_of(text, language) == tuple(expected)


@pytest.mark.parametrize(
    ("text", "language", "scheme"),
    [
        *[(text, "npm", "npm") for text in ("^1.2.1", "^0.2.1", "^0.0.4", "~1.2.1", "~1.2", "~2", "1.x", "1.2.0 - 2.3.1")],
        *[
            (text, "composer", "composer")
            for text in ("^1.2", "^0.2", "~1.2", "~1.2.4", "1.2.*", ">=1.1,<2.3||=3.0.1", "!=1.2.1")
        ],
        *[(text, "gem", "gem") for text in ("~> 1.2.1", "~> 1.2", "~> 2", ">=1.1 <2.3||=3.0.1", "!=2.3")],
        *[(text, "python", "pep440") for text in ("~=1.2", "~=1.2.4", "==1.2.*", ">=1.1,<2.3||==3.0.1", "!=2.3", "===1.2.1")],
        *[(text, "interval", "maven") for text in ("[1.2,2.3)", "(1.2,2.3]", "(,1.2],[2.3.1],[3.0,)")],
        *[(text, "interval", "nuget") for text in ("[1.2,2.3)", "(1.2,2.3]", "(,1.2],[2.3.1],[3.0,)")],
    ],
)
def test_contains_the_versions_that_the_package_manager_allows(text, language, scheme):
    key, satisfies = Key(SCHEMES[scheme]), SCHEMES[scheme].satisfies
    found = ranges_of(text, language)
    held = [version for version in VERSIONS if any(contains(range, key(version), key) for range in found)]
    assert held == [version for version in VERSIONS if satisfies(version, text)]
    assert held != [] and held != VERSIONS


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *[("", "npm"), ("||", "npm"), ("about 2", "npm"), (">", "npm"), (">=1.2.*", "npm"), ("1 | 2", "npm"), ("~x1", "gem")],
        *[("1.0", "interval"), ("(.2]x", "interval"), ("[1,2", "interval"), (">=a >=b", "plain"), ("<1" * 21, "npm")],
        *[("||".join(f"={number}" for number in range(501)), "npm"), ("<1 " * 9000, "npm")],
    ],
)
def test_other_text_is_refused(text, language):
    with pytest.raises(ValueError, match=r"range|interval|version|constraint"):
        ranges_of(text, language)
