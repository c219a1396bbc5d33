from datetime import date

import pytest
from msgspec.structs import replace
from tests.support.matching import advisory, deb, pypi, run
from tests.support.reports import TOKEN

from careen.errors import UsageError
from careen.model.finding import Location, SecretPlace
from careen.policy.ignore_files import read_ignores
from careen.policy.ignores import Ignore

TEXT = """\
# what we live with
CVE-2023-45853

CVE-2024-3094 package=xz-* until=2026-12-31 reason="not reachable: \\"sshd\\" is not here"  # remind us
GHSA-29mw-wpgm-hmr9 purl=pkg:npm/lodash reason=accepted
"""


def rule(text):
    (only,) = read_ignores(text, "f")
    return only


def test_the_rules_of_a_file():
    assert read_ignores(TEXT, ".careenignore") == (
        Ignore("CVE-2023-45853", ".careenignore:2"),
        Ignore("CVE-2024-3094", ".careenignore:4", "xz-*", None, date(2026, 12, 31), 'not reachable: "sshd" is not here'),
        Ignore("GHSA-29mw-wpgm-hmr9", ".careenignore:5", None, "pkg:npm/lodash", None, "accepted"),
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("package=x", "names no vulnerability"),
        ("CVE-1 CVE-2", "'CVE-2' is out of place"),
        ("CVE-1 until=soon", "until=soon is not a date"),
        ("CVE-1 until=2026-13-01", "is not a date"),
        ("CVE-1 untill=2026-12-01", "'untill' is not a setting"),
        ("CVE-1 package=", "package is empty"),
        ("CVE-1 package=a package=b", "package is given twice"),
        ('CVE-1 reason="no end', "cannot be read"),
        ("*", "names no vulnerability"),
    ],
)
def test_a_malformed_line_is_named(line, message):
    with pytest.raises(UsageError, match=r"my\.ignore:2: ") as caught:
        read_ignores(f"# first\n{line}\n", "my.ignore")
    assert message in str(caught.value)
    assert caught.value.hint


def test_long_hostile_lines_are_read_in_linear_time():
    with pytest.raises(UsageError):
        read_ignores('CVE-1 reason="' + "\\\\" * 200_000, "f")
    with pytest.raises(UsageError):
        read_ignores("CVE-1 " + "a=" * 200_000, "f")


def test_what_a_rule_applies_to():
    (openssl,) = run([deb()], [advisory(aliases=("DSA-5",))]).findings
    (django,) = run([pypi()], [advisory("PYSEC-1", "4.2.3", "PyPI", "django", aliases=("CVE-2",))]).findings
    assert rule("CVE-2026-0001").applies(openssl)
    assert rule("dsa-5").applies(openssl)
    assert rule("PYSEC-*").applies(django)
    assert not rule("CVE-2026").applies(openssl)
    assert rule("CVE-2026-0001 package=libssl*").applies(openssl)
    assert not rule("CVE-2026-0001 package=openssl").applies(openssl)
    assert rule("CVE-2 purl=pkg:pypi/django").applies(django)
    assert rule("CVE-2 purl=pkg:pypi/django@4.2.1").applies(django)
    assert not rule("CVE-2 purl=pkg:pypi/django@4.2.2").applies(django)
    assert not rule("CVE-2 purl=pkg:pypi/djan").applies(django)
    assert rule(f"CVE-2026-0001 purl={openssl.package}").applies(openssl)


def test_a_rule_ends_after_its_last_day():
    ending = rule("CVE-1 until=2026-06-01")
    assert not ending.expired(date(2026, 6, 1))
    assert ending.expired(date(2026, 6, 2))
    assert not rule("CVE-1").expired(date(9999, 1, 1))


def test_a_rule_for_a_path_or_layer_covers_all_places_of_a_secret():
    secret = replace(TOKEN, places=(SecretPlace(Location("srv/b"), "other", 2),))
    assert Ignore("*", "f", paths=("app/**",)).applies(TOKEN)
    assert not Ignore("*", "f", paths=("app/**",)).applies(secret)
    assert Ignore("*", "f", paths=("app/**", "srv")).applies(secret)
    assert Ignore("*", "f", layer=1).applies(TOKEN)
    assert not Ignore("*", "f", layer=1).applies(secret)


def test_a_rule_for_a_layer_covers_all_layers_with_the_package():
    first = Ignore("*", "f", layer=0)
    openssl = replace(run([deb()], [advisory()]).findings[0], layer=0)
    assert first.applies(openssl)
    assert not first.applies(replace(openssl, last_layer=2))
    assert not Ignore("*", "f", layer=2).applies(replace(openssl, last_layer=2))
