"""When the facts that Careen ships are used: for what a sample of the release's vulnerabilities leaves out."""

import pytest

from careen.app.archives import with_shipped
from careen.database import seed
from careen.database.archive import knowledge_of
from careen.database.combined import CombinedKnowledge
from careen.formats.feeds.archive_facts import SOURCE, ReleaseFacts, SourceFacts
from careen.matching.match import match
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Source
from tests.support.matching import DEBIAN, ECOSYSTEMS, SCHEMES, TODAY, advisory, deb, info, knowledge

PACKAGES = (deb(), deb("curl", "7.1-1", Source("curl", "7.1-1")), deb("jq", "1.6-1", Source("jq", "1.6-1")))
INVENTORY = Inventory(DEBIAN, PACKAGES)
FACTS = ReleaseFacts(
    "2026-05-01T00:00:00Z",
    {
        "openssl": SourceFacts("3.0.19-1", {"3.0.19-1": ("CVE-2026-0009",)}),
        "curl": SourceFacts("7.2-1", {"7.2-1": ("CVE-2026-0007",)}),
    },
    "changelogs",
)


@pytest.fixture
def opened(monkeypatch):
    """The namespaces for which the shipped facts were read."""
    asked = []

    def shipped_knowledge(namespaces):
        asked.append(tuple(namespaces))
        return knowledge_of({"bookworm": FACTS}, "shipped")

    monkeypatch.setattr(seed, "shipped_knowledge", shipped_knowledge)
    return asked


def found(known, inventory=INVENTORY):
    best = CombinedKnowledge(with_shipped(known, inventory, ECOSYSTEMS))
    matched = match(inventory, best, SCHEMES, ECOSYSTEMS, TODAY)
    return {one.id for one in matched.findings}, {reason.code: reason.packages for reason in matched.reasons}


def test_a_poor_feed_hides_nothing_that_ships(opened):
    poor = knowledge(advisory(), info(partial=True, packages=1))
    assert found([poor]) == (
        {"CVE-2026-0001", "CVE-2026-0009", "CVE-2026-0007"},
        {"archive_only": 1, "fixed_only": 1, "partial_source": 1},
    )
    assert opened == [("debian:12",)]


def test_without_a_feed_all_is_as_shipped(opened):
    assert found([]) == ({"CVE-2026-0009", "CVE-2026-0007"}, {"archive_only": 2, "no_advisories": 1})
    elsewhere = knowledge(advisory(namespace="debian:11"), info("debian:11"))
    assert found([elsewhere])[0] == {"CVE-2026-0009", "CVE-2026-0007"}


def test_a_sample_counts_for_the_vulnerabilities_that_it_names(opened):
    fixed = advisory("CVE-2026-0009", fixed="0.1-1")
    assert found([knowledge(fixed, info(partial=True, packages=3))])[0] == {"CVE-2026-0007"}


def test_a_full_feed_reads_nothing_of_it(opened):
    assert found([knowledge(advisory(), info(packages=3000, unfixed=True))])[0] == {"CVE-2026-0001"}
    assert found([knowledge(advisory(), info(packages=3000))])[0] == {"CVE-2026-0001"}
    assert opened == []


@pytest.mark.parametrize("distribution", [None, Distribution("alpine", "3.18"), Distribution("debian", "sid")])
def test_other_releases(opened, distribution):
    with_shipped([], Inventory(distribution, ()), ECOSYSTEMS)
    assert opened == []


def test_explain_lists_what_was_overruled(opened):
    poor = knowledge(advisory("CVE-2026-0009"), info(partial=True, packages=1))
    (best,) = with_shipped([poor], INVENTORY, ECOSYSTEMS)
    assert [one.id for one in best.overruled("debian:12", ["openssl", "curl", "x"])["openssl"]] == ["CVE-2026-0009"]
    assert best.overruled("debian:12", ["curl"]) == {}
    assert best.only_second("debian:12", ["openssl", "curl", "x"]) == {"curl"}
    assert [one.source for one in best.namespace("debian:12")] == ["debian", SOURCE]
