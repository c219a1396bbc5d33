"""Ranges against the plainest reading of them: a list of all versions, marked one after another."""

from hypothesis import given
from hypothesis import strategies as st

from careen.matching.keys import Key
from careen.matching.ranges import match_of, spellings
from careen.model.advisory import Advisory, Range
from careen.plugins import VersionScheme

ALL = [f"{major}.{minor}" for major in range(4) for minor in range(4)]
KEY = Key(VersionScheme("pairs", lambda text: tuple(map(int, text.split(".")))))

ends = st.none() | st.sampled_from(ALL)
ranges = st.builds(
    lambda low, high, inclusive, after: Range(low, None if inclusive else high, high if inclusive else None, after),
    ends,
    ends,
    st.booleans(),
    st.booleans(),
)


def held(advisory, version):
    return match_of(advisory, version, KEY, spellings(version, [advisory], KEY))


def marked(range_):
    """The versions from the lower end on, cut at the upper one, by their places in the list."""
    start = 0 if range_.introduced is None else ALL.index(range_.introduced) + range_.after
    if range_.fixed is not None:
        return set(ALL[start : ALL.index(range_.fixed)])
    if range_.last_affected is not None:
        return set(ALL[start : ALL.index(range_.last_affected) + 1])
    return set(ALL[start:])


@given(st.lists(ranges, min_size=1, max_size=4), st.lists(st.sampled_from(ALL), max_size=3))
def test_an_advisory_affects_the_union_of_its_ranges_and_its_list(parts, listed):
    advisory = Advisory("CVE-1", "x", "PyPI", "p", ranges=tuple(parts), versions=tuple(listed))
    expected = set().union(*map(marked, parts)) | set(listed)
    assert {version for version in ALL if held(advisory, version)} == expected


@given(st.lists(ranges, min_size=1, max_size=4), st.sampled_from(ALL))
def test_ranges_that_cannot_be_read_change_nothing(parts, version):
    broken = Range("no version", "either")
    advisory = Advisory("CVE-1", "x", "PyPI", "p", ranges=tuple(parts))
    with_broken = Advisory("CVE-1", "x", "PyPI", "p", ranges=(broken, *parts, broken))
    assert (held(advisory, version) is None) == (held(with_broken, version) is None)
