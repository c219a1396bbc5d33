from careen.matching.aliases import by_vulnerability
from careen.matching.ranges import Match
from careen.model.advisory import Advisory, VulnerabilityRecord


def held(id, *aliases):
    return Match(Advisory(id, "x", "PyPI", "p", aliases=aliases))


def told(*hits, records=()):
    by_id = {}
    for record in records:
        by_id[record.id] = (*by_id.get(record.id, ()), record)
    return {
        flaw.id: (flaw.aliases, tuple(found.advisory.id for found in flaw.matches))
        for flaw in by_vulnerability(list(hits), by_id)
    }


def test_advisories_of_one_cve_are_one_flaw():
    assert told(held("PYSEC-1", "CVE-1", "GHSA-a"), held("GHSA-a", "CVE-1")) == {
        "CVE-1": (("GHSA-a", "PYSEC-1"), ("PYSEC-1", "GHSA-a"))
    }


def test_an_erratum_for_two_flaws_does_not_make_them_one():
    assert told(held("DSA-5", "CVE-1", "CVE-2"), held("CVE-2", "DSA-5")) == {
        "CVE-1": (("DSA-5",), ("DSA-5",)),
        "CVE-2": (("DSA-5",), ("DSA-5", "CVE-2")),
    }


def test_without_a_cve_the_shared_ids_decide():
    assert told(held("GHSA-b", "PYSEC-7"), held("PYSEC-7"), held("GHSA-c")) == {
        "GHSA-b": (("PYSEC-7",), ("GHSA-b", "PYSEC-7")),
        "GHSA-c": ((), ("GHSA-c",)),
    }


def test_ids_meet_through_a_third_one():
    assert told(held("GLAD-1"), held("NSWG-2"), held("RETIRE-3", "GLAD-1", "NSWG-2")) == {
        "GLAD-1": (("NSWG-2", "RETIRE-3"), ("GLAD-1", "NSWG-2", "RETIRE-3"))
    }


def test_another_advisory_gives_the_cve():
    assert told(held("PYSEC-7"), held("GHSA-b", "CVE-4", "PYSEC-7")) == {
        "CVE-4": (("GHSA-b", "PYSEC-7"), ("GHSA-b", "PYSEC-7"))
    }


def test_a_record_gives_the_cve():
    record = VulnerabilityRecord("GHSA-b", "ghsa", aliases=("CVE-4", "GO-9"))
    assert told(held("GHSA-b"), records=(record,)) == {"CVE-4": (("GHSA-b", "GO-9"), ("GHSA-b",))}


def test_a_record_of_several_cves_adds_none():
    record = VulnerabilityRecord("ALSA-1", "almalinux", aliases=("CVE-4", "CVE-5"))
    assert told(held("CVE-4", "ALSA-1"), records=(record,)) == {"CVE-4": (("ALSA-1",), ("CVE-4",))}


def test_the_order_of_advisories_does_not_change_the_flaws():
    hits = [held("PYSEC-7"), held("GHSA-b", "CVE-4", "PYSEC-7"), held("GHSA-c"), held("GLAD-1", "GHSA-c")]
    assert {id: aliases for id, (aliases, _) in told(*hits).items()} == {
        id: aliases for id, (aliases, _) in told(*reversed(hits)).items()
    }


def test_what_a_record_says_of_one_flaw_of_a_bundle_stays_with_it():
    records = (VulnerabilityRecord("CVE-1", "ghsa", aliases=("GHSA-one", "EUVD-1")), VulnerabilityRecord("CVE-2", "nvd"))
    assert told(held("ALSA-1", "CVE-1", "CVE-2"), records=records) == {
        "CVE-1": (("GHSA-one", "ALSA-1"), ("ALSA-1",)),
        "CVE-2": (("ALSA-1",), ("ALSA-1",)),
    }


def test_an_erratum_of_several_flaws_does_not_name_one_of_them():
    assert told(held("DSA-5", "CVE-1", "CVE-2"), held("DSA-5"))["DSA-5"] == ((), ("DSA-5",))


def test_a_record_of_several_cves_gives_its_name_to_none():
    record = VulnerabilityRecord("GHSA-z", "ghsa", aliases=("CVE-4", "CVE-5"))
    hits = [held("CVE-4")]
    assert [flaw.aliases for flaw in by_vulnerability(hits, {"CVE-4": (record,)})] == [()]
