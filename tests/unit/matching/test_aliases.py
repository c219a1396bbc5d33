from careen.matching.aliases import by_vulnerability
from careen.matching.ranges import Match
from careen.model.advisory import Advisory, VulnerabilityRecord


def match(id, *aliases):
    return Match(Advisory(id, "x", "PyPI", "p", aliases=aliases))


def grouped(*matches, records=()):
    by_id = {}
    for record in records:
        by_id[record.id] = (*by_id.get(record.id, ()), record)
    return {
        vulnerability.id: (vulnerability.aliases, tuple(found.advisory.id for found in vulnerability.matches))
        for vulnerability in by_vulnerability(list(matches), by_id)
    }


def test_advisories_of_one_cve_are_one_vulnerability():
    assert grouped(match("PYSEC-1", "CVE-1", "GHSA-a"), match("GHSA-a", "CVE-1")) == {
        "CVE-1": (("GHSA-a", "PYSEC-1"), ("PYSEC-1", "GHSA-a"))
    }


def test_an_erratum_for_two_vulnerabilities_does_not_make_them_one():
    assert grouped(match("DSA-5", "CVE-1", "CVE-2"), match("CVE-2", "DSA-5")) == {
        "CVE-1": (("DSA-5",), ("DSA-5",)),
        "CVE-2": (("DSA-5",), ("DSA-5", "CVE-2")),
    }


def test_without_a_cve_the_shared_ids_decide():
    assert grouped(match("GHSA-b", "PYSEC-7"), match("PYSEC-7"), match("GHSA-c")) == {
        "GHSA-b": (("PYSEC-7",), ("GHSA-b", "PYSEC-7")),
        "GHSA-c": ((), ("GHSA-c",)),
    }


def test_ids_meet_through_a_third_one():
    assert grouped(match("GLAD-1"), match("NSWG-2"), match("RETIRE-3", "GLAD-1", "NSWG-2")) == {
        "GLAD-1": (("NSWG-2", "RETIRE-3"), ("GLAD-1", "NSWG-2", "RETIRE-3"))
    }


def test_another_advisory_gives_the_cve():
    assert grouped(match("PYSEC-7"), match("GHSA-b", "CVE-4", "PYSEC-7")) == {
        "CVE-4": (("GHSA-b", "PYSEC-7"), ("GHSA-b", "PYSEC-7"))
    }


def test_a_record_gives_the_cve():
    record = VulnerabilityRecord("GHSA-b", "ghsa", aliases=("CVE-4", "GO-9"))
    assert grouped(match("GHSA-b"), records=(record,)) == {"CVE-4": (("GHSA-b", "GO-9"), ("GHSA-b",))}


def test_a_record_of_several_cves_adds_no_alias():
    record = VulnerabilityRecord("ALSA-1", "almalinux", aliases=("CVE-4", "CVE-5"))
    assert grouped(match("CVE-4", "ALSA-1"), records=(record,)) == {"CVE-4": (("ALSA-1",), ("CVE-4",))}


def test_the_order_of_advisories_does_not_change_the_vulnerabilities():
    matches = [match("PYSEC-7"), match("GHSA-b", "CVE-4", "PYSEC-7"), match("GHSA-c"), match("GLAD-1", "GHSA-c")]
    assert {id: aliases for id, (aliases, _) in grouped(*matches).items()} == {
        id: aliases for id, (aliases, _) in grouped(*reversed(matches)).items()
    }


def test_a_record_of_one_vulnerability_of_an_erratum_gives_no_aliases_to_the_others():
    records = (VulnerabilityRecord("CVE-1", "ghsa", aliases=("GHSA-one", "EUVD-1")), VulnerabilityRecord("CVE-2", "nvd"))
    assert grouped(match("ALSA-1", "CVE-1", "CVE-2"), records=records) == {
        "CVE-1": (("GHSA-one", "ALSA-1"), ("ALSA-1",)),
        "CVE-2": (("ALSA-1",), ("ALSA-1",)),
    }


def test_an_erratum_of_several_vulnerabilities_does_not_name_one_of_them():
    assert grouped(match("DSA-5", "CVE-1", "CVE-2"), match("DSA-5"))["DSA-5"] == ((), ("DSA-5",))


def test_a_record_of_several_cves_is_not_an_alias():
    record = VulnerabilityRecord("GHSA-z", "ghsa", aliases=("CVE-4", "CVE-5"))
    matches = [match("CVE-4")]
    assert [vulnerability.aliases for vulnerability in by_vulnerability(matches, {"CVE-4": (record,)})] == [()]
