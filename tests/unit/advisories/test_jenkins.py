"""The oracle is Jenkins' own rule: a version is affected if the pattern of one entry matches all of it."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.advisories.jenkins import ADVISORY_SOURCE
from careen.matching.keys import Key
from careen.matching.ranges import match_of
from careen.model.advisory import Advisory, VulnerabilityRecord
from careen.plugins import Feed
from careen.versions.maven import VERSION_SCHEME

KEY = Key(VERSION_SCHEME)
NUMBERS = st.sampled_from(["0", "1", "2", "[0-3]", "[13]", "1[0-9]", "([0-9]|1[0-2])"])
RELEASES = st.lists(NUMBERS, min_size=1, max_size=3).map("[.]".join)
LINES = st.lists(RELEASES, min_size=1, max_size=3).map("|".join)
PATTERNS = st.builds("{}({}){}".format, st.sampled_from(["", "", "(?!2[.]1[.].*)"]), LINES, st.sampled_from(["(|[.-].*)", ""]))
VERSIONS = st.builds(
    "{}{}".format, st.lists(st.integers(0, 13).map(str), min_size=1, max_size=4).map(".".join), st.sampled_from(["", "-rc1"])
)


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    file = tmp_path_factory.mktemp("jenkins") / "warnings.json"

    def records(*versions, id="SECURITY-9001"):
        warning = {"id": id, "type": "plugin", "name": "ship-log", "versions": list(versions)}
        file.write_text(json.dumps([warning]))
        return list(ADVISORY_SOURCE.parse(Feed("jenkins/warnings.json", ""), file))

    return records


def advisory(records):
    (found,) = (record for record in records if isinstance(record, Advisory))
    return found


@given(patterns=st.lists(PATTERNS, min_size=1, max_size=2), versions=st.lists(VERSIONS, min_size=1, max_size=20))
def test_as_jenkins_itself(read, patterns, versions):
    found = advisory(read(*({"lastVersion": "2.1", "pattern": pattern} for pattern in patterns)))
    assert found.confidence == "confirmed"
    for version in versions:
        affected = any(re.fullmatch(pattern, version) for pattern in patterns)
        assert (match_of(found, version, KEY, frozenset({version})) is not None) is affected, version


@pytest.mark.parametrize(
    "entries",
    [
        [{"lastVersion": "2.61"}],
        [{"lastVersion": "2.61", "pattern": ""}],
        [{"lastVersion": "2.61", "pattern": "(?i)2[.].*"}],
        [{"lastVersion": "2.61", "pattern": "1" * 20_000}],
        [{"lastVersion": "2.61", "pattern": "1[.].*"}, {"lastVersion": "2.60", "pattern": r"\w"}],
    ],
)
def test_without_a_pattern_that_can_be_read_the_last_version_decides(read, entries):
    found = advisory(read(*entries))
    assert (found.pattern, found.confidence) == ("", "likely")
    assert match_of(found, "2.57.4", KEY, frozenset())
    assert not match_of(found, "2.61.1", KEY, frozenset())


def test_a_pattern_alone(read):
    found = advisory(read({"pattern": "([01]|2[.]1[0-6])(|[.-].*)"}))
    assert [match_of(found, version, KEY, frozenset()) is not None for version in ("2.16", "2.17")] == [True, False]
    assert read({"pattern": r"\w"}) == []


@pytest.mark.parametrize("entry", [{"pattern": ".*"}, {"pattern": ".*", "lastVersion": "2.16"}])
def test_a_pattern_for_every_version(read, entry):
    every = advisory(read(entry))
    assert (every.status, every.confidence, bool(match_of(every, "7", KEY, frozenset()))) == ("open", "confirmed", True)


@pytest.mark.parametrize(
    ("id", "aliases"),
    [
        ("SECURITY-2617", ()),
        ("SECURITY-2617-credentials", ("SECURITY-2617",)),
        ("SECURITY-1013-1", ("SECURITY-1013 (1)",)),
        ("SECURITY-1295/2", ("SECURITY-1295 (2)",)),
        ("SECURITY-1336-2-script-security", ("SECURITY-1336 (2)",)),
        ("SECURITY-566-567-580", ("SECURITY-566", "SECURITY-567", "SECURITY-580")),
        ("core-2_57", ()),
        ("JENKINS-15212", ()),
    ],
)
def test_the_vulnerability_that_a_warning_names(read, id, aliases):
    records = read({"pattern": ".*"}, id=id)
    assert {record.aliases for record in records} == {aliases}
    assert any(isinstance(record, VulnerabilityRecord) for record in records)
