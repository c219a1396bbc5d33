"""Records of OSV; a case for each trap of the format."""

import json

import pytest

from careen.formats.feeds import osv
from careen.model.advisory import Advisory, Import, Malicious, Range, VulnerabilityRecord

NOW = "2026-01-02T03:04:05+00:00"
ZERO = {"introduced": "0"}


def read(ecosystem=None, **record):
    return list(osv.read(json.dumps({"id": "X-1", "modified": "2026-01-01T00:00:00Z", **record}).encode(), ecosystem, NOW))


def entry(events=None, name="mast", ecosystem="npm", type="ECOSYSTEM", **more):
    ranges = {} if events is None else {"ranges": [{"type": type, "events": events}]}
    return {"package": {"ecosystem": ecosystem, "name": name}, **ranges, **more}


def advisories(*affected, **record):
    return [one for one in read(affected=list(affected), **record) if isinstance(one, Advisory)]


def ranges(*events):
    (found,) = advisories(entry(list(events)))
    return found.ranges


def test_introduced_zero_is_unbounded_and_fixed_is_exclusive():
    assert ranges(ZERO, {"fixed": "1.2"}) == (Range(None, "1.2"),)


def test_last_affected_is_inclusive():
    assert ranges({"introduced": "1"}, {"last_affected": "1.9"}) == (Range("1", None, "1.9"),)


def test_several_spans_in_one_range():
    assert ranges(ZERO, {"fixed": "1.2"}, {"introduced": "2"}, {"fixed": "2.3"}) == (Range(None, "1.2"), Range("2", "2.3"))


def test_beginnings_and_ends_in_groups_are_paired():
    assert ranges(ZERO, {"introduced": "2"}, {"fixed": "1.2"}, {"fixed": "2.3"}) == (Range(None, "1.2"), Range("2", "2.3"))


def test_ends_before_their_beginnings_are_paired():
    assert ranges({"fixed": "2.0"}, {"introduced": "1.9"}) == (Range("1.9", "2.0"),)
    down = ({"fixed": "3.10"}, {"introduced": "3.9"}, {"last_affected": "2.1"}, {"introduced": "2.0"})
    assert ranges(*down) == (Range("3.9", "3.10"), Range("2.0", None, "2.1"))
    assert ranges({"fixed": "1.0"}, {"introduced": "2.0"}) == (Range("2.0"),)


def test_a_beginning_within_an_open_span_is_ignored():
    assert ranges(ZERO, {"introduced": "2"}, {"fixed": "2.3"}) == (Range(None, "2.3"),)


def test_an_end_without_a_beginning_is_ignored():
    assert ranges(ZERO, {"fixed": "1.2"}, {"fixed": "1.3"}) == (Range(None, "1.2"),)


def test_zero_begins_before_everything():
    assert ranges({"fixed": "1.2"}, ZERO) == (Range(None, "1.2"),)


def test_an_event_that_states_both_ends():
    assert ranges({"introduced": "1", "fixed": "1.2"}, {"introduced": "2", "last_affected": "2.3"}) == (
        Range("1", "1.2"),
        Range("2", None, "2.3"),
    )


def test_a_limit_ends_a_range_and_is_no_fix():
    (found,) = advisories(entry([ZERO, {"limit": "2.0"}]))
    assert (found.ranges, found.status) == ((Range(None, "2.0"),), "open")


@pytest.mark.parametrize("limits", [[{"limit": "*"}], [{"limit": "2"}, {"limit": "3"}]])
def test_limits_that_leave_versions_open(limits):
    assert ranges(ZERO, *limits) == (Range(),)


def test_a_fix_counts_more_than_a_limit():
    (found,) = advisories(entry([ZERO, {"fixed": "1.2"}, {"limit": "2"}]))
    assert (found.ranges, found.status) == ((Range(None, "1.2"),), "fixed")


def test_never_fixed():
    (found,) = advisories(entry([{"introduced": "1"}]))
    assert (found.ranges, found.status) == ((Range("1"),), "open")


def test_a_number_in_place_of_a_version_is_no_fix():
    assert ranges({"introduced": "1.7.0"}, {"fixed": "999.999.999"}) == ranges({"introduced": "1.7.0"})
    assert ranges({"introduced": "0"}, {"last_affected": "99.999.99999"}) == ranges({"introduced": "0"})


def test_commits_are_not_versions():
    assert advisories(entry([ZERO, {"fixed": "8f3c"}], type="GIT")) == []


def test_versions_beside_commits_count():
    (found,) = advisories(entry([ZERO], type="GIT", versions=["1.0", "1.1"]))
    assert (found.ranges, found.versions) == ((), ("1.0", "1.1"))


