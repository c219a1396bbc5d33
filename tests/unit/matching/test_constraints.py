import pytest

from careen.matching.constraints import applies, in_range
from careen.versions import apk, deb, gem, generic, maven, npm, pep440, rpm, semver

SCHEMES = {
    module.VERSION_SCHEME.name: module.VERSION_SCHEME for module in (apk, deb, gem, generic, maven, npm, pep440, rpm, semver)
}


def holds(scheme, version, text, dialect, **options):
    return in_range(SCHEMES[scheme], version, text, dialect, **options)


@pytest.mark.parametrize(
    ("scheme", "version", "text", "expected"),
    [
        ("deb", "1.5", "> 1.0, < 2.0", True),
        ("deb", "0.7", "> 0.1, < 0.5 || > 1.0", False),
        ("apk", "1.2.3-r1", "1.2.3-r1", True),
        ("apk", "1.2.3-r1", "'1.2.3-r0' || \"1.2.3-r1\"", True),
        ("deb", "1:1.0", "< 2.0", False),
        ("deb", "1.0~rc1", ">= 1.0~ <1.0", True),
        ("semver", "1.0.0-rc.1", "< 1.0.0", True),  # by order alone
        ("pep440", "2.0a1", "<2.0", True),
        ("pep440", "2.0+local", "=2.0", True),
        ("pep440", "2.0", "=2.0+local", False),
        ("rpm", "1:1.0-1", "< 2.0-1", True),  # one side has no epoch
        ("rpm", "1:1.0-1", "< 0:2.0-1", False),
        ("rpm", "1.0-1", "= 1:1.0-1", True),
        ("maven", "1.0.RELEASE", "1.0", True),
    ],
)
def test_by_order(scheme, version, text, expected):
    assert holds(scheme, version, text, "grype") is expected


@pytest.mark.parametrize(
    ("scheme", "version", "text", "expected"),
    [
        ("npm", "1.5.0", ">1.2.3, <2.0.0 || >3.0.0", True),
        ("npm", "1.2.9", "1.2", True),
        ("npm", "2.5.0", "1.0.0 - 2.0.0 || 3", False),
        ("pep440", "0.9", "~= 0.9 != 1.3.4.* < 2.0", True),
        ("pep440", "2.0", "2.0.0", True),
        ("gem", "1.5", "~> 1.4, != 1.5.1", True),
        ("maven", "2.0", "1.0", False),  # bare means equal here, unlike in Maven itself
        ("maven", "1.2.3", "(,1.2.3] || [5]", True),
        ("generic", "1.2.3", ">1.0 <1.2.3", False),
        ("semver", "2.1.1", "2.1", True),
        ("semver", "1.0.0", " ", True),
        ("deb", "1.0-1", "<1.0-2", True),  # no language of its own: by order
    ],
)
def test_go_dialect(scheme, version, text, expected):
    assert holds(scheme, version, text, "go-version") is expected


def test_options_reach_the_scheme():
    assert holds("npm", "1.5.0-rc.1", ">=1.2.3 <2", "native", prerelease=True)
    assert not holds("npm", "1.5.0-rc.1", ">=1.2.3 <2", "native")


@pytest.mark.parametrize(
    ("version", "text", "expected"),
    [
        ("1.0", "vers:pypi/*", True),
        ("1.0", "vers:pypi/<=1.0|3.0", True),
        ("3.0", "vers:pypi/3.0|<=1.0", True),
        ("2.0", "vers:pypi/<=1.0|3.0", False),
        ("1.5", "vers:pypi/>=1.0|<2.0|>=3.0", True),
        ("2.0", "vers:pypi/>=1.0|<2.0|>=3.0", False),
        ("4.0", "vers:pypi/>=1.0|<2.0|>=3.0", True),
        ("1.5", "vers:pypi/>=1.0|!=1.5|<2.0", False),
        ("1.4", "vers:pypi/!=1.5", True),
        ("1.0+a", "vers:pypi/1.0%2Ba", True),
    ],
)
def test_vers(version, text, expected):
    assert holds("pep440", version, text, "vers") is expected


@pytest.mark.parametrize(
    ("scheme", "version", "text", "dialect"),
    [
        ("deb", "1.0", "", "grype"),
        ("deb", "1.0", "> 1.0 || a:b", "grype"),
        ("deb", "", "> 1.0", "grype"),
        ("deb", "1.0", "> 1.0, " * 10_000, "grype"),
        ("gem", "1.0", "!1.2.0", "go-version"),
        ("npm", "1..0", "<1.0", "go-version"),
        ("pep440", "1.0", "pypi/<1.0", "vers"),
        ("pep440", "1.0", "vers:pypi/", "vers"),
        ("pep440", "1.0", "vers:pypi/<1.0||2.0", "vers"),
    ],
)
def test_refuses(scheme, version, text, dialect):
    with pytest.raises(ValueError, match=r"."):
        holds(scheme, version, text, dialect)


def test_an_advisory_applies_in_its_vulnerable_and_outside_its_safe_ranges():
    scheme = SCHEMES["npm"]
    assert applies(scheme, "1.5.0", [">=1.0.0 <2.0.0"], [">=2.0.0"])
    assert not applies(scheme, "2.0.0", [">=1.0.0 <2.0.0"], [">=2.0.0"])
    assert not applies(scheme, "1.5.1", [">=1.0.0 <2.0.0", "3"], ["~1.5.1"])
    assert applies(scheme, "1.5.1", [">=1.0.0 <2.0.0"])
    assert applies(SCHEMES["gem"], "1.2.3.a", [], [">= 1.2.3"])
    assert not applies(SCHEMES["gem"], "4.1", [], [], ["< 4.2"])
    assert not applies(scheme, "1.5.1", [])


def test_an_empty_constraint_means_unknown():
    assert applies(SCHEMES["generic"], "1.0", ["<0.5"], [""])
    assert applies(SCHEMES["generic"], "1.0", [""])
