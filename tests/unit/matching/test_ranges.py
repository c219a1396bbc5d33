import pytest
from tests.support.matching import number_key

from careen.matching import ranges
from careen.matching.finding_texts import comparison
from careen.matching.keys import Key
from careen.matching.ranges import spellings
from careen.model.advisory import Advisory, Range
from careen.plugins import VersionScheme
from careen.versions.maven import VERSION_SCHEME
from careen.versions.pep440 import VERSION_SCHEME as PEP440

KEY = Key(VersionScheme("numbers", number_key))


def match_of(advisory, version, key):
    return ranges.match_of(advisory, version, key, spellings(version, [advisory], key))


def with_ranges(*parts, **fields):
    return Advisory("CVE-1", "x", "PyPI", "p", ranges=parts, **fields)


@pytest.mark.parametrize(
    ("range", "version", "affected"),
    [
        (Range(None, "2.0"), "1.9", True),
        (Range(None, "2.0"), "2.0", False),
        (Range("0", "2.0"), "0.0.1", True),
        (Range("1.0", "2.0"), "1.0", True),
        (Range("1.0", "2.0", after=True), "1.0", False),
        (Range("1.0", "2.0", after=True), "1.0.1", True),
        (Range("1.0", "2.0"), "0.9", False),
        (Range(None, None, "2.0"), "2.0", True),
        (Range(None, None, "2.0"), "2.0.1", False),
        (Range("1.0"), "99", True),
        (Range(), "0.1", True),
    ],
)
def test_the_ends_of_a_range(range, version, affected):
    assert (match_of(with_ranges(range), version, KEY) is not None) is affected


@pytest.mark.parametrize(
    ("range", "version", "affected"),
    [
        (Range("9.4.37", None, "9.4.38"), "9.4.38.v20210224", True),
        (Range("9.4.37", None, "9.4.38"), "9.4.37.v20210219", True),
        (Range("9.4.37", None, "9.4.38"), "9.4.39.v20210325", False),
        (Range("9.4.38", "9.4.39.v20210325"), "9.4.39.v20210325", False),
        (Range("9.4.38", "9.4.39.v20210325"), "9.4.38.v20210224", True),
        (Range(None, None, "9.4.38"), "9.4.38.1", False),
        (Range(None, None, "30.1"), "30.1-jre", True),
        (Range(None, None, "30.1"), "30.1.1-android", False),
    ],
)
def test_a_build_is_of_the_last_release_that_is_affected(range, version, affected):
    key = Key(VERSION_SCHEME)
    assert (match_of(with_ranges(range), version, key) is not None) is affected


@pytest.mark.parametrize(
    ("advisory", "version", "affected"),
    [
        (with_ranges(Range(None, None, "2.6.0")), "2.6.0+cu124", True),
        (with_ranges(Range(None, None, "2.6.0")), "2.6.1+cu124", False),
        (with_ranges(Range(None, None, "2.6.0")), "2.6.0.post1", False),
        (with_ranges(Range(None, "2.6.0")), "2.6.0+cpu", False),
        (with_ranges(Range(None, "2.6.0")), "2.5.1+cpu", True),
        (with_ranges(Range(None, None, "2.6.0+cu118")), "2.6.0+cu124", True),
        (with_ranges(versions=("2.5", "2.6.0")), "2.6+cu124", True),
        (with_ranges(versions=("2.6.0+cpu",)), "2.6.0+cu124", False),
    ],
)
def test_a_local_version_of_python_is_a_build_of_its_release(advisory, version, affected):
    assert (match_of(advisory, version, Key(PEP440)) is not None) is affected


def test_listed_versions_compare_by_key():
    assert match_of(with_ranges(versions=("1.2.3", "1.04")), "1.4", KEY).listed
    assert match_of(with_ranges(versions=("1.2.3",)), "1.2.4", KEY) is None


def test_a_list_beside_ranges_adds_to_them():
    advisory = with_ranges(Range("2.0", "2.1"), versions=("1.0",))
    assert match_of(advisory, "1.0", KEY).listed
    assert match_of(advisory, "2.0.5", KEY).range == Range("2.0", "2.1")
    assert match_of(advisory, "1.1", KEY) is None


def test_neither_ranges_nor_versions_is_every_version():
    assert match_of(with_ranges(), "anything", KEY) is not None


def test_unreadable_ends_match_nothing_and_spare_the_other_ranges():
    for range in (Range("junk", "2.0"), Range(None, "junk"), Range(None, None, "junk")):
        assert match_of(with_ranges(range), "1.0", KEY) is None
    assert match_of(with_ranges(Range(None, "junk"), Range(None, "2.0")), "1.0", KEY).range.fixed == "2.0"


def test_an_unreadable_version_is_held_by_its_own_text_alone():
    assert match_of(with_ranges(Range(None, "2.0")), "devel", KEY) is None
    assert match_of(with_ranges(Range(None, "2.0"), versions=("devel",)), "devel", KEY).listed


@pytest.mark.parametrize(
    ("range", "text"),
    [
        (Range(None, "2.0"), "1.5 < 2.0"),
        (Range("0", "2.0"), "1.5 < 2.0"),
        (Range("1.0", "2.0"), "1.0 <= 1.5 < 2.0"),
        (Range("1.0", "2.0", after=True), "1.0 < 1.5 < 2.0"),
        (Range("1.0", None, "2.0"), "1.0 <= 1.5 <= 2.0"),
        (Range("1.0"), "1.0 <= 1.5, and no version fixes it"),
        (Range(), "1.5 is affected, and no version fixes it"),
    ],
)
def test_a_comparison_in_one_line(range, text):
    assert comparison(match_of(with_ranges(range), "1.5", KEY), "1.5") == text


def test_comparisons_with_lists_and_with_all_versions():
    assert comparison(match_of(with_ranges(versions=("1.5",)), "1.5", KEY), "1.5") == "1.5 is listed as affected"
    assert comparison(match_of(with_ranges(), "1.5", KEY), "1.5") == "every version is affected"


def test_keys_are_computed_once():
    asked = []

    def key(text):
        asked.append(text)
        return number_key(text)

    cached = Key(VersionScheme("counting", key))
    assert [cached("1.0"), cached("1.0"), cached("1x"), cached("1x")] == [(1, 0), (1, 0), None, None]
    assert asked == ["1.0", "1x"]


def test_spellings_of_a_version():
    def zeros_count_nothing(text):
        return tuple(number_key(text.partition("+")[0].rstrip(".0") or "0"))

    key = Key(VersionScheme("zeros", zeros_count_nothing))
    advisories = [
        with_ranges(versions=("1.2", "1.2.0", "1.2.0+build5", "1.20", "2.1", "junk")),
        with_ranges(versions=("01.2", "1.2.1")),
    ]
    assert spellings("1.2.0", advisories, key) == {"1.2", "1.2.0", "1.2.0+build5", "01.2"}
    assert spellings("junk", advisories, key) == {"junk"}
    assert spellings("1.2", [with_ranges()], key) == {"1.2"}
    assert spellings("0", [with_ranges(versions=("0.0", "00", "10"))], key) == {"0", "0.0", "00"}