def test_an_entry_without_ranges_affects_no_version():
    assert advisories(entry()) == []
    assert advisories(entry([])) == []


@pytest.mark.parametrize(("withdrawn", "count"), [("2025-01-01T00:00:00Z", 0), ("2027-01-01T00:00:00Z", 1)])
def test_withdrawn(withdrawn, count):
    assert len(advisories(entry([ZERO]), withdrawn=withdrawn)) == count


@pytest.mark.parametrize("kind", ["unmaintained", "unsound", "notice"])
def test_informational_records_are_ignored(kind):
    assert read(affected=[entry([ZERO], database_specific={"informational": kind})]) == []


def test_an_unsound_crate_with_a_cve_is_a_vulnerability():
    unsound = entry([ZERO, {"fixed": "2.0"}], database_specific={"informational": "unsound"})
    (found,) = advisories(unsound, aliases=["GHSA-1", "CVE-2025-1"])
    assert (found.aliases, found.confidence) == (("GHSA-1", "CVE-2025-1"), "confirmed")
    assert advisories(unsound, aliases=["GHSA-1"]) == []


@pytest.mark.parametrize(
    ("kind", "categories", "confidence"),
    [
        ("unsound", ["memory-corruption"], "possible"),
        ("unsound", ["code-execution", "memory-exposure"], "possible"),
        ("unsound", ["thread-safety"], "possible"),
        ("unsound", ["crypto-failure"], None),
        ("unsound", "memory-corruption", None),
        ("unmaintained", ["memory-corruption"], None),
        ("notice", ["memory-exposure"], None),
        (None, ["memory-corruption"], "confirmed"),
    ],
)
def test_an_unsound_crate_without_a_cve_is_possible_if_it_is_about_memory(kind, categories, confidence):
    specific = {"informational": kind, "categories": categories}
    found = advisories(entry([ZERO], database_specific=specific), aliases=["GHSA-1"])
    assert [one.confidence for one in found] == ([confidence] if confidence else [])


def test_aliases_and_upstream_but_never_related():
    (found,) = advisories(entry([ZERO]), aliases=["GHSA-1"], upstream=["CVE-2025-1"], related=["CVE-2025-2"])
    assert found.aliases == ("GHSA-1", "CVE-2025-1")


def test_aliases_are_written_as_everybody_writes_them():
    (found,) = advisories(entry([ZERO]), aliases=[" cvE-2025-0001 ", "CVE-2025-0002A", "2025-04-01", "2025-04-01-2", "GHSA-1"])
    assert found.aliases == ("CVE-2025-0001", "CVE-2025-0002", "GHSA-1")


def test_the_name_that_jenkins_gives_a_vulnerability():
    pages = ["2098-01-02/#SECURITY-12", "2098-01-02/#SECURITY-13%20(1)", "2098-01-02/"]
    references = [{"type": "WEB", "url": f"https://www.jenkins.io/security/advisory/{page}"} for page in pages]
    (found,) = advisories(entry([ZERO], ecosystem="Maven"), aliases=["CVE-2098-1"], references=references)
    assert found.aliases == ("CVE-2098-1", "SECURITY-12", "SECURITY-13 (1)")
    (found,) = advisories(entry([ZERO]), aliases=["CVE-2098-1"], references=references)
    assert found.aliases == ("CVE-2098-1",)


def test_an_erratum_that_lists_its_vulnerabilities_only_as_related():
    (found,) = advisories(
        entry([ZERO, {"fixed": "1"}], ecosystem="AlmaLinux:9"), id="ALSA-2025:1", related=["CVE-2025-2", "RHSA-2025:1"]
    )
    assert found.aliases == ("CVE-2025-2",)
    (found,) = advisories(entry([ZERO], ecosystem="SUSE:x"), id="SUSE-SU-1", upstream=["CVE-2025-1"], related=["CVE-2025-2"])
    assert found.aliases == ("CVE-2025-1",)


def test_bug_fixes_are_not_vulnerabilities():
    assert read(id="ALBA-2025:1", affected=[entry([ZERO, {"fixed": "1"}], ecosystem="AlmaLinux:9")], related=[]) == []


def test_only_the_entries_of_the_ecosystem():
    affected = [entry([ZERO]), entry([ZERO], ecosystem="Maven"), entry([ZERO], ecosystem="npm:https://registry.example")]
    found = [one for one in read("npm", affected=affected) if isinstance(one, Advisory)]
    assert [one.namespace for one in found] == ["npm"]


