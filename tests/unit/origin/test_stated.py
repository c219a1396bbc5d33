import pytest

np = pytest.importorskip("numpy")

from careen.origin.spans import hash_of  # noqa: E402
from careen.origin.stated import (  # noqa: E402
    BARE,
    MAX_STATEMENTS,
    number_of,
    own_templates,
    stated,
    statements,
    templates_of,
    text_of,
)


def of(*texts):
    return {(one.template, text_of(one.version)) for one in stated(statements(texts))}


@pytest.mark.parametrize(
    ("text", "template", "version"),
    [
        (b"OpenSSL 3.0.7 1 Nov 2022", b"OpenSSL \0 # @ #", "3.0.7"),
        (b"OpenSSL 1.1.1w  11 Sep 2023", b"OpenSSL \0  # @ #", "1.1.1w"),
        (b"expat_2.5.0", b"expat_\0", "2.5"),
        (b"first line\nlibfoo v1.2\nmore", b"libfoo v\0", "1.2"),
        (b"1.2.13", b"\0", "1.2.13"),
        (b"a release 2023.11.17-rc1", b"a release \0-rc#", "2023.11.17"),
        (b"1.2.3dev", b"\0dev", "1.2.3"),
    ],
)
def test_templates(text, template, version):
    assert of(text) == {(hash_of(template), version)}


@pytest.mark.parametrize(
    "text", [b"%5.2f seconds", b"%05.2f", b"1.2.3.4.5.6", b"no digits", b"12345.6.7", b"1.2x9", b"x.y", b"1.1023.2000"]
)
def test_what_is_no_version(text):
    assert of(text) == set()


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("1:1.2.13.dfsg-1", "1.2.13"),
        ("1.3.dfsg+really1.3.1", "1.3.1"),
        ("1.1.1w-0+deb11u1", "1.1.1w"),
        ("2.10.0", "2.10"),
        ("7.88.1", "7.88.1"),
        ("1.2.3.4", "1.2.3.4"),
        ("2.12~rc1", "2.12"),
    ],
)
def test_versions_as_packages_have_them(version, text):
    assert text_of(number_of(version)) == text


def test_numbers_are_in_the_order_of_versions_and_of_forty_bits():
    versions = ["0.9", "1.0", "1.0.1", "1.0.1a", "1.0.1b", "1.0.2", "1.10", "2.0", "2023.1"]
    numbers = [number_of(version) for version in versions]
    assert numbers == sorted(numbers)
    assert max(numbers) < 1 << 40
    assert number_of("53") is None and number_of("20210101.1") is None


def test_templates_of_a_project_are_those_that_state_its_versions():
    releases = [
        (version, [statements([f"libfoo {version}".encode(), b"needs zlib 1.2.8", version.encode()])])
        for version in ("1.1", "1.2", "1.2.8")
    ]
    own = own_templates(releases)
    assert set(own.tolist()) == {hash_of(b"libfoo \0"), BARE}
    assert set(templates_of(releases[0][1][0], "1.1", own).tolist()) == {hash_of(b"libfoo \0"), BARE}
    assert templates_of(releases[0][1][0], "1.2", own).size == 0


def test_no_more_than_so_many():
    many = (b"text %d of 1.2.%d" % (at, at % 9) + b"x" * (at % 23) for at in range(1 << 20))
    assert statements(many).size <= 2 * MAX_STATEMENTS
    assert own_templates([]).size == 0
