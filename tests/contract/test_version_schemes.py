"""Rules for every version scheme, present and future: its name, its keys, and how it bears hostile text.

``CAREEN_MUTATIONS`` (200 by default) texts a scheme are made from real ones by seeded mutations: nothing but ValueError
may come out, and keys of whatever is taken must compare.
"""

import importlib
import os
import random
import zlib
from itertools import pairwise

import pytest
from tests.support.work import ends

import careen.versions
from careen.plugins import VersionScheme, load

SCHEMES = load(careen.versions.__name__, "VERSION_SCHEME", VersionScheme)
MUTATIONS = int(os.environ.get("CAREEN_MUTATIONS", "200"))
VERSIONS = (
    *("0", "1", "1.0", "1.2.3", "1:2.3-4~deb12u1+b1", "2.36-9.el9_2", "1.2.3_rc1-r4", "1.0.0-rc.1+build.5", ".jre8"),
    *("v0.0.0-20190116102854-5a71ef0e047d", "go1.21rc2", "1!1.0a1.post2.dev3+local.4", "1.0-alpha-2-SNAPSHOT"),
    *("1.19.3-aarch64-linux-gnu", "1.0.0.1-beta", "dev-main as 1.0", "1.x-dev", "2010-01-02.3", "1.8.0_131-ea-b11", "1.0.2zg"),
)
RANGES = (
    *("", "*", ">=1.0, <2.0 || =3", "^1.2.3 ~1.2 <=2.x", "1.0 - 2.3", "[1.0,2.0),(,0.5]", "~> 1.2, != 1.2.5"),
    *("~=1.4.2,!=1.4.*", "===foo", "dev-main#abc || 1.*@beta", ">=1.0.0-rc.1 <2"),
)
INSERTS = (*"~-.+!,[(^x*é٣²", "0" * 300, "\0", "\n", "\ud800", "\u202e", "a" * 50, "||")
PATTERNS = (
    *"1-.~^v=x+'\t [",
    *("1.", "_p1", "a1", "a-", "1-", "x.", "0.", "1.0-a", "..a", "a.a-", "1a", "-1.", "_rc", "1 ", "1\t1", ">=1,", ">=1 "),
    *("^1 ", "[1,2),", "||", "|1", "~>", "1.0 - ", "dev-", "1.*.", "===a,", "@dev"),
)

each = pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
each_with_ranges = pytest.mark.parametrize(
    "scheme", [scheme for scheme in SCHEMES if scheme.satisfies], ids=lambda scheme: scheme.name
)


def test_names_are_unique_and_the_main_ones_are_there():
    names = [scheme.name for scheme in SCHEMES]
    assert len(set(names)) == len(names)
    assert {"deb", "rpm", "apk", "pep440", "semver", "npm", "go", "gem", "nuget", "maven", "composer"} <= set(names)


@each
def test_module_is_named_after_its_scheme_and_names_its_source(scheme):
    module = importlib.import_module(f"careen.versions.{scheme.name}")
    assert module.VERSION_SCHEME is scheme
    assert "**Source:**" in module.__doc__
    assert "Raises: ValueError" in module.__doc__


@each
def test_keys_are_tuples_that_sort_and_hash(scheme):
    keys = taken(scheme, VERSIONS)
    assert len(keys) >= 4
    assert all(isinstance(key, tuple) for key in keys)
    assert keys == taken(scheme, VERSIONS)
    assert [hash(key) for key in keys] == [hash(key) for key in taken(scheme, VERSIONS)]
    sorted(keys)


@each
def test_orders_the_simplest_versions(scheme):
    keys = [scheme.key(text) for text in ("0", "0.1", "1", "1.1", "2", "10.0.1", "10.0.2", "10.0.10", "99")]
    assert all(low < high for low, high in pairwise(keys))


@each
def test_white_space_around_does_not_count(scheme):
    assert scheme.key(" 1.2.3\n") == scheme.key("1.2.3")


@each
def test_long_numbers_are_numbers(scheme):
    assert scheme.key("1" + "0" * 600) > scheme.key("9" * 600)


@each
@pytest.mark.parametrize("text", ["1" * 1001, "1." * 10_000, "1" * 100_000, "1\x002", "1\n2", "\ud800", "\u202e1"])
def test_refuses_long_and_unprintable_text(scheme, text):
    with pytest.raises(ValueError, match="version"):
        scheme.key(text)


@each
def test_nothing_but_value_error_comes_out_of_mutations(scheme):
    keys = taken(scheme, mutated(scheme, VERSIONS))
    assert keys
    sorted(keys)


@each
def test_keys_are_made_in_linear_time(scheme):
    for pattern in PATTERNS:
        for text in (pattern * (1000 // len(pattern)), "1.0-" + pattern * (990 // len(pattern)) + "!"):
            with ends(repr(text[:20])):
                taken(scheme, [text])


@each_with_ranges
def test_nothing_but_value_error_comes_out_of_mutated_ranges(scheme):
    answers = []
    for text in mutated(scheme, RANGES):
        try:
            answers.append(scheme.satisfies("1.2.3", text))
        except ValueError:
            answers.append(None)
    assert set(answers) <= {True, False, None}
    assert {True, None} <= set(answers)


@each_with_ranges
def test_ranges_are_read_in_linear_time(scheme):
    for pattern in PATTERNS:
        for text in (pattern * (20_000 // len(pattern)), ">=1.0-" + pattern * (10_000 // len(pattern)) + "!"):
            with ends(repr(text[:20])):
                try:
                    scheme.satisfies("1.2.3", text)
                except ValueError:
                    pass


@each_with_ranges
def test_long_ranges_are_refused(scheme):
    with pytest.raises(ValueError, match=r"constraint|version"):
        scheme.satisfies("1.2.3", ">=1.0 || " * 10_000 + "1.0")


@each_with_ranges
def test_ranges_of_invalid_versions_are_refused(scheme):
    with pytest.raises(ValueError, match="version"):
        scheme.satisfies("1" * 1001, "1.0")


def taken(scheme, texts):
    keys = []
    for text in texts:
        try:
            keys.append(scheme.key(text))
        except ValueError:
            continue
    return keys


def mutated(scheme, seeds):
    chance = random.Random(zlib.crc32(scheme.name.encode()))
    for _ in range(MUTATIONS):
        text = chance.choice(seeds)
        for _ in range(chance.randint(1, 3)):
            at = chance.randint(0, len(text))
            way = chance.randrange(4)
            if way == 0:
                text = text[:at] + chance.choice(INSERTS) + text[at:]
            elif way == 1:
                text = text[:at] + text[at + 1 :]
            elif way == 2:
                text = text[:at] + chr(chance.randrange(32, 127)) + text[at + 1 :]
            else:
                text = text[:at] + chance.choice(seeds)
        yield text