def test_entries_of_one_package_are_put_together():
    (found,) = advisories(entry([ZERO, {"fixed": "1"}]), entry([{"introduced": "2"}, {"fixed": "3"}]))
    assert found.ranges == (Range(None, "1"), Range("2", "3"))


def test_entries_that_differ_in_more_than_versions_stay_apart():
    found = advisories(entry([ZERO, {"fixed": "1"}]), entry([{"introduced": "2"}]))
    assert [one.status for one in found] == ["fixed", "open"]


@pytest.mark.parametrize(
    ("end", "expected"),
    [({"fixed": "2"}, "fixed"), ({"last_affected": "1.9"}, "fixed"), ({"last_affected": "99.999.99999"}, "open"), ({}, "open")],
)
def test_what_is_after_the_last_affected_version_has_the_fix(end, expected):
    (found,) = advisories(entry([ZERO, end]))
    assert found.status == expected


def test_fixed_versions_outside_of_ranges():
    (found,) = advisories(entry([ZERO, {"last_affected": "1.9"}], database_specific={"fixed_versions": ["2.0"]}))
    assert (found.fixed_versions, found.status) == (("2.0",), "fixed")


@pytest.mark.parametrize(
    ("text", "expected"), [("<= 3.2", Range(None, None, "3.2")), ("< 3.2", Range(None, "3.2")), ("?", Range())]
)
def test_last_known_affected_version(text, expected):
    (found,) = advisories(entry([ZERO], database_specific={"last_known_affected_version_range": text}))
    assert (found.ranges, found.status) == ((expected,), "open")


@pytest.mark.parametrize(
    ("source_range", "after"), [(">1.0 <2", True), (">=1.0 <2", False), ("(1.0,2)", True), ("[1.0,2)", False), (None, True)]
)
def test_exclusive_lower_bound(source_range, after):
    specific = {"exclusive_lower_bound": True, "source_range": source_range}
    (found,) = advisories(entry([{"introduced": "1.0"}, {"fixed": "2"}], database_specific=specific))
    assert found.ranges == (Range("1.0", "2", None, after),)


@pytest.mark.parametrize(
    ("mapping", "confidence"), [("exact", "confirmed"), ("reference", "likely"), ("heuristic", "possible"), (None, "confirmed")]
)
def test_confidence_of_mapped_names(mapping, confidence):
    (found,) = advisories(entry([ZERO], database_specific={"name_mapping": mapping}))
    assert found.confidence == confidence


@pytest.mark.parametrize(
    ("status", "detail", "expected"),
    [
        ("released", None, "fixed"), ("needed", None, "open"), ("pending", None, "open"), ("active", None, "open"),
        ("deferred", "2022-01-01", "deferred"), ("ignored", "too intrusive", "wont_fix"), ("ignored", None, "wont_fix"),
        ("ignored", "end of life, was needed", "end_of_life"), ("ignored", "out of standard support", "end_of_life"),
        ("not-affected", None, "not_affected"), ("DNE", None, "not_affected"),
    ],
)  # fmt: skip
def test_ubuntu_states(status, detail, expected):
    (found,) = advisories(
        entry([ZERO], ecosystem="Ubuntu:22.04:LTS", ecosystem_specific={"ubuntu_status": status, "detail": detail})
    )
    assert (found.namespace, found.status) == ("ubuntu:22.04", expected)


def test_ubuntu_priority_goes_before_scores():
    scores = [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}, {"type": "Ubuntu", "score": "low"}]
    (found,) = advisories(entry([ZERO], ecosystem="Ubuntu:22.04:LTS"), severity=scores)
    assert found.severity == "low"


def test_severity_of_an_entry_overrides_that_of_the_record():
    high, low = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"
    affected = [entry([ZERO], severity=[{"type": "CVSS_V3", "score": low}]), entry([ZERO], name="boom")]
    found = read(affected=affected, severity=[{"type": "CVSS_V3", "score": high}])
    assert {one.package: one.severity for one in found if isinstance(one, Advisory)} == {"mast": "low", "boom": "unknown"}
    assert [one.cvss[0].score for one in found if isinstance(one, VulnerabilityRecord)] == [9.8]


@pytest.mark.parametrize(
    ("word", "expected"), [("MODERATE", "medium"), ("Important", "high"), ("whatever", "unknown"), (7, "unknown")]
)
def test_the_sources_own_rating(word, expected):
    (found,) = advisories(entry([ZERO]), database_specific={"severity": word})
    assert found.severity == expected


def test_scores_that_are_not_vectors_are_left_out():
    (record,) = [
        one
        for one in read(affected=[entry([ZERO])], severity=[{"type": "CVSS_V3", "score": "high"}, {"type": "CVSS_V3"}])
        if isinstance(one, VulnerabilityRecord)
    ]
    assert record.cvss == ()


