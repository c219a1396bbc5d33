"""The verdicts of an inventory's units together are the verdict of the inventory."""

import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.fleet_packages import INFOS, NEXT_OWNER, OWNER, RECORDS, STREAM, inventories, read
from tests.support.generated import examples
from tests.support.matching import (
    DEBIAN,
    ECOSYSTEMS,
    SCHEMES,
    TODAY,
    advisory,
    deb,
    info,
    knowledge,
    pypi,
    rpm,
)

from careen.app.session import Session
from careen.app.wiring import readers_with
from careen.config import Settings
from careen.database.read import open_database
from careen.fleet.recorded import Recorded
from careen.fleet.split import inventory_of, split, system_types
from careen.fleet.verdicts import together, verdict_of
from careen.model.advisory import VulnerabilityRecord
from careen.model.inventory import (
    Inventory,
)
from careen.model.package import Distribution, Evidence, Package, Source
from careen.pipeline.assessment import Matcher
from careen.policy.policy import Policy

CACHE = Path(__file__).parents[3] / ".cache"


def of(matched):
    return Counter((one.id, one.aliases, one.package, one.severity, one.confidence, one.fix, one.risk) for one in matched)


def compare(inventory, known, schemes=SCHEMES, ecosystems=ECOSYSTEMS, today=TODAY):
    whole, _ = Matcher(known, schemes, ecosystems).matched(inventory, Policy(), today)
    verdicts = []
    for unit in split(inventory):
        part = inventory_of(unit.context, unit.content)
        verdicts.append(verdict_of(Matcher(Recorded(known), schemes, ecosystems).matched(part, Policy(), today)[0], part))
    found = together(verdicts)
    codes = Counter()
    for reason in whole.reasons:
        codes[reason.code] += reason.packages
    assert of(whole.findings) == of(one for verdict in verdicts for one in verdict.found)
    assert of(one.finding for one in whole.fixed) == of(one.finding for verdict in verdicts for one in verdict.fixed)
    assert {code: count for code, count in codes.items() if count} == found.packages
    assert (whole.assessed, frozenset(whole.namespaces)) == (found.assessed, found.namespaces)


@examples(60)
@given(inventories(), st.sampled_from(INFOS))
def test_the_units_together_are_the_inventory(inventory, infos):
    compare(inventory, knowledge(*infos, *RECORDS))


def test_packages_of_images_that_differ_elsewhere_have_the_same_key():
    one = Inventory(DEBIAN, (deb(), pypi()), created="2026-01-01")
    moved = deb(evidence=(Evidence("var/lib/dpkg/status.d/libssl3", 3),), licenses=("MIT",))
    other = Inventory(replace(DEBIAN, evidence=Evidence("etc/os-release", 1)), (pypi("other"), moved), created="2026-02-02")
    keys = {unit.first.name: unit.key for unit in split(one)}
    assert keys["libssl3"] == {unit.first.name: unit.key for unit in split(other)}["libssl3"]
    alpine = Inventory(Distribution("alpine", "3.18"), (pypi(),))
    assert keys["django"] == split(alpine)[0].key


def test_an_owner_and_what_it_owns_are_one_unit():
    found = split(Inventory(DEBIAN, (pypi(owned_by=OWNER.purl), OWNER, deb())))
    assert sorted(len(inventory_of(unit.context, unit.content).packages) for unit in found) == [1, 2]
    assert {unit.first.name for unit in found} == {"python3-django", "libssl3"}


def test_the_paths_that_rules_read_stay():
    kubelet = Package("golang", None, "k8s.io/kubernetes", "1.20.1", evidence=(Evidence("usr/bin/kubelet", 4),))
    plugin = Package("maven", None, "org:git", "1.0", evidence=(Evidence("var/jenkins/git.hpi", 4),))
    library = Package("nuget", None, "Acme", "1.0", evidence=(Evidence("app/Acme.DLL", 4),))
    (one,) = split(Inventory(None, (kubelet,)))
    assert inventory_of(one.context, one.content).packages[0].evidence == (Evidence("kubelet", 0),)
    (one,) = split(Inventory(None, (plugin,)))
    assert inventory_of(one.context, one.content).packages[0].evidence[0].path == ".hpi"
    (one,) = split(Inventory(None, (library,)))
    assert inventory_of(one.context, one.content).packages[0].evidence[0].path == ".dll"


def test_types_of_distributions_are_those_of_the_catalogers():
    ecosystems = [cataloger.ecosystem for cataloger in readers_with(())]
    assert {one.purl_type for one in ecosystems if one.distribution} == system_types()


@pytest.mark.skipif(not (CACHE / "corpus" / "oci").is_dir(), reason="the corpus is not here")
@pytest.mark.parametrize("name", ["alpine310", "debian12", "rpm-rocky9-sqlite", "python-app", "go-rust-static"])
def test_images_of_the_corpus(name, tmp_path, database_of_feeds):
    settings = Settings(cache_dir=tmp_path, offline=True)
    with Session(settings) as session:
        _, inventory = session.inventory(str(CACHE / "corpus" / "oci" / name))
        compare(inventory, database_of_feeds, session.schemes, session.ecosystems, date.today())


@pytest.fixture(scope="module")
def database_of_feeds(tmp_path_factory):
    """That of the mirror of feeds, made once by somebody's ``careen db update --from .cache/feeds``."""
    made = Path(os.environ.get("CAREEN_CACHE_DIR", "")) / "database" / "advisories.sqlite"
    if not made.is_file():
        pytest.skip("CAREEN_CACHE_DIR has no database")
    with open_database(made) as database:
        yield database


def test_an_advisory_about_a_stream_covers_all_of_its_packages():
    rocky = Distribution("rocky", "8.9")
    pair = [replace(rpm(name, "1:18.1-1", module=STREAM), namespace="rocky", distro="rocky-8.9") for name in ("nodejs", "npm")]
    about = advisory("CVE-2026-0005", "1:18.5-1", "almalinux:8", "nodejs", module="nodejs:18", source="almalinux")
    assert len(split(Inventory(rocky, tuple(pair)))) == 1
    compare(Inventory(rocky, tuple(pair)), knowledge(info("almalinux:8", "almalinux", unfixed=True), about))


def test_a_library_of_the_distribution_decides_about_copies_in_what_was_read():
    owned = pypi("lxml", "4.9.2", owned_by=NEXT_OWNER.purl, evidence=(Evidence("opt/app/x", 1),))
    library = deb("libxml2", "2.9-1", Source("libxml2", "2.9-1"), vendor="distribution")
    records = (
        advisory("GHSA-aaaa", "5.0", "PyPI", "lxml", source="osv"),
        VulnerabilityRecord("GHSA-aaaa", "ghsa", summary="lxml updates its bundled libxml2"),
    )
    known = knowledge(info(), info("PyPI", "osv"), *records)
    for packages in ((NEXT_OWNER, owned, library), (NEXT_OWNER, owned)):
        inventory = Inventory(DEBIAN, packages, owners_read=(read(NEXT_OWNER, ()),))
        compare(inventory, known)
        whole, _ = Matcher(known, SCHEMES, ECOSYSTEMS).matched(inventory, Policy(), TODAY)
        assert len(whole.fixed) == (len(packages) == 3)
