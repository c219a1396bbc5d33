"""The oracle reads the entries one by one: a CVE affects a version if the bounds of an entry that names it contain it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.advisories.retirejs import ADVISORY_SOURCE
from careen.matching.keys import Key
from careen.matching.ranges import match_of
from careen.model.advisory import Advisory
from careen.plugins import Feed
from careen.versions.npm import VERSION_SCHEME

KEY = Key(VERSION_SCHEME)
CVES = [f"CVE-2098-500{number}" for number in range(4)]
VERSIONS = [f"{major}.{minor}.0" for major in range(4) for minor in (0, 1, 5)]
NEVER = "99.999.99999"
BOUNDS = st.sampled_from([*VERSIONS, "2.999.999", NEVER, None])
ENTRIES = st.fixed_dictionaries(
    {
        "atOrAbove": st.sampled_from([*VERSIONS, "0", None]),
        "below": BOUNDS,
        "cwe": st.sampled_from([["CWE-79"], ["CWE-1104"], []]),
        "identifiers": st.fixed_dictionaries({"CVE": st.lists(st.sampled_from(CVES), min_size=1, max_size=3)}),
    }
).filter(lambda entry: entry["atOrAbove"] or entry["below"])


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    file = tmp_path_factory.mktemp("retirejs") / "npmrepository.json"

    def advisories(*entries):
        file.write_text(json.dumps({"jib": {"vulnerabilities": list(entries)}}))
        records = ADVISORY_SOURCE.parse(Feed("retirejs/npmrepository.json", ""), file)
        return [record for record in records if isinstance(record, Advisory)]

    return advisories


@given(st.lists(ENTRIES, max_size=6))
def test_each_cve_affects_what_its_entries_state(read, entries):
    found = {name: one for one in read(*entries) for name in (one.id, *one.aliases)}
    assert set(found) == {cve for entry in entries for cve in entry["identifiers"]["CVE"]}
    for cve, one in found.items():
        for version in VERSIONS:
            stated = any(contains(entry, version) for entry in entries if cve in entry["identifiers"]["CVE"])
            assert (match_of(one, version, KEY, frozenset()) is not None) is stated, (cve, version)


def contains(entry, version):
    def numbers(text):
        return [int(part) for part in text.split(".")]

    low, high = entry["atOrAbove"] or "0.0.0", entry["below"] or NEVER
    return numbers(low) <= numbers(version) < numbers(high)


def test_no_version_fixes_it(read):
    (found,) = read({"below": NEVER, "identifiers": {"CVE": CVES[:1]}})
    assert (found.status, [range.fixed for range in found.ranges]) == ("open", [None])
    (found,) = read({"below": "2.999.999", "identifiers": {"CVE": CVES[:1]}})
    assert (found.status, [range.fixed for range in found.ranges]) == ("open", [None])


@pytest.mark.parametrize(
    ("entry", "is_vulnerability"),
    [
        ({"below": "2.999.999", "identifiers": {"retid": "73"}}, False),
        ({"below": "1.999", "identifiers": {"retid": "73"}}, False),
        ({"below": "4.0.0", "cwe": ["CWE-1104"], "identifiers": {"summary": "2.x is end of life"}}, False),
        ({"below": NEVER, "identifiers": {"summary": "Path traversal"}}, True),
        ({"below": "1.6.8", "identifiers": {"summary": "It depends on rope before 1.15.6"}}, False),
        (
            {
                "below": "1.6.8",
                "identifiers": {"summary": "It depends on rope before 1.15.6", "githubID": "GHSA-aaaa-bbbb-cccc"},
            },
            True,
        ),
        ({"below": "1.6.8", "identifiers": {"summary": "Objects that a dependency polluted", "retid": "5"}}, True),
    ],
)
def test_entries_that_are_no_vulnerability_of_the_library(read, entry, is_vulnerability):
    assert bool(read(entry)) is is_vulnerability


def test_several_vulnerabilities_that_nothing_fixes_stay_apart(read):
    found = read(
        {"below": NEVER, "identifiers": {"summary": "Path traversal", "CVE": CVES[:1]}},
        {"below": NEVER, "identifiers": {"summary": "Stored scripts"}},
    )
    assert len(found) == 2


def test_an_id_that_only_one_entry_ties_to_a_cve(read):
    ghsa = "GHSA-aaaa-bbbb-cccc"
    (found,) = read(
        {"below": "1.0.0", "identifiers": {"githubID": ghsa}},
        {"below": "2.0.0", "identifiers": {"githubID": ghsa, "CVE": CVES[:1]}},
    )
    assert (found.id, found.aliases, [range.fixed for range in found.ranges]) == (ghsa, (CVES[0],), ["1.0.0", "2.0.0"])