def test_module_streams():
    fixed = {"fixed": "18.2-1.module_el8.6.0+3261"}
    title = "Important: nodejs:18 and nodejs-nodemon:2.0 security, bug fix update"
    found = advisories(entry([ZERO, fixed], ecosystem="AlmaLinux:8"), id="ALSA-1", summary=title, related=["CVE-2025-1"])
    assert [one.module for one in found] == ["nodejs:18", "nodejs-nodemon:2.0"]
    (found,) = advisories(
        entry([ZERO, {"fixed": "1-1.el8"}], ecosystem="AlmaLinux:8"), id="ALSA-2", summary=title, related=["CVE-2025-1"]
    )
    assert found.module is None


def test_malicious_packages():
    assert read(id="MAL-1", affected=[entry([ZERO], versions=["1"])]) == [Malicious("MAL-1", "npm", "mast")]
    assert read(id="MAL-2", affected=[entry(versions=["1", "2"])]) == [Malicious("MAL-2", "npm", "mast", ("1", "2"))]
    assert read(id="MAL-3", affected=[entry()]) == [Malicious("MAL-3", "npm", "mast")]
    (bounded,) = read(id="MAL-4", affected=[entry([{"introduced": "1"}, {"last_affected": "2"}])])
    assert (bounded.ranges, bounded.severity) == ((Range("1", None, "2"),), "critical")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"id": 7}',
        b'{"id": ""}',
        b"\xff",
        b'{"id": "X", "affected": [{"package": {}}]}',
        b'{"x": ' + b"[" * 100_000,
    ],
)
def test_not_a_record(data):
    with pytest.raises(ValueError):
        list(osv.read(data, None, NOW))


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        ([{"path": "os", "goos": ["windows"]}], ("windows",)),
        ([{"path": "os", "goos": ["windows"]}, {"path": "net", "goos": ["darwin", "ios"]}], ("darwin", "ios", "windows")),
        ([{"path": "os", "goos": ["linux", "windows"]}], ()),
        ([{"path": "os", "goos": ["windows"]}, {"path": "net"}], ()),
        ([{"path": "os"}], ()),
        ("nonsense", ()),
        (["nonsense"], ()),
    ],
)
def test_operating_systems_that_alone_are_meant(imports, expected):
    (found,) = advisories(entry([ZERO], ecosystem="Go", ecosystem_specific={"imports": imports}))
    assert found.systems == expected


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        ([{"path": "os", "symbols": ["F", "T.M"]}], (Import("os", ("F", "T.M")),)),
        ([{"path": "os", "symbols": ["F"]}, {"path": "net", "goos": ["windows"]}], (Import("os", ("F",)), Import("net"))),
        ([{"path": "os", "symbols": []}], (Import("os"),)),
        ([], ()),
        (None, ()),
        ("nonsense", ()),
        ([{"path": "os", "symbols": ["F"]}, "nonsense"], ()),
        ([{"path": "os", "symbols": "F"}], ()),
        ([{"path": "os", "symbols": [1]}], ()),
        ([{"path": ""}], ()),
        ([{"symbols": ["F"]}], ()),
        ([{"path": "a/" * osv.MAX_ELEMENTS + "b"}], ()),
        ([{"path": "a" * (osv.MAX_PATH + 1)}], ()),
    ],
)
def test_packages_of_go_that_are_affected(imports, expected):
    (found,) = advisories(entry([ZERO], ecosystem="Go", ecosystem_specific={"imports": imports}))
    assert found.imports == expected


def test_only_go_names_packages():
    (found,) = advisories(entry([ZERO], ecosystem="PyPI", ecosystem_specific={"imports": [{"path": "os"}]}))
    assert found.imports == ()


def test_entries_with_other_packages_are_not_merged():
    two = [entry([{"introduced": start}, {"fixed": end}], ecosystem="Go", ecosystem_specific={"imports": [{"path": path}]})
           for start, end, path in (("0", "1", "a"), ("2", "3", "b"))]  # fmt: skip
    assert [found.imports for found in advisories(*two)] == [(Import("a"),), (Import("b"),)]


@pytest.mark.parametrize(
    "texts",
    [{"summary": "a path\xa0leads  to\nanother"}, {"details": "### Impact\na path\xa0leads \tto another\nmore"}],
    ids=["summary", "details"],
)
def test_a_summary_is_one_line_with_single_spaces(texts):
    (found,) = [found for found in read(affected=[entry([ZERO])], **texts) if isinstance(found, VulnerabilityRecord)]
    assert found.summary == "a path leads to another"
