"""Several kinds of knowledge asked as one."""

from careen.database.combined import CombinedKnowledge, FallbackKnowledge
from careen.database.memory import MemoryDatabase
from careen.model.advisory import (
    Advisory,
    DatabaseInfo,
    Epss,
    Exploited,
    Malicious,
    NamespaceInfo,
    Support,
    VulnerabilityRecord,
)

ONE, TWO = Advisory("CVE-1", "debian", "debian:12", "jib"), Advisory("X-1", "private", "debian:12", "jib")
RECORDS = VulnerabilityRecord("CVE-1", "nvd"), VulnerabilityRecord("CVE-1", "cve")
NAMESPACES = NamespaceInfo("debian:12", "debian", 1, 1), NamespaceInfo("debian:12", "private", 1, 1, partial=True)
INFO = DatabaseInfo("/x", "2026-01-01")


def chain():
    first = [ONE, RECORDS[0], NAMESPACES[0], Epss("CVE-1", 0.5, 0.5), Support("debian:12", "2028-06-30")]
    second = [
        TWO, Advisory("CVE-3", "private", "debian:12", "spar"), RECORDS[1], NAMESPACES[1], Epss("CVE-1", 0.1, 0.1),
        Epss("CVE-2", 0.2, 0.2),
        Exploited("CVE-2", "2026-01-01"), Malicious("MAL-1", "npm", "keel"), Support("debian:12", "1999-01-01"),
        Support("debian:1", "1997-01-01"),
    ]  # fmt: skip
    return CombinedKnowledge([MemoryDatabase(first), MemoryDatabase(second, INFO)])


def test_statements_are_put_together():
    assert chain().advisories("debian:12", ["jib", "spar", "x"])["jib"] == (ONE, TWO)
    assert chain().records(["CVE-1", "CVE-9"]) == {"CVE-1": RECORDS}
    assert chain().namespace("debian:12") == NAMESPACES
    assert chain().knows("debian:12", ["jib", "spar", "x"]) == {"jib", "spar"}
    assert chain().malicious("npm", ["keel"]) == {"keel": (Malicious("MAL-1", "npm", "keel"),)}


def test_of_single_values_the_first_counts():
    assert {id: one.score for id, one in chain().epss(["CVE-1", "CVE-2"]).items()} == {"CVE-1": 0.5, "CVE-2": 0.2}
    assert chain().exploited(["CVE-1", "CVE-2"]).keys() == {"CVE-2"}
    assert [chain().end_of_life(name) for name in ("debian:12", "debian:1", "debian:0")] == ["2028-06-30", "1997-01-01", None]
    assert chain().info == INFO


def test_a_second_best_source_speaks_of_the_vulnerabilities_that_the_first_does_not_name():
    first = MemoryDatabase([ONE, NAMESPACES[1]], known=[("debian:12", "keel")])
    same = Advisory("DSA-1", "archive", "debian:12", "jib", aliases=("CVE-1",))
    other = [Advisory(f"X-{name}", "archive", "debian:12", name) for name in ("jib", "keel", "spar")]
    both = FallbackKnowledge(first, MemoryDatabase([same, *other]))
    names = ["jib", "keel", "spar", "x"]
    assert both.advisories("debian:12", names) == {"jib": (ONE, other[0]), "keel": (other[1],), "spar": (other[2],)}
    assert both.overruled("debian:12", names) == {"jib": (same,)}
    assert both.knows("debian:12", names) == {"jib", "keel", "spar"}
    assert both.only_second("debian:12", names) == {"spar"}
    assert CombinedKnowledge([both]).only_second("debian:12", ["spar"]) == {"spar"}


def test_nothing():
    nothing = CombinedKnowledge([])
    assert nothing.info is None
    assert nothing.knows("debian:12", ["jib"]) == frozenset()
    assert nothing.advisories("debian:12", ["jib"]) == {}
